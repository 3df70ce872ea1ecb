"""Whatever people, engines and accidents do to jobs, in any order: the counters equal the steps, nothing moves that may
not, and no attempt is spent but by an answer.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from core import queries, queue, reasons
from core.breaker import Suspicion
from core.failures import FailureKind
from core.job_service import JobService
from core.models import HOSTS, JOBS
from core.queue import Claim
from core.queue.claim import LEASE_SECONDS
from core.settings import Settings
from tests.queue.life import NTH, Life, pick, verb
from tests.story import completed, failed, lost, worker_gone

EXAMPLES, STEPS_OF_AN_EXAMPLE = 50, 30
MAX_RUNNING_JOBS = 3
FLOORS = {
    **{"claim": 200, "finish": 20, "fail, then failed": 6, "fail, then pending": 12, "end all of running": 8},
    **{"running to completed": 3, "running to failed": 2, "hand back": 8, "worker dies": 20},
    **{"kill": 20, "restart": 15, "lose leases": 15, "network goes": 20, "released": 5},
    **{"start": 5, "pause queued": 6, "pause running": 40, "pause running at work": 4},
    **{"resumed, queued": 2, "resumed, running": 25, "resume, cancelled": 5},
    **{"cancel pending": 7, "cancel running": 15, "cancel paused": 12},
    **{"cancel running at work": 9, "cancel paused at work": 12},
    **{"retry failed": 4, "retry completed": 2, "retry cancelled": 10},
    **{"late, cancelled": 15, "late, pending": 10, "late, completed": 3, "late, deleted": 4},
    **{"delete": 20, "delete, reports used again": 6, "reused": 12, "refused": 80, "no matter": 30},
    **{"extend pending": 4, "extend running": 15, "extend paused": 4},
}
"""How often at least each verb has to have its effect, in each state that matters."""
ENGINE = st.sampled_from([0, 1])
RETRY_IN = st.sampled_from([None, None, 0, 20])
FILLS = st.sampled_from([True, True, False])
HALVES = st.sampled_from([(True, False), (False, False), (False, True)])


class LifeWithEngines(Life):
    """The same jobs in the hands of two engines, which may die."""

    def __init__(self, service: JobService, happened: Counter[str]) -> None:
        super().__init__(service, happened)
        self.engines, self.starts = ["engine-0", "engine-1"], 2
        self.tripped: set[int] = set()

    def holds(self, claim: Claim) -> bool:
        step = self.world.steps.get(claim.step_id)
        return step is not None and step.status == "running" and step.fence == claim.fence

    def held(self) -> list[Claim]:
        return [claim for claim in self.claims if self.holds(claim)]

    def late(self) -> list[Claim]:
        return [claim for claim in self.claims if not self.holds(claim)]

    def late_after_cancel(self) -> list[Claim]:
        steps = self.world.steps
        return [claim for claim in self.late() if claim.step_id in steps and steps[claim.step_id].status == "cancelled"]

    @initialize(n=st.integers(1, 3), places=st.integers(2, 5), dice=st.integers(0, 9999))
    def begin(self, n: int, places: int, dice: int) -> None:
        self.dice = dice
        self.create(1, n, 4, 0, 0, True)
        self.create(4, 2, 4, 0, 0, True)
        self.claim(0, places, 0)

    # -- turns

    @verb(lambda _life: True, engine=ENGINE, places=st.integers(1, 6), waited=st.sampled_from([0, 0, 6, 30]))
    def claim(self, engine: int, places: int, waited: int) -> None:
        self.now += timedelta(seconds=waited)
        owner, limits = self.engines[engine], {"max_running_jobs": MAX_RUNNING_JOBS}
        claimed = self.do("claim", lambda s: queue.claim(s, owner, places, lambda: self.now, **limits), "claim")
        assert len(claimed.claims) <= places
        self.claims += claimed.claims

    @verb(held, nth=NTH, n=st.integers(1, 3), fills=FILLS)
    def finish(self, nth: int, n: int, fills: bool) -> None:
        claims = rotated(self.held(), nth)[:n]
        self.settle([self.good(one) for one in claims], {"completed"}, "finish")
        self.fill(claims[0], fills)

    @verb(held, nth=NTH, n=st.integers(1, 3), retry_in=RETRY_IN, fills=FILLS)
    def fail(self, nth: int, n: int, retry_in: float | None, fills: bool) -> None:
        claims = rotated(self.held(), nth)[:n]
        end = "failed" if retry_in is None else "pending"
        self.settle([failed(one, retry_in) for one in claims], {end}, f"fail, then {end}")
        self.fill(claims[0], fills)

    @verb(lambda life: life.at_work("running", "paused"), nth=NTH, well=HALVES)
    def end_all_that_runs(self, nth: int, well: tuple[bool, bool]) -> None:
        """Every other step ends well, or none."""
        job_id = pick(self.at_work("running", "paused"), nth)
        claims = [claim for claim in self.held() if claim.job_id == job_id]
        ends = [self.good(one) if well[number % 2] else failed(one) for number, one in enumerate(claims)]
        before = self.world.jobs[job_id].status
        self.settle(ends, {"completed", "failed"}, f"end all of {before}")
        self.check()
        self.happened[f"{before} to {self.world.jobs[job_id].status}"] += 1

    claim_again, finish_again, fail_again, end_all_again = claim, finish, fail, end_all_that_runs
    """Engines take turns more often than people say something."""

    @verb(held, nth=NTH)
    def hand_back(self, nth: int) -> None:
        self.settle([lost(pick(self.held(), nth))], {"pending"}, "hand back", "give back")

    @verb(held, nth=NTH)
    def worker_dies(self, nth: int) -> None:
        self.settle([worker_gone(pick(self.held(), nth))], {"pending", "failed"}, "worker dies")

    @verb(late, nth=NTH, fails=st.booleans())
    def answer_late(self, nth: int, fails: bool) -> None:
        self.come_late(pick(self.late(), nth), fails)

    @verb(late_after_cancel, nth=NTH, fails=st.booleans())
    def answer_after_the_cancel(self, nth: int, fails: bool) -> None:
        self.come_late(pick(self.late_after_cancel(), nth), fails)

    def come_late(self, one: Claim, fails: bool) -> None:
        before = self.world
        step = before.steps.get(one.step_id)
        settlement = failed(one) if fails else self.good(one)
        happened = f"late, {step.status if step else 'deleted'}"
        settled = self.do("late", lambda session: queue.settle(session, [settlement], self.now), happened)
        assert [status for _one, status in settled.steps] == [None]
        self.nothing_changed_since(before)
        self.claims.remove(one)

    def good(self, one: Claim) -> queue.Completed:
        return completed(one, fetched_at=self.now)

    def settle(
        self, settlements: Sequence[queue.Settlement], expected: set[str], happened: str, verb: str = "settle"
    ) -> None:
        settled = self.do(verb, lambda session: queue.settle(session, settlements, self.now), happened)
        assert {status for _one, status in settled.steps} <= expected

    def fill(self, one: Claim, fills: bool) -> None:
        """The engine that had the claim claims anew."""
        if fills and one.owner in self.engines:
            self.claim(self.engines.index(one.owner), 4, 0)

    # -- accidents

    @verb(held, nth=NTH)
    def kill(self, nth: int) -> None:
        gone = pick(self.held(), nth).owner
        self.rescue("kill", "survivor", gone, [gone])

    @verb(held, nth=NTH)
    def restart(self, nth: int) -> None:
        gone, again = pick(self.held(), nth).owner, f"engine-{self.starts}"
        self.starts += 1
        self.engines = [again if name == gone else name for name in self.engines]
        self.rescue("restart", again, gone, [gone])

    @verb(held, nth=NTH)
    def lose_leases(self, nth: int) -> None:
        """One engine is away for longer than its leases last; the other one renews its own."""
        gone = pick(self.held(), nth).owner
        self.now += timedelta(seconds=LEASE_SECONDS)
        with self.service.database.writing() as session:
            for other in {claim.owner for claim in self.held()} - {gone}:
                queue.renew(session, other, self.now)
        self.rescue("lose leases", "survivor", gone, [])

    def rescue(self, happened: str, owner: str, gone: str, told: list[str]) -> None:
        holds = {claim.step_id for claim in self.held() if claim.owner == gone}
        taken = self.do("give back", lambda session: queue.rescue(session, owner, told, self.now), happened)
        assert set(taken) >= holds if not told else set(taken) == holds

    die_again, lose_again, restart_again = worker_dies, lose_leases, restart

    @verb(lambda life: life.at_work("running"), nth=NTH)
    def network_goes(self, nth: int) -> None:
        job_id = pick(self.at_work("running"), nth)
        claims = [claim for claim in self.held() if claim.job_id == job_id]
        if len(claims) > 1:
            self.settle([failed(one) for one in claims[1:]], {"failed"}, "network goes")
        else:
            self.settle([failed(claims[0], 20)], {"pending"}, "network goes")
        since = self.now
        found = Suspicion(18, 20, FailureKind.TIMEOUT, frozenset({FailureKind.TIMEOUT}))
        returned = self.do("trip", lambda s: queue.trip(s, job_id, found, since, {"asked": {}}, self.now), "trip")
        assert returned == max(1, len(claims) - 1)
        self.tripped.add(job_id)

    @verb(lambda life: life.tripped.intersection(life.jobs("paused")))
    def network_comes_back(self) -> None:
        with self.service.database.reading() as session:
            held = queries.breaker.held(session)
        for one in held:
            self.do("reopen", lambda session, one=one: queue.give_back(session, one, self.now), "reopen")
        released = self.do("resume", lambda session: queue.release(session, reasons.BREAKER), "network comes back")
        self.happened["released"] += len(released)
        self.tripped.clear()


def rotated(candidates: list[Any], nth: int) -> list[Any]:
    start = nth % len(candidates)
    return candidates[start:] + candidates[:start]


def test_any_life_of_jobs(database_url: str, tmp_path: Path) -> None:
    service = JobService.open(
        Settings.load(database_url=database_url, data_dir=tmp_path / "data", dns_overrides="*.test=127.0.0.1")
    )

    def life() -> Life:
        with service.database.writing() as session:
            session.execute(sa.delete(JOBS))
            session.execute(sa.delete(HOSTS))
        return LifeWithEngines(service, happened)

    happened: Counter[str] = Counter()
    try:
        run_state_machine_as_test(
            life,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS_OF_AN_EXAMPLE,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],  # minimising a failure would take minutes
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        service.close()
    rare = {what: happened[what] for what, least in FLOORS.items() if happened[what] < least}
    assert not rare, " · ".join(f"{what} {n}" for what, n in sorted(happened.items()))
