"""Let go what has been kept long enough: in short transactions with pauses between them, so that others can write.

SQLite's file does not become smaller: what went makes room in it for what comes, so that it stays as large as the most
that was ever kept at a time. A backup that is restored is as small as can be.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import audit, idempotency
from core.db import Database
from core.models import AUDIT_EVENTS, HOSTS, JOB_STEPS, JOBS, REPORTS, STEP_ATTEMPTS
from core.queue import prune as batches
from core.retention import Kind, Retention

BATCH_ROWS = 200
"""In one transaction; of reports of 20 KB it takes some 50 ms."""
LONGEST_PAUSE_SECONDS = 1.0
REST = timedelta(days=1)
"""What politeness knows of a host is worth nothing so long after the last visit."""

log = logging.getLogger(__name__)


def prune(
    database: Database, retention: Retention, now: datetime, stop: threading.Event | None = None
) -> dict[Kind, int]:
    """Delete all that is due, until `stop`; gives how many rows of each kind went (of jobs: steps, lines and they).

    Between two transactions there is a pause as long as the first one took.
    """
    stop, gone = stop or threading.Event(), dict.fromkeys(Kind, 0)
    with database.writing() as session:
        idempotency.sweep(session, now)
    for kind, before in retention.ends(now):
        while not stop.is_set():
            began = time.monotonic()
            with database.writing() as session:
                n = _batch(session, kind, before, now)
            gone[kind] += n
            if not n:
                break
            stop.wait(min(time.monotonic() - began, LONGEST_PAUSE_SECONDS))
    if retention.days[Kind.JOBS] and not stop.is_set():
        _forget_hosts(database, now)
    if any(gone.values()):
        told: dict[str, Any] = {kind.value: n for kind, n in gone.items() if n}
        with database.writing() as session:
            audit.record(session, "data.pruned", **told)
        log.info("kept long enough, deleted: %s", ", ".join(f"{kind} {n}" for kind, n in gone.items() if n))
    return gone


def _batch(session: Session, kind: Kind, before: datetime, now: datetime) -> int:
    """Delete some of what is due; gives how many rows, 0 when nothing is left."""
    match kind:
        case Kind.HTML:
            return batches.prune_pages(session, before, BATCH_ROWS, now)
        case Kind.REPORTS:
            return batches.prune_reports(session, before, BATCH_ROWS)
        case Kind.ATTEMPTS:
            return batches.prune_attempts(session, before, BATCH_ROWS)
        case Kind.JOBS:
            return batches.prune_jobs(session, before, BATCH_ROWS)
        case Kind.AUDIT:
            return _prune_audit(session, before)


def _prune_audit(session: Session, before: datetime) -> int:
    due = sa.select(AUDIT_EVENTS.c.id).where(AUDIT_EVENTS.c.at < before).order_by(AUDIT_EVENTS.c.at).limit(BATCH_ROWS)
    deleted = session.execute(sa.delete(AUDIT_EVENTS).where(AUDIT_EVENTS.c.id.in_(due)))
    return int(deleted.rowcount)  # type: ignore[attr-defined]


def _forget_hosts(database: Database, now: datetime) -> None:
    """Hosts that no step has any more and for which nobody has set anything."""
    no_step = ~sa.exists().where(JOB_STEPS.c.host == HOSTS.c.host)
    unused = HOSTS.c.interval_seconds.is_(None) & (HOSTS.c.last_ended_at < now - REST) & no_step
    with database.reading() as session:
        names = sorted(session.scalars(sa.select(HOSTS.c.host).where(unused)))
    for start in range(0, len(names), BATCH_ROWS):
        with database.writing() as session:
            session.execute(sa.delete(HOSTS).where(HOSTS.c.host.in_(names[start : start + BATCH_ROWS]), unused))


def due(session: Session, retention: Retention, now: datetime) -> dict[Kind, int]:
    """How much of each kind would go now; jobs are counted as such."""
    counts: dict[Kind, tuple[sa.Table, Callable[[datetime], sa.ColumnElement[bool]]]] = {
        Kind.HTML: (REPORTS, batches.due_pages),
        Kind.REPORTS: (REPORTS, batches.due_reports),
        Kind.ATTEMPTS: (STEP_ATTEMPTS, batches.due_attempts),
        Kind.JOBS: (JOBS, batches.due_jobs),
        Kind.AUDIT: (AUDIT_EVENTS, lambda before: AUDIT_EVENTS.c.at < before),
    }
    found = dict.fromkeys(Kind, 0)
    for kind, before in retention.ends(now):
        table, is_due = counts[kind]
        statement = sa.select(sa.func.count()).select_from(table).where(is_due(before))
        found[kind] = int(session.execute(statement).scalar_one())
    return found
