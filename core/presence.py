"""Which engines live on this database: each keeps a row of its own up to date, whoever asks sees when that stops.

Times are those of one clock for all machines, see `moment`.
"""

import os
import socket
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import __version__
from core.dialect import is_postgresql
from core.models import ENGINES

SEEN_SECONDS = 30
"""An engine that has not been seen for longer does not live; it renews its row every 5 s."""
KEPT_SECONDS = 300
"""Rows of engines that have not been seen for longer go."""
IDLE_SECONDS = 15
"""An engine that has not looked for work for longer does not work, although its process lives."""


class EngineKind(StrEnum):
    """What the engine is a part of."""

    APP = "app"
    WORKER = "worker"
    EXECUTE = "execute"
    """It works on one job only."""


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One start of an engine; `vitals` are its own words on how it is, see `Engine.status`."""

    id: str
    kind: EngineKind
    started_at: datetime
    seen_at: datetime
    vitals: dict[str, Any]
    machine: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    version: str = __version__

    @property
    def serves(self) -> bool:
        """Whether it takes any job that is queued."""
        idle = self.vitals.get("idle_seconds")
        return self.kind is not EngineKind.EXECUTE and (idle is None or idle < IDLE_SECONDS)

    @property
    def has_room(self) -> bool:
        """Whether its disks are not full."""
        return not self.vitals.get("disk_is_full")


def moment(session: Session) -> datetime:
    """Now, by the clock that all engines of this database share: the server's; on SQLite that of the one machine."""
    if is_postgresql(session):
        now: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)
    return datetime.now(UTC)


def show(session: Session, row: EngineRow) -> None:
    """Write the engine's row, anew if somebody took it for dead meanwhile."""
    values = {"seen_at": row.seen_at, "vitals": row.vitals}
    shown = session.execute(sa.update(ENGINES).where(ENGINES.c.id == row.id).values(values).returning(ENGINES.c.id))
    if shown.first() is None:
        own = {name: getattr(row, name) for name in ("id", "kind", "machine", "pid", "version", "started_at")}
        session.execute(sa.insert(ENGINES).values(**own, **values))


def leave(session: Session, engine_id: str) -> None:
    """Take the engine's row away."""
    session.execute(sa.delete(ENGINES).where(ENGINES.c.id == engine_id))


def sweep(session: Session, gone: Collection[str]) -> None:
    """Take away the rows of engines that are `gone`, and of those that have not been seen for minutes."""
    kept = timedelta(seconds=KEPT_SECONDS)
    now = moment(session)
    # one that seems to come from the future was left by a clock that has been set back since
    old = (ENGINES.c.seen_at < now - kept) | (ENGINES.c.seen_at > now + kept)
    session.execute(sa.delete(ENGINES).where(ENGINES.c.id.in_(gone) | old))


def living(session: Session, gone: Collection[str] = ()) -> list[EngineRow]:
    """The engines that live, oldest first; `gone` names those that are known to be dead before the clock tells."""
    seen = timedelta(seconds=SEEN_SECONDS)
    now = moment(session)
    values = {"since": now - seen, "until": now + seen, "gone": list(gone)}
    return [EngineRow(**{**row._mapping, "kind": EngineKind(row.kind)}) for row in session.execute(_living(), values)]


@cache
def _living() -> sa.Select[Any]:
    is_seen = ENGINES.c.seen_at.between(sa.bindparam("since"), sa.bindparam("until"))
    is_gone = ENGINES.c.id.in_(sa.bindparam("gone", expanding=True))
    return sa.select(ENGINES).where(is_seen, ~is_gone).order_by(ENGINES.c.started_at, ENGINES.c.id)
