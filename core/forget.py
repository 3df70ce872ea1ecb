"""Forget a domain: what was scraped of it goes from every table, and where others name it, the name is taken out.

Its own are steps (with lines, attempts, reports, texts, pages) whose target is the domain, below it or names it, and
the reports of visits that ended there. Accounts of people stay: who signed what is not scraped. It cannot reach logs,
exports and backups. Short transactions; what was not reached when it is broken off is taken by doing it again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import actor, audit, dialect, hosts
from core.actor import Role
from core.db import Database
from core.mentions import Mentions
from core.models import HOSTS, JOB_LINES, JOB_STEPS, JOBS, REPORTS, STORED_PAGES, Document, SQLModel
from core.queue import forget as steps
from core.queue.prune import take_pages
from core.settings import Settings
from core.states import STEP_FINAL
from core.stored_page import unpack
from core.targets import Policy

BATCH = 200
PAGES = 20
"""Looked into at a time; each may have megabytes."""
LEFT_ALONE = {
    "engines": None,
    "users": None,
    "step_results": None,
    "step_times": None,
    "stored_pages": None,
    "jobs": {"created_by"},
    "comments": {"author"},
    "reports": {"checked_by", "content_hash", "html_sha256"},
    "job_steps": {"lease_owner"},
    "audit_events": {"actor"},
    "api_tokens": {"owner", "revoked_by", "secret_hash", "hint"},
    "idempotency_keys": {"caller", "request_hash"},
}
"""Tables (None) and columns with nothing of the web in them: hashes, sums, and the names of Lote's own people."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What goes, or went: `unfinished` are steps that had not ended, `mentions` the rows in which others name it."""

    jobs: int = 0
    steps: int = 0
    unfinished: int = 0
    reports: int = 0
    mentions: int = 0
    pages: int = 0


def preview(database: Database, domain: str, settings: Settings) -> tuple[str, Forgotten]:
    """The domain as it is stored, and what would go; `pages` are not looked into. Needs the role admin."""
    actor.need(Role.ADMIN)
    found = Mentions(hosts.named(domain, Policy.of(settings, scrape_anyway=True)))
    with database.reading() as session:
        own = _own_steps(session, found)
        ids = [step for of_job in own.values() for step in of_job]
        unfinished = _count(session, JOB_STEPS, JOB_STEPS.c.id.in_(ids) & JOB_STEPS.c.status.not_in(STEP_FINAL))
        totals = dict(session.execute(sa.select(JOBS.c.id, JOBS.c.total_steps).where(JOBS.c.id.in_(own))).all())
        reports = _count(session, REPORTS, REPORTS.c.step_id.in_(ids))
        there = _ended_there(session, found)
        mentions = sum(len(list(_naming(session, table, found))) for table in _tables() if table is not HOSTS)
    whole = sum(totals[job_id] == len(of_job) for job_id, of_job in own.items())
    own_rows = 2 * len(ids) + 2 * reports + whole
    return found.domain, Forgotten(whole, len(ids), unfinished, reports + len(there), max(0, mentions - own_rows), 0)


def forget(database: Database, domain: str, now: datetime, settings: Settings) -> Forgotten:
    """Forget it, and write into the audit log that something was forgotten, but not what. Needs the role admin.

    Raises `InvalidInput` for what is no name of a host.
    """
    actor.need(Role.ADMIN)
    found = Mentions(hosts.named(domain, Policy.of(settings, scrape_anyway=True)))
    _domain, before = preview(database, domain, settings)
    gone = _forget_steps(database, found, now)
    with database.reading() as session:
        there = _ended_there(session, found)
    for ids in _batches(sorted(there)):
        with _writing(database) as session:
            steps.forget_reports(session, {report_id: there[report_id] for report_id in ids})
    pages = _forget_pages(database, found, now)
    _forget_lines(database, found)
    mentions = sum(_take_out(database, table, found) for table in _tables())
    with _writing(database) as session:
        session.execute(sa.delete(HOSTS).where(_below(HOSTS.c.host, found)))
        result = Forgotten(before.jobs, gone, before.unfinished, before.reports, mentions, pages)
        audit.record(session, "data.forgotten", **asdict(result))
    _leave_no_copy(database)
    log.info("a domain was forgotten: %s", result)
    return result


def copies(data_dir: Path) -> list[Path]:
    """Copies of the database in the data directory, which still have what was forgotten."""
    patterns = ("backup-*.db", "*before_restore*", "*.backup")
    return sorted({path for pattern in patterns for path in data_dir.glob(pattern)})


# -- its own


def _below(column: sa.ColumnElement[Any], found: Mentions) -> sa.ColumnElement[bool]:
    return (column == found.domain) | column.endswith(f".{found.domain}", autoescape=True)


def _own_steps(session: Session, found: Mentions) -> dict[int, list[int]]:
    """Job → its steps whose target is the domain, below it or names it."""
    likely = sa.or_(_below(JOB_STEPS.c.host, found), *_likely(session, JOB_STEPS.c.target, found))
    wanted = sa.select(JOB_STEPS.c.job_id, JOB_STEPS.c.id, JOB_STEPS.c.host, JOB_STEPS.c.target).where(likely)
    own: dict[int, list[int]] = {}
    for job_id, step_id, host, target in session.execute(wanted.order_by(JOB_STEPS.c.id)):
        if found.owns(host) or found.are_in(target):
            own.setdefault(job_id, []).append(step_id)
    return own


