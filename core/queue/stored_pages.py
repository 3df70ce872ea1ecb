"""Stored pages: written with the report that has them, deleted with the last one; none goes that a step still reads."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect
from core.errors import Refused
from core.i18n import N_
from core.models import JOB_STEPS, REPORTS, STORED_PAGES
from core.states import StepStatus
from core.stored_page import PackedPage

_UNFINISHED = (StepStatus.PENDING, StepStatus.RUNNING)
_KEEP = (
    sa.select(STORED_PAGES.c.sha256)
    .where(STORED_PAGES.c.sha256.in_(sa.bindparam("names", expanding=True)))
    .order_by(STORED_PAGES.c.sha256)
    .with_for_update(read=True, key_share=True)
)


def store(session: Session, pages: Iterable[PackedPage], now: datetime) -> None:
    """Write the pages that are not there; those that are stay until this transaction ends.

    One that a delete takes away meanwhile is written again.
    """
    missing = {page.sha256: _row(page, now) for page in pages if page.body is not None}
    while missing:
        rows = [missing[name] for name in sorted(missing)]  # two that write the same pages wait for each other in turn
        session.execute(_insert(dialect.is_postgresql(session)), rows)
        for name in session.execute(_KEEP, {"names": list(missing)}).scalars():
            del missing[name]


@cache
def _insert(is_postgresql: bool) -> Any:
    return dialect.inserting(is_postgresql, STORED_PAGES).on_conflict_do_nothing()


def _row(page: PackedPage, now: datetime) -> dict[str, Any]:
    assert page.body is not None
    sizes = {"bytes": page.bytes, "stored_bytes": len(page.body)}
    return {"sha256": page.sha256, **sizes, "created_at": now, "body": page.body}


def drop(session: Session, job_id: int) -> None:
    """Delete the pages that only reports of this job have, right before these go; they are locked first, so that no
    report of another job gets one meanwhile.
    """
    own = sa.select(REPORTS.c.html_sha256).where(REPORTS.c.job_id == job_id, REPORTS.c.html_sha256.is_not(None))
    others = sa.exists().where(REPORTS.c.html_sha256 == STORED_PAGES.c.sha256, REPORTS.c.job_id != job_id)
    going = STORED_PAGES.c.sha256.in_(own) & ~others
    if dialect.is_postgresql(session):
        session.execute(sa.select(sa.func.count()).select_from(_locked(going)))
    session.execute(sa.delete(STORED_PAGES).where(going))


def drop_unused(session: Session, names: Collection[str]) -> None:
    """Delete those of these pages that no report has any more; the reports of the caller have gone before."""
    going = STORED_PAGES.c.sha256.in_(names) & ~sa.exists().where(REPORTS.c.html_sha256 == STORED_PAGES.c.sha256)
    if names and dialect.is_postgresql(session):
        session.execute(sa.select(sa.func.count()).select_from(_locked(STORED_PAGES.c.sha256.in_(names))))
    if names:
        session.execute(sa.delete(STORED_PAGES).where(going))


def _locked(pages: sa.ColumnElement[bool]) -> sa.Subquery:
    return sa.select(STORED_PAGES.c.sha256).where(pages).order_by(STORED_PAGES.c.sha256).with_for_update().subquery()


def check_unread(session: Session, job_id: int) -> None:
    """Raise `Refused` while an unfinished step of another job is to read a page of this one."""
    reader = (
        sa.select(JOB_STEPS.c.job_id)
        .join(REPORTS, REPORTS.c.id == JOB_STEPS.c.source_report_id)
        .where(REPORTS.c.job_id == job_id, REPORTS.c.html_sha256.is_not(None), JOB_STEPS.c.job_id != job_id)
        .where(JOB_STEPS.c.source_report_id.is_not(None), JOB_STEPS.c.status.in_(_UNFINISHED))
    )
    found = session.execute(reader.limit(1)).scalar()
    if found is not None:
        raise Refused(
            N_(
                "Job {job_id} cannot be deleted now: job {reader} is to read its stored pages. Wait until that has"
                " ended, or cancel it."
            ),
            job_id=job_id,
            reader=found,
        )
