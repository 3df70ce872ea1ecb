"""Whatever people, engines and accidents do to jobs, in any order: the counters equal the steps, nothing moves that may
not, and no attempt is spent but by an answer.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from core import queries, queue, reasons
from core.breaker import Suspicion
from core.errors import InvalidInput, NotFound, Refused
from core.failures import FailureKind
from core.job_service import JobService
from core.models import HOSTS, JOB_STEPS, JOBS, REPORTS, STEP_ATTEMPTS
from core.queue import Claim, Completed
from core.settings import Settings
from core.states import FINAL, JOB_MOVES, JobStatus
from tests.story import completed, failed, lost, new_job, worker_gone

EXAMPLES, STEPS_OF_AN_EXAMPLE = 50, 30
STARTED = st.sampled_from([True, True, True, False])
PAUSES = st.sampled_from([0, 0, 5])
OWNERS = st.sampled_from(["engine-1", "engine-2"])
MOVES = {(before, after) for moves in JOB_MOVES.values() for before, after in moves.items() if before != after}


class Life(RuleBasedStateMachine):
    """Jobs of a few steps, two engines that may die, and time that only goes on."""

    jobs = Bundle("jobs")
    claims = Bundle("claims")

    def __init__(self, service: JobService, happened: Counter[str]) -> None:
        super().__init__()
        self.service = service
        self.happened = happened
        self.now: datetime = datetime.now(UTC) + timedelta(days=1)  # later than anything that is created meanwhile
        self.seen: dict[int, JobStatus] = {}

    # -- people

    @initialize(target=jobs)
    def begin(self) -> int:
        return new_job(self.service, 3)

    @rule(target=jobs, n=st.integers(1, 4), start=STARTED, lanes=st.integers(1, 4), pause=PAUSES)
    def create(self, n: int, start: bool, lanes: int, pause: int) -> int:
        config = {"concurrency": lanes, "interval_seconds": pause}
        return new_job(self.service, n, start=start, config=config)

    @rule(target=jobs, n=st.integers(1, 4), start=STARTED, forgets=st.booleans())
    def create_with_reports_used_again(self, n: int, start: bool, forgets: bool) -> int:
        job = new_job(self.service, n, start=start, config={"reuse_days": 7})
        if forgets:
            self.delete_the_first_that_ended()
        return job

    @rule(job=jobs, n=st.integers(1, 6))
    def add_targets(self, job: int, n: int) -> None:
        with refusable():
            self.service.add_targets(job, [f"h{n}.test", f"h{n + 1}.test"])
            self.happened["added"] += 1

    @rule(job=jobs, verb=st.sampled_from(["start_job", "pause_job", "resume_job", "cancel_job", "retry"]))
    def command(self, job: int, verb: str) -> None:
        with refusable():
            getattr(self.service, verb)(job)

    @rule(job=jobs)
    def retry_everything(self, job: int) -> None:
        with refusable():
            self.service.retry(job, states=["failed", "cancelled"], overrides={"timeout_seconds": 60})

    @rule(job=consumes(jobs))
    def delete(self, job: int) -> None:
        with refusable():
            self.service.delete_job(job)

    def delete_the_first_that_ended(self) -> None:
        with self.service.database.reading() as session:
            ended = session.execute(sa.select(sa.func.min(JOBS.c.id)).where(JOBS.c.status.in_(FINAL))).scalar()
        if ended is not None:
            self.service.delete_job(ended)

    # -- engines

    @rule(target=claims, owner=OWNERS, places=st.integers(1, 4))
    def engine_claims(self, owner: str, places: int) -> Any:
        return multiple(*self.claim(owner, places))

    def claim(self, owner: str, places: int) -> list[Claim]:
        with self.service.database.writing() as session:
            claimed = queue.claim(session, owner, places, lambda: self.now, max_running_jobs=2)
        assert len(claimed.claims) <= places
        self.happened["claims"] += len(claimed.claims)
        self.moved_as_the_table_says()
        return claimed.claims

    @rule(owner=OWNERS, places=st.integers(1, 3), retry_in=st.sampled_from([None, 0, 20]))
    def engine_works(self, owner: str, places: int, retry_in: float | None) -> None:
        for number, one in enumerate(self.claim(owner, places)):
            self._settle(failed(one, retry_in) if number % 3 == 1 else self.good(one), one)

    @rule(one=claims)
    def answer(self, one: Claim) -> None:
        self._settle(self.good(one), one)

    def good(self, one: Claim) -> Completed:
        return completed(one, fetched_at=self.now)

    @rule(one=claims, retry_in=st.sampled_from([None, 0, 20]))
    def fail(self, one: Claim, retry_in: float | None) -> None:
        self._settle(failed(one, retry_in), one)

    @rule(one=claims)
    def hand_back(self, one: Claim) -> None:
        self._settle(lost(one), None)

    @rule(one=claims)
    def worker_dies(self, one: Claim) -> None:
        with self.service.database.writing() as session:
            queue.settle(session, [worker_gone(one)], self.now)

    @rule(one=claims, owner=OWNERS)
    def answer_after_somebody_else_took_over(self, one: Claim, owner: str) -> None:
        self.kill(one.owner)
        self.claim(owner, 4)
        self._settle(self.good(one), one)

    # -- accidents and time

    @rule(owner=OWNERS)
    def engine_dies(self, owner: str) -> None:
        self.kill(owner)

    def kill(self, owner: str) -> None:
        with self.service.database.writing() as session:
            queue.rescue(session, "survivor", [owner], self.now)

    @rule(target=claims, owner=OWNERS, retry_in=st.sampled_from([None, 20]))
    def network_goes(self, owner: str, retry_in: float | None) -> Any:
        under_way: dict[int, Claim] = {}
        for one in self.claim(owner, 6):
            if under_way.setdefault(one.job_id, one) is not one:
                self._settle(failed(one, retry_in), one)
        found = Suspicion(18, 20, FailureKind.TIMEOUT, frozenset({FailureKind.TIMEOUT}))
        with self.service.database.writing() as session:
            for job in sorted(under_way):
                returned = queue.trip(session, job, found, self.now, {"asked": {}}, self.now)
                self.happened["attempts given back"] += returned or 0
        return multiple(*under_way.values())

    @rule()
    def network_comes_back(self) -> None:
        with self.service.database.writing() as session:
            for held in queries.breaker.held(session):
                queue.give_back(session, held, self.now)
            queue.release(session, reasons.BREAKER)

    @rule(owner=OWNERS)
    def renew(self, owner: str) -> None:
        with self.service.database.writing() as session:
            queue.renew(session, owner, self.now)

    @rule(seconds=st.sampled_from([1, 30, 90]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with self.service.database.writing() as session:
            queue.rescue(session, "survivor", [], self.now)

    def _settle(self, settlement: queue.Settlement, spends: Claim | None) -> None:
        with self.service.database.writing() as session:
            before = session.execute(sa.select(JOB_STEPS.c.status, JOB_STEPS.c.fence, JOB_STEPS.c.attempts).where(
                JOB_STEPS.c.id == settlement.claim.step_id)).first()  # fmt: skip
            queue.settle(session, [settlement], self.now)
            after = session.execute(sa.select(JOB_STEPS.c.attempts).where(
                JOB_STEPS.c.id == settlement.claim.step_id)).scalar()  # fmt: skip
        if before is not None:
            holds = before.status == "running" and before.fence == settlement.claim.fence
            assert after == before.attempts + (1 if holds and spends else 0)
            self.happened["answers" if holds else "late answers"] += 1

    # -- what always holds

    @invariant()
    def counters_equal_steps(self) -> None:
        with self.service.database.reading() as session:
            jobs = {row.id: row for row in session.execute(sa.select(JOBS))}
            counted: dict[int, dict[str, int]] = {job_id: {} for job_id in jobs}
            for job_id, status, n in session.execute(
                sa.select(JOB_STEPS.c.job_id, JOB_STEPS.c.status, sa.func.count()).group_by(
                    JOB_STEPS.c.job_id, JOB_STEPS.c.status
                )
            ):
                counted[job_id][status] = n
            assert queries.jobs.summary(session).steps["running"] == sum(c.get("running", 0) for c in counted.values())
        for job_id, job in jobs.items():
            steps = counted[job_id]
            assert job.total_steps == sum(steps.values())
            for state in ("completed", "failed", "cancelled"):
                assert getattr(job, f"{state}_steps") == steps.get(state, 0)
            unfinished = steps.get("pending", 0) + steps.get("running", 0)
            assert (job.status in FINAL) == (unfinished == 0)
            assert steps.get("running", 0) <= job.config["concurrency"]

    @invariant()
    def states_move_as_the_table_says(self) -> None:
        self.moved_as_the_table_says()

    def moved_as_the_table_says(self) -> None:
        """Each job has stayed, or made one move that is possible, since this was asked before."""
        with self.service.database.reading() as session:
            now = {job_id: JobStatus(status) for job_id, status in session.execute(sa.select(JOBS.c.id, JOBS.c.status))}
        for job_id, status in now.items():
            before = self.seen.get(job_id, JobStatus.PENDING)
            assert status == before or (before, status) in MOVES, f"job {job_id}: {before} → {status}"
        self.seen = now

    @invariant()
    def attempts_and_reports_fit_their_steps(self) -> None:
        with self.service.database.reading() as session:
            steps = {row.id: row for row in session.execute(sa.select(JOB_STEPS))}
            attempts = session.execute(sa.select(STEP_ATTEMPTS)).all()
            reports = {
                report_id: step_id for report_id, step_id in session.execute(sa.select(REPORTS.c.id, REPORTS.c.step_id))
            }
        self.reports_fit(steps, reports)
        visited = Counter(step.host for step in steps.values() if step.status == "running")
        assert max(visited.values(), default=1) == 1, "two visits to one host at a time"
        for step in steps.values():
            own = [a for a in attempts if a.step_id == step.id]
            assert sum(a.completed_at is None for a in own) == (step.status == "running")
            assert len(own) <= step.fence

    def reports_fit(self, steps: dict[int, Any], reports: dict[int, int]) -> None:
        """Each report is that of one step, each completed step has one: its own, or one that it uses again."""
        assert len(reports) == len(set(reports.values()))
        assert all(steps[step_id].result_data["report_id"] == report_id for report_id, step_id in reports.items())
        for step in steps.values():
            if step.status == "completed":
                owner = reports[step.result_data["report_id"]]
                assert step.result_data.get("reused", False) == (step.reused_report_id is not None)
                assert owner == step.id or step.reused_report_id is not None
                self.happened["reused"] += step.reused_report_id is not None
                self.happened["rehomed"] += step.reused_report_id is not None and owner == step.id


@contextmanager
def refusable() -> Iterator[None]:
    """A command may be refused, or come too late; it must never break."""
    try:
        yield
    except (Refused, NotFound, InvalidInput):
        return


def test_any_life_of_jobs(database_url: str, tmp_path: Path) -> None:
    service = JobService.open(
        Settings.load(database_url=database_url, data_dir=tmp_path / "data", dns_overrides="*.test=127.0.0.1")
    )

    def life() -> Life:
        with service.database.writing() as session:
            session.execute(sa.delete(JOBS))
            session.execute(sa.delete(HOSTS))
        return Life(service, happened)

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
    counted = ("claims", "answers", "late answers", "attempts given back", "added", "reused", "rehomed")
    assert min(happened[what] for what in counted) > 10, happened
