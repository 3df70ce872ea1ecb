"""Checks by hand: a person looked at a flagged page, found it good all the same, and says so; it can be taken back."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import actor, audit, queries
from core.actor import Role
from core.comments import LONGEST_AUTHOR
from core.errors import InvalidInput, Refused
from core.i18n import N_, _
from core.models import REPORTS, storable
from core.queries.rows import FullReportRow

LONGEST_NOTE = 1_000
NOTHING = dict.fromkeys(("checked_at", "checked_by", "checked_note"))


def check(session: Session, report_id: int, author: str, note: str, now: datetime) -> FullReportRow:
    """The report, checked. The same check once more changes nothing.

    `Refused` for a report without flags, and while another check stands: what that says is not to be lost.
    """
    who = actor.need(Role.ANALYST)
    report = queries.reports.get(session, report_id)
    values = {"checked_by": _author(who.sign(author)), "checked_note": _note(note)}
    if not report.flag_count:
        raise Refused(N_("Report {id} has no flags: there is nothing to check."), id=report_id)
    unchecked = (REPORTS.c.id == report_id) & REPORTS.c.checked_at.is_(None)
    is_new = session.execute(
        sa.update(REPORTS).where(unchecked).values(checked_at=now, **values).returning(REPORTS.c.id)
    ).first()
    checked = queries.reports.get(session, report_id)
    if any(getattr(checked, name) != value for name, value in values.items()):
        raise Refused(
            N_("{author} has checked this report already: “{note}”. Take that back first."),
            author=checked.checked_by,
            note=checked.checked_note or "",
        )
    if is_new:
        audit.record(session, "job.report_checked", report.job_id, author.strip(), **_told(report))
    return checked


def uncheck(session: Session, report_id: int) -> FullReportRow:
    """The report, no longer checked; whoever had checked it."""
    actor.need(Role.ANALYST)
    report = queries.reports.get(session, report_id)
    session.execute(sa.update(REPORTS).where(REPORTS.c.id == report_id).values(NOTHING))
    if report.checked_at is not None:
        audit.record(session, "job.report_unchecked", report.job_id, "", **_told(report))
    return queries.reports.get(session, report_id)


def _told(report: FullReportRow) -> dict[str, object]:
    return {"report_id": report.id, "target": report.target}


def _author(author: str) -> str:
    name = author.strip()
    if not name or len(name) > LONGEST_AUTHOR:
        raise InvalidInput(
            N_("A check needs the name of who checked, of {limit} characters at the most."),
            errors=[{"field": "author", "detail": _("missing or too long")}],
            limit=LONGEST_AUTHOR,
        )
    return storable(name)


def _note(note: str) -> str | None:
    said = note.strip()
    if len(said) > LONGEST_NOTE:
        raise InvalidInput(
            N_("A note has {limit} characters at the most."),
            errors=[{"field": "note", "detail": _("too long")}],
            limit=LONGEST_NOTE,
        )
    return storable(said) or None
