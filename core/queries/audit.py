"""Reads of the audit log, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.actor import Means
from core.models import AUDIT_EVENTS
from core.queries.paging import by_keyset, count, many
from core.queries.rows import Page

CHUNK_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that somebody did (`audit_events` in the models tells each column)."""

    id: int
    at: datetime
    actor: str
    means: Means
    token_id: int | None
    action: str
    thing: str
    thing_id: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; empty means all. `since` is the first moment, `until` the first one after the last."""

    actor: str = ""
    """A part of the name."""
    action: str = ""
    """`job.cancelled`, or all of a thing: `job`."""
    job_id: int | None = None
    thing_id: str = ""
    """Id, host or login of what it was done to."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Some events in a row, and whether there are newer and older ones."""

    events: list[EventRow]
    has_newer: bool
    has_older: bool


_COLUMNS = [AUDIT_EVENTS.c[field.name] for field in fields(EventRow)]
_ID = AUDIT_EVENTS.c.id


def page(session: Session, wanted: EventFilter, *, limit: int = 50, cursor: str | None = None) -> Page[EventRow]:
    """One page of the events."""
    statement = _statement(wanted)
    return by_keyset(session, EventRow, statement, _ID, limit=limit, cursor=cursor, descending=True)


def window(session: Session, wanted: EventFilter, *, size: int, before: int | None, after: int | None) -> Window:
    """The newest events that are older than the id `before`, or the oldest that are newer than `after`."""
    statement = _statement(wanted)
    if after is not None:
        rows = many(session, EventRow, statement.where(after < _ID).order_by(_ID).limit(size + 1))
        if len(rows) <= size:  # the first page, however few have come since
            return window(session, wanted, size=size, before=None, after=None)
        return Window(rows[:size][::-1], len(rows) > size, True)
    if before is not None:
        statement = statement.where(before > _ID)
    rows = many(session, EventRow, statement.order_by(_ID.desc()).limit(size + 1))
    return Window(rows[:size], before is not None, len(rows) > size)


def total(session: Session, wanted: EventFilter) -> tuple[int, bool]:
    """How many events there are, and whether that is exact (it is up to 10,000)."""
    return count(session, _statement(wanted))


def exact_total(session: Session, wanted: EventFilter) -> int:
    """How many events there are, however many."""
    counted = sa.select(sa.func.count()).select_from(_statement(wanted).subquery())
    return int(session.execute(counted).scalar_one())


def chunks(session: Session, wanted: EventFilter) -> Iterator[list[EventRow]]:
    """All events, in pieces."""
    statement, last = _statement(wanted), None
    while True:
        older = statement if last is None else statement.where(last > _ID)
        rows = many(session, EventRow, older.order_by(_ID.desc()).limit(CHUNK_ROWS))
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _statement(wanted: EventFilter) -> sa.Select[Any]:
    event = AUDIT_EVENTS.c
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.actor:
        conditions.append(event.actor.icontains(wanted.actor, autoescape=True))
    if wanted.action:
        conditions.append((event.action if "." in wanted.action else event.thing) == wanted.action)
    if wanted.job_id is not None:
        conditions.append((event.thing == "job") & (event.thing_id == str(wanted.job_id)))
    if wanted.thing_id:
        conditions.append(event.thing_id == wanted.thing_id)
    if wanted.since is not None:
        conditions.append(event.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(event.at < wanted.until)
    return sa.select(*_COLUMNS).where(*conditions)