def _forget_steps(database: Database, found: Mentions, now: datetime) -> int:
    with database.reading() as session:
        own = _own_steps(session, found)
    gone = 0
    for job_id, of_job in sorted(own.items()):
        for ids in _batches(of_job):
            with _writing(database) as session:
                gone += steps.forget_steps(session, job_id, ids, now)
    return gone


def _ended_there(session: Session, found: Mentions) -> dict[int, int]:
    """Reports of other targets whose visit ended there, id → job: what they tell is of this domain."""
    likely = sa.or_(*_likely(session, REPORTS.c.final_url, found))
    reports = session.execute(
        sa.select(REPORTS.c.id, REPORTS.c.job_id, REPORTS.c.final_url, REPORTS.c.host).where(likely)
    )
    return {row.id: row.job_id for row in reports if found.owns_url(row.final_url) and not found.owns(row.host)}


def _forget_pages(database: Database, found: Mentions, now: datetime) -> int:
    """Delete stored pages of others that name it: a page cannot be changed, its name is the hash of what it says."""
    place, gone = "", 0
    while True:
        with database.reading() as session:
            after = sa.select(STORED_PAGES.c.sha256, STORED_PAGES.c.body).where(STORED_PAGES.c.sha256 > place)
            pages = session.execute(after.order_by(STORED_PAGES.c.sha256).limit(PAGES)).all()
        if not pages:
            return gone
        place = pages[-1].sha256
        if names := [page.sha256 for page in pages if found.are_in_page(unpack(page.body))]:
            with _writing(database) as session:
                having = sa.select(REPORTS.c.id, REPORTS.c.html_sha256).where(REPORTS.c.html_sha256.in_(names))
                take_pages(session, {row.id: row.html_sha256 for row in session.execute(having)}, now)
            gone += len(names)


def _forget_lines(database: Database, found: Mentions) -> None:
    """Lines of lists that were not taken and name it."""
    with database.reading() as session:
        likely = sa.or_(*_likely(session, JOB_LINES.c.input, found))
        lines = sa.select(JOB_LINES.c.id, JOB_LINES.c.input).where(JOB_LINES.c.step_id.is_(None), likely)
        ids = [row.id for row in session.execute(lines) if found.are_in(row.input)]
    for batch in _batches(ids):
        with _writing(database) as session:
            session.execute(sa.delete(JOB_LINES).where(JOB_LINES.c.id.in_(batch)))


# -- where others name it


def _tables() -> list[sa.Table]:
    return [table for table in SQLModel.metadata.sorted_tables if LEFT_ALONE.get(table.name, ()) is not None]


def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Those with texts that people or pages may have written."""
    alone = LEFT_ALONE.get(table.name) or set()
    return [
        column
        for column in table.columns
        if column.name not in alone and _is_text(column.type) and not isinstance(column.type, sa.Enum)
    ]


def _is_text(kind: sa.types.TypeEngine[Any]) -> bool:
    inner = kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind
    return isinstance(inner, sa.String) or isinstance(kind, Document)


def _likely(session: Session, column: Any, found: Mentions) -> list[sa.ColumnElement[bool]]:
    """The column may name it; SQLite's LIKE knows no case of ASCII letters."""
    operator = "ILIKE" if dialect.is_postgresql(session) else "LIKE"
    text = sa.cast(column, sa.Text) if isinstance(column.type, Document) else column
    return [text.op(operator, is_comparison=True)(pattern) for pattern in found.patterns]


def _naming(session: Session, table: sa.Table, found: Mentions) -> Iterator[tuple[Any, ...]]:
    """Keys of the rows that may name it."""
    likely = [one for column in _columns(table) for one in _likely(session, column, found)]
    if likely:
        for row in session.execute(sa.select(*table.primary_key.columns).where(sa.or_(*likely))):
            yield tuple(row)


def _take_out(database: Database, table: sa.Table, found: Mentions) -> int:
    """Take it out of the rows of the table that name it; gives how many."""
    with database.reading() as session:
        keys = list(_naming(session, table, found))
    changed = 0
    for batch in _batches(keys):
        with _writing(database) as session:
            changed += sum(_take_out_of_row(session, table, key, found) for key in batch)
    return changed


def _take_out_of_row(session: Session, table: sa.Table, key: tuple[Any, ...], found: Mentions) -> bool:
    own = sa.and_(*(column == value for column, value in zip(table.primary_key.columns, key, strict=True)))
    row = session.execute(sa.select(*_columns(table)).where(own).with_for_update()).mappings().first()
    named = {name: value for name, value in (row or {}).items() if found.are_in(value)}
    if not named:
        return False
    if any(table.c[name].primary_key for name in named):
        session.execute(sa.delete(table).where(own))
    else:
        values = {name: _without(table.c[name], value, found) for name, value in named.items()}
        session.execute(sa.update(table).where(own).values(values))
    return True


def _without(column: sa.Column[Any], value: Any, found: Mentions) -> Any:
    if isinstance(value, str) and column.name.endswith("_url"):
        home = found.out_of_url(value)
        return home if home is not None or column.nullable else ""
    return found.out_of(value)


# -- transactions


@contextmanager
def _writing(database: Database) -> Iterator[Session]:
    """One that leaves nothing of what it deletes in SQLite's file."""
    with database.writing() as session:
        if database.is_sqlite:
            session.execute(sa.text("PRAGMA secure_delete = ON"))
        yield session


def _leave_no_copy(database: Database) -> None:
    """SQLite's log still has the pages as they were; nobody waits for those who read it now."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # a checkpoint cannot run inside a transaction
            connection.exec_driver_sql("PRAGMA busy_timeout = 2000")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.invalidate()


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _count(session: Session, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one())
