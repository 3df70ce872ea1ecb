"""Reads of the ledger of hosts, for people."""

from dataclasses import dataclass
from datetime import datetime

import idna
import sqlalchemy as sa
from sqlmodel import Session

from core.models import HOSTS, JOB_STEPS
from core.states import StepStatus

_VISIT = JOB_STEPS.alias("visit")
_IS_VISIT = (_VISIT.c.status == StepStatus.RUNNING) & _VISIT.c.source_report_id.is_(None)
"""A running step that reads a stored page is none."""


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host, when it was visited, and how long it is left alone (`hosts` in the models tells each column)."""

    host: str
    last_ended_at: datetime | None
    answered_at: datetime | None
    crawl_delay_seconds: float | None
    not_before: datetime | None
    interval_seconds: float | None
    is_visited: bool


def noteworthy(session: Session, now: datetime, *, limit: int = 100) -> list[HostRow]:
    """Hosts with a pause set by people, then those that asked to wait, then those that are being visited."""
    waiting = sa.and_(HOSTS.c.not_before.is_not(None), HOSTS.c.not_before > now)
    named = sa.union(
        sa.select(HOSTS.c.host).where(HOSTS.c.interval_seconds.is_not(None)),
        sa.select(HOSTS.c.host).where(waiting),
        sa.select(_VISIT.c.host).where(_IS_VISIT),
    ).subquery()
    statement = _rows(named.outerjoin(HOSTS, HOSTS.c.host == named.c.host), named.c.host)
    order = [HOSTS.c.interval_seconds.is_(None), sa.func.coalesce(waiting, sa.false()).desc(), named.c.host]
    return [HostRow(*row) for row in session.execute(statement.order_by(*order).limit(limit))]


def beginning_with(session: Session, beginning: str, *, limit: int = 100) -> list[HostRow]:
    """Hosts whose name begins so, in the order of their names; a whole international name is found as well."""
    beginning = _stored(beginning.strip().lower())
    wanted = HOSTS.c.host.between(beginning, beginning + "\U0010ffff")
    statement = _rows(HOSTS, HOSTS.c.host).where(wanted).order_by(HOSTS.c.host).limit(limit)
    return [HostRow(*row) for row in session.execute(statement)]


def is_visited(host: sa.ColumnElement[str]) -> sa.Exists:
    """Whether a step of any job is visiting this host."""
    return sa.exists().where(_VISIT.c.host == host, _IS_VISIT)


def _rows(source: sa.FromClause, host: sa.ColumnElement[str]) -> sa.Select[tuple[object, ...]]:
    facts = ("last_ended_at", "answered_at", "crawl_delay_seconds", "not_before", "interval_seconds")
    return sa.select(host, *(HOSTS.c[name] for name in facts), is_visited(host)).select_from(source)


def _stored(name: str) -> str:
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:  # not a whole name yet: nothing begins with it
        return name
