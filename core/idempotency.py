"""Requests that may be sent twice: the first one acts, every later one with the same key and body gets its answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import Session

from core import dialect
from core.draft import Created
from core.errors import InvalidInput
from core.i18n import N_, _
from core.models import IDEMPOTENCY_KEYS
from core.queries.rows import FIELDS, JobRow

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A request's key, who sends it, a hash of its body, and how its answer is made from what was created."""

    key: str
    caller: str
    request_hash: str
    respond: Callable[[Created], dict[str, Any]]


def once(session: Session, request: Idempotency | None, act: Callable[[Session], Created], now: datetime) -> Created:
    """What `act` gives; for a request that was answered before, its stored answer, whatever has become of the job."""
    if request is None:
        return act(session)
    if (answer := _reserve(session, request, now)) is not None:
        job = _STORED_JOB.validate_python({name: answer[name] for name in FIELDS[JobRow]})
        return Created(job, answer["rejected"], answer["duplicates"], replayed=True, response=answer)
    created = act(session)
    response = request.respond(created)
    _store(session, request, created.job.id, response)
    return replace(created, response=response)


_STORED_JOB = TypeAdapter(JobRow)


def _reserve(session: Session, request: Idempotency, now: datetime) -> dict[str, Any] | None:
    """None for a new key, which is now taken by this transaction; the stored answer for a known one.

    Two transactions with one key go one after the other. `InvalidInput` when the key was used with another body.
    """
    sweep(session, now)
    if _insert(session, request, now):
        return None
    stored = session.execute(sa.select(IDEMPOTENCY_KEYS).where(_is(request))).one()
    if stored.request_hash != request.request_hash:
        raise InvalidInput(
            N_("The idempotency key '{key}' was already used with another request; take a new key."),
            errors=[{"field": "Idempotency-Key", "detail": _("used with another body")}],
            key=request.key,
        )
    return dict(stored.response)


def sweep(session: Session, now: datetime) -> None:
    """Forget the answers that have been kept long enough."""
    session.execute(sa.delete(IDEMPOTENCY_KEYS).where(IDEMPOTENCY_KEYS.c.created_at < now - KEPT))


def _insert(session: Session, request: Idempotency, now: datetime) -> bool:
    values = {"key": request.key, "caller": request.caller, "request_hash": request.request_hash, "created_at": now}
    statement = dialect.insert(session, IDEMPOTENCY_KEYS).values(values).on_conflict_do_nothing()
    return session.execute(statement.returning(IDEMPOTENCY_KEYS.c.key)).first() is not None


def _store(session: Session, request: Idempotency, job_id: int, response: dict[str, Any]) -> None:
    """Keep the answer for the next request with this key."""
    session.execute(sa.update(IDEMPOTENCY_KEYS).where(_is(request)).values(job_id=job_id, response=response))


def _is(request: Idempotency) -> sa.ColumnElement[bool]:
    return (IDEMPOTENCY_KEYS.c.key == request.key) & (IDEMPOTENCY_KEYS.c.caller == request.caller)
