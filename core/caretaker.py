"""An engine's rounds: it shows that it lives, jobs pause while the disk is full and go on when there is room, and what
has been kept long enough goes.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from core import owner, presence, prune, queue, reasons
from core.db import Database
from core.disk import ENOUGH_BYTES, Disk
from core.job_config import MIB
from core.presence import EngineKind, EngineRow
from core.retention import Retention

ROUND_SECONDS = 5.0
PRUNE_SECONDS = 3600.0

log = logging.getLogger(__name__)


class Caretaker:
    """Belongs to one engine; `status` is what its row tells of it."""

    def __init__(
        self,
        database: Database,
        kind: EngineKind,
        status: Callable[[], dict[str, Any]],
        *,
        only_job: int | None = None,
        disk: Disk | None = None,
        retention: Retention | None = None,
    ) -> None:
        self._database = database
        self._kind = kind
        self._status = status
        self._only_job = only_job
        self._retention = retention
        self._left = threading.Event()
        self.disk = disk or Disk(_directories(database))
        self._engine_id = ""
        self._started_at: datetime | None = None
        self._lock = threading.Lock()

    def begin(self, engine_id: str) -> None:
        """The engine of this id starts."""
        self._engine_id = engine_id
        self._left.clear()

    def prune(self) -> None:
        """Let go what has been kept long enough, as the settings say; others write meanwhile."""
        if self._retention is not None and self._only_job is None:
            prune.prune(self._database, self._retention, datetime.now(UTC), self._left)

    def round(self) -> None:
        """Renew the engine's row; hold jobs, or let them go on."""
        with self._lock:
            if not self._engine_id:  # it has left
                return
            self.disk.look()
            with self._database.writing() as session:
                held, released = self._hold_or_release(session)
                self._show(session)
        if held:
            log.error("the disk is full, %d MiB are free: jobs %s are paused", self._free_mib, held)
        if released:
            log.warning("there is room on the disk again, %d MiB: jobs %s go on", self._free_mib, released)

    def has_room(self) -> bool:
        """Whether anything may be begun; the moment at which the disk turns full makes a round of its own."""
        was_full = self.disk.is_full
        if self.disk.look() and not was_full:
            log.error(
                "the disk is full, %d MiB are free: nothing is begun below %d", self._free_mib, ENOUGH_BYTES // MIB
            )
            self.round()
        return not self.disk.is_full

    def leave(self) -> None:
        """Take the engine's row away; no round follows."""
        self._left.set()
        with self._lock:
            engine_id, self._engine_id = self._engine_id, ""
            with self._database.writing() as session:
                presence.leave(session, engine_id)

    def _show(self, session: Session) -> None:
        now = presence.moment(session)
        self._started_at = self._started_at or now
        presence.show(session, EngineRow(self._engine_id, self._kind, self._started_at, now, self._status()))

    def _hold_or_release(self, session: Session) -> tuple[list[int], list[int]]:
        """On SQLite all engines share the disk of the database: while one finds it full, no job runs.

        On PostgreSQL it is a disk of this machine: an engine that has room elsewhere works on.
        """
        jobs = None if self._only_job is None else [self._only_job]
        if self.disk.is_full:
            if not self._database.is_sqlite and any(other.has_room for other in self._others(session) if other.serves):
                return [], []
            return queue.hold(session, jobs, reasons.disk_full(self.disk.free_bytes or 0)), []
        if self._database.is_sqlite and not all(other.has_room for other in self._others(session)):
            return [], []
        return [], queue.release(session, reasons.DISK_FULL, jobs)

    def _others(self, session: Session) -> list[EngineRow]:
        engines = presence.living(session, owner.gone(self._database.data_dir))
        return [engine for engine in engines if engine.id != self._engine_id]

    @property
    def _free_mib(self) -> int:
        return (self.disk.free_bytes or 0) // MIB


def _directories(database: Database) -> set[Path]:
    """The data directory, and that of an SQLite file which stands elsewhere."""
    found = {database.data_dir.absolute()}
    if database.is_sqlite and database.url.database:
        found.add(Path(database.url.database).absolute().parent)
    return found
