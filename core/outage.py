"""When nearly everything of a job fails at once: finds out whose fault it is, pauses what our network fails, goes on.

The rule is in `breaker`. While it is being found out, nothing new of the job is claimed and its further failures wait.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from core import breaker, reasons, witness
from core.abort import Abort
from core.breaker import Suspicion
from core.db import Database
from core.doubt import Doubt
from core.errors import Aborted, FetchError
from core.fetch import Fetcher, ProxyRefused
from core.outbox import Outbox
from core.queries import breaker as reads
from core.queries.breaker import Case, Held
from core.queue import Completed, Failed, Lost, Settlement, give_back, release, trip
from core.settings import Settings

LOOK_SECONDS = 1.0
PROBE_SECONDS = 30.0
"""How often it is tried whether the network works again."""

log = logging.getLogger(__name__)


class Outages:
    """Belongs to one engine; safe to use from many threads. `look` is its tick."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        outbox: Outbox,
        fetcher: Callable[[], Fetcher],
        *,
        only_job: int | None = None,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self._has_proxy = settings.proxy_url is not None
        self._user_agent = settings.default_user_agent
        self._database = database
        self._outbox = outbox
        self._fetcher = fetcher
        self._only_job = only_job
        self._probe_seconds = probe_seconds
        self._abort = Abort()
        self._lock = threading.Lock()
        self._doubts: dict[int, Doubt] = {}
        self._probe_at = 0.0

    # -- what the engine tells and asks

    def keeps(self, settlement: Settlement) -> bool:
        """Hear of a finished attempt; True when it is settled later, because its job is in doubt."""
        if not isinstance(settlement, Completed | Failed):
            return False
        job_id, kind = settlement.claim.job_id, settlement.kind if isinstance(settlement, Failed) else None
        with self._lock:
            doubt = self._doubts.setdefault(job_id, Doubt())
            if doubt.kept is not None:
                if kind in breaker.OURS:
                    doubt.kept.append(settlement)
                    return True
            elif not self._abort.is_set():
                doubt.hear(settlement.claim.host, kind, time.monotonic())
        return False

    def doubted(self) -> list[int]:
        """The jobs of which nothing is to be claimed now."""
        with self._lock:
            return [job_id for job_id, doubt in self._doubts.items() if doubt.kept is not None]

    def forget(self, job_id: int) -> None:
        """The job has ended."""
        with self._lock:
            doubt = self._doubts.get(job_id)
            if doubt is not None and not doubt.kept:  # what waits of a lost claim is still to be handed back
                del self._doubts[job_id]

    def stop(self) -> None:
        """Ask nobody any more; what waits is handed back."""
        self._abort.set()
        for job_id in self.doubted():
            self._let_go(job_id, ours=True)

    # -- the tick

    def look(self) -> None:
        """Find out about jobs in doubt, and every `probe_seconds` whether those that were paused can go on."""
        with suppress(Aborted):
            for job_id in self.doubted():
                ours = False
                try:
                    ours = self._judge(job_id)
                finally:
                    self._let_go(job_id, ours or self._abort.is_set())  # at a stop nobody has found out whose it is
            if time.monotonic() >= self._probe_at:
                self._probe_at = time.monotonic() + self._probe_seconds
                self._probe()

    def _judge(self, job_id: int) -> bool:
        """Whether the fault is ours; then the job is paused."""
        self._outbox.flush(wait=True)
        with self._database.reading() as session:
            case = reads.case(session, job_id)
            found = breaker.suspicion(case.attempts) if case else None
            witnesses = reads.witnesses(session, job_id, case.since) if case and found else []
        if case is None:
            return False
        said = self._evidence(case.targets, witnesses) if found else None
        if found is None or said is None:
            self._is_not_ours(job_id, case, found)
            log.info("%s: the network is not the cause", _told(found), extra={"job_id": job_id})
            return False
        with self._database.writing() as session:
            returned = trip(session, job_id, found, case.since, said, datetime.now(UTC))
        if returned is not None:
            log.error(
                "job paused: %s, %s; %d attempts given back", _told(found), said, returned, extra={"job_id": job_id}
            )
        return returned is not None

    def _is_not_ours(self, job_id: int, case: Case, found: Suspicion | None) -> None:
        with self._lock:
            if (doubt := self._doubts.get(job_id)) is not None:
                failed = case.failed_hosts.union(one.claim.host for one in doubt.kept or ())
                doubt.is_judged(failed if found else (), case.unfinished_steps, time.monotonic())

    def _evidence(self, targets: Collection[str], witnesses: Collection[str]) -> dict[str, Any] | None:
        """What proxy or witnesses say, if that is that the fault is ours."""
        if self._has_proxy:
            errors = list(self._ask(targets).values())
            if errors and all(isinstance(error, ProxyRefused) for error in errors):
                return {"proxy": str(errors[0])}
        if not witnesses:
            return None
        answers = self._ask(witnesses)
        if any(witness.is_alive(error) for error in answers.values()):
            return None
        return {"asked": {witness.authority(target): error.kind.value for target, error in answers.items() if error}}

    def _ask(self, targets: Collection[str]) -> dict[str, FetchError | None]:
        return witness.ask(self._fetcher(), targets, self._user_agent, self._abort)

    def _let_go(self, job_id: int, ours: bool) -> None:
        """The job is in doubt no more; what waited is settled, or handed back if the fault is ours."""
        with self._lock:
            doubt = self._doubts.get(job_id, Doubt())
            waiting, doubt.kept = doubt.kept or [], None
            if ours:
                self._doubts.pop(job_id, None)
        for settlement in waiting:
            self._outbox.put(Lost(settlement.claim) if ours else settlement)

    def _probe(self) -> None:
        """Let the jobs go on for which the network works again: a witness or one of their own targets answers."""
        with self._database.reading() as session:
            held = reads.held(session, self._only_job)
            asked = {
                job.job_id: [
                    *reads.witnesses(session, job.job_id, job.since),
                    *reads.pending_targets(session, job.job_id),
                ]
                for job in held
            }
        if not held:
            return
        answers = self._ask({target for targets in asked.values() for target in targets})
        mended = [job for job in held if _works(job, [answers[target] for target in asked[job.job_id]])]
        now = datetime.now(UTC)
        with self._database.writing() as session:
            for job in held:
                give_back(session, job, now)
            released = release(session, reasons.BREAKER, [job.job_id for job in mended])
        if released:
            log.warning("the network works again: jobs %s go on", released)


def _works(held: Held, answers: Iterable[FetchError | None]) -> bool:
    """Whether what paused the job is over."""
    if "proxy" in held.reason:
        return any(not isinstance(error, ProxyRefused) for error in answers)
    return any(witness.is_alive(error) for error in answers)


def _told(found: Suspicion | None) -> str:
    if found is None:
        return "others answered meanwhile"
    return f"{found.failed} of the last {found.of} attempts failed ({found.kind})"
