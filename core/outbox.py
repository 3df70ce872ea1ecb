"""Finished attempts on their way into the database: written together by whoever comes first, kept until they are."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import InterfaceError, OperationalError

from core import queue
from core.db import Database
from core.errors import DatabaseDown, DatabaseUnusable
from core.failures import FailureKind
from core.queue import Failed, Settled, Settlement

WRITTEN_AT_ONCE = 50

log = logging.getLogger(__name__)


class Outbox:
    """Safe to use from many threads; `on_settled` is called after each transaction with what it wrote."""

    def __init__(self, database: Database, on_settled: Callable[[Settled], None]) -> None:
        self._database = database
        self._on_settled = on_settled
        self._waiting: deque[Settlement] = deque()
        self._writing = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, settlement: Settlement) -> None:
        """Add a finished attempt; the next `flush` writes it."""
        self._waiting.append(settlement)

    def flush(self, *, wait: bool = False) -> None:
        """Write everything. Another thread that already writes does it for all, unless this one shall `wait`.

        Raises what the database raises when it does not answer; nothing is lost by that, the next call tries again.
        """
        while self._waiting and self._writing.acquire(blocking=wait):
            try:
                batch = list(self._waiting)[:WRITTEN_AT_ONCE]
                settled = self._write(batch)
                for _ in batch:
                    self._waiting.popleft()
            finally:
                self._writing.release()
            self._on_settled(settled)

    def _write(self, batch: list[Settlement]) -> Settled:
        """All in one transaction; if one of them cannot be written, each by itself, so that it harms no other."""
        try:
            return self._settle(batch)
        except (
            DatabaseDown,
            DatabaseUnusable,
            OperationalError,
            InterfaceError,
        ):  # the database's fault: the whole batch waits
            raise
        except Exception:
            if len(batch) > 1:
                each = [self._write([settlement]) for settlement in batch]
                return Settled([step for one in each for step in one.steps], [end for one in each for end in one.ended])
            claim = batch[0].claim
            log.exception("a result was refused", extra={"job_id": claim.job_id, "step_id": claim.step_id})
            message = "The result could not be stored; the log has the details."
            return self._settle([Failed(claim, FailureKind.EXTRACT, message, None, None)])

    def _settle(self, batch: list[Settlement]) -> Settled:
        with self._database.writing() as session:
            return queue.settle(session, batch, datetime.now(UTC))
