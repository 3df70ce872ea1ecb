"""Jobs of a few steps, in the hands of people: each verb is a rule that finds a job on which it has an effect."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import Session

from core import queries, queue
from core.errors import Refused
from core.job_service import JobService
from core.queue import Claim
from core.targets import Policy, Targets, parse_items
from tests.queue.world import ENDED, World, moves_as_its_verb_may, state_of
from tests.story import new_job

SECOND = timedelta(seconds=1)
UNFINISHED = ("pending", "running", "paused")
REFUSED = {
    "start": {"paused", "paused before its start", *ENDED},
    "pause": {*ENDED},
    "resume": {*ENDED},
    "cancel": {"completed", "failed"},
    "retry": {"new", "queued", "running", "paused", "paused before its start"},
    "delete": {"queued", "running", "paused"},
    "extend": {*ENDED},
}
NO_MATTER = {
    "start": {"queued", "running"},
    "pause": {"paused", "paused before its start"},
    "resume": {"new", "queued", "running"},
    "cancel": {"cancelled"},
}
"""States in which a verb changes nothing: it came too late, or was said twice."""
RARE = (
    *("cancel_a_paused_job_whose_steps_run", "retry_failed", "retry_completed_with_failures"),
    "delete_a_job_whose_reports_others_use",
)
ALWAYS_OPEN = ("create", "claim", *RARE)
NTH = st.integers(0, 11)
OVERRIDES = st.sampled_from([None, {"timeout_seconds": 60}])


def verb(candidates: Callable[[Any], Any], **draws: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule for moments in which there are candidates; at each moment dice leave open one of three such rules.

    For Hypothesis likes to say few things again and again, and leaves out names of rules in each example: all have one.
    """

    def decorate(function: Callable[..., None]) -> Any:
        name, function.__name__ = function.__name__, "verb"
        return precondition(lambda life: life.leaves_open(name) and bool(candidates(life)))(rule(**draws)(function))

    return decorate


def pick(candidates: list[Any], nth: int) -> Any:
    return candidates[nth % len(candidates)]


def given(names: list[str]) -> Targets:
    return parse_items(names, Policy(overridden=("*.test",)))


class Life(RuleBasedStateMachine):
    """What people do. After each transaction the whole world is read and checked against the one before."""

    def __init__(self, service: JobService, happened: Counter[str]) -> None:
        super().__init__()
        self.service, self.happened = service, happened
        self.now: datetime = datetime.now(UTC) + timedelta(days=1)  # later than anything that is created meanwhile
        self.lanes: dict[int, int] = {}
        self.fresh_since: dict[int, int] = {}
        self.claims: list[Claim] = []
        self.world = World({}, {}, {}, {})
        self.verb, self.is_checked = "create", True
        self.dice, self.turns = 0, 0

    def leaves_open(self, name: str) -> bool:
        return name in ALWAYS_OPEN or self.thrown(name) % 3 == 0

    def thrown(self, what: str) -> int:
        return crc32(f"{self.dice} {self.turns} {what}".encode())

    def do(self, verb: str, change: Callable[[Session], Any], happened: str) -> Any:
        """One transaction, a second later."""
        self.check()
        self.verb, self.is_checked = verb, False
        self.now += SECOND
        self.turns += 1
        note(happened)
        with self.service.database.writing() as session:
            result = change(session)
        self.happened[happened] += 1
        return result

    @invariant()
    def check(self) -> None:
        """After each transaction, once."""
        if self.is_checked:
            return
        before, now = self.world, World.read(self.service.database)
        self.world, self.is_checked = now, True
        now.check(self.lanes, self.fresh_since)
        moves_as_its_verb_may(self.verb, before, now)
        fresh = now.steps.keys() - before.steps.keys()
        self.happened["reused"] += sum(now.steps[step_id].reused is not None for step_id in fresh)

    def nothing_changed_since(self, before: World) -> None:
        self.check()
        assert self.world == before

    def teardown(self) -> None:
        self.check()
        with self.service.database.reading() as session:
            told = queries.jobs.summary(session).steps
        counted = Counter(step.status for step in self.world.steps.values())
        assert told == {"total": counted.total(), **{status: counted[status] for status in told if status != "total"}}

    # -- what there is

    def jobs(self, *statuses: str) -> list[int]:
        return [job_id for job_id, job in self.world.jobs.items() if job.status in statuses]

    def at_work(self, *statuses: str) -> list[int]:
        """Jobs in these states that have running steps."""
        return [job_id for job_id in self.jobs(*statuses) if self.world.counts[job_id].get("running")]

    def at_rest(self, *statuses: str) -> list[int]:
        return [job_id for job_id in self.jobs(*statuses) if not self.world.counts[job_id].get("running")]

    def not_started(self, *statuses: str) -> list[int]:
        return [job_id for job_id in self.jobs(*statuses) if self.world.jobs[job_id].queued_at is None]

    def to_retry(self, status: str) -> list[int]:
        return [j for j in self.jobs(status) if self.world.jobs[j].failed or self.world.jobs[j].cancelled]

    def used_again(self) -> list[int]:
        """Ended jobs whose reports others point to."""
        pointed = {(s.reused, s.job_id) for s in self.world.steps.values() if s.reused is not None}
        owners = {s.report_id: s.job_id for s in self.world.steps.values() if s.report_id is not None}
        found = {owners[report_id] for report_id, job_id in pointed if owners[report_id] != job_id}
        return [job_id for job_id in self.jobs(*ENDED) if job_id in found]

    def reported(self) -> list[str]:
        """Hosts of the usual lists that have a report."""
        return [s.host for s in self.world.steps.values() if s.report_id is not None and s.host.startswith("h")]

    def out_of_turn(self) -> list[tuple[str, int]]:
        """Each verb with each job to whose state it has nothing to say."""
        states = {job_id: state_of(job) for job_id, job in self.world.jobs.items()}
        verbs = {verb: REFUSED[verb] | NO_MATTER.get(verb, set()) for verb in REFUSED}
        return [(verb, job_id) for verb in verbs for job_id in states if states[job_id] in verbs[verb]]

    # -- what people do

    @verb(
        lambda _life: True,
        first=st.integers(1, 4),
        n=st.integers(1, 3),
        lanes=st.integers(1, 4),
        pause=st.sampled_from([0, 0, 5]),
        reuse=st.sampled_from([7, 0, 7]),
        start=st.sampled_from([True, True, False]),
    )
    def create(self, first: int, n: int, lanes: int, pause: int, reuse: int, start: bool) -> None:
        self.check()
        self.verb, self.is_checked = "create", False
        self.turns += 1
        config = {"concurrency": lanes, "interval_seconds": pause, "reuse_days": reuse}
        job_id = new_job(self.service, [f"h{k}.test" for k in range(first, first + n)], start=start, config=config)
        self.lanes[job_id] = lanes

    @verb(lambda life: life.reported(), nth=NTH, n=st.integers(1, 2))
    def create_over_reports(self, nth: int, n: int) -> None:
        """Reports are used again: some steps, or the whole job, need no visit."""
        hosts = self.reported()
        first = int(pick(hosts, nth)[1:].removesuffix(".test"))
        self.create(first, n, 4, 0, 7, True)

    @verb(lambda life: life.not_started("pending"), nth=NTH)
    def start(self, nth: int) -> None:
        job_id = pick(self.not_started("pending"), nth)
        self.do("start", lambda session: queue.start(session, job_id, self.now), "start")

    @verb(lambda life: life.jobs(*UNFINISHED), nth=NTH, first=st.integers(1, 6))
    def add_targets(self, nth: int, first: int) -> None:
        job_id = pick(self.jobs(*UNFINISHED), nth)
        more = [f"h{first}.test", f"new{self.now:%H%M%S}.test"]
        happened = f"extend {self.world.jobs[job_id].status}"
        self.do("extend", lambda s: queue.extend(s, job_id, given(more), self.now, largest=99), happened)

    @verb(lambda life: life.at_work("running"), nth=NTH)
    def pause_while_steps_run(self, nth: int) -> None:
        self.pause(pick(self.at_work("running"), nth), "pause running at work")

    @verb(lambda life: life.jobs("running", "pending"), nth=NTH)
    def pause_any(self, nth: int) -> None:
        job_id = pick(self.jobs("running") + self.jobs("pending"), nth)
        self.pause(job_id, f"pause {state_of(self.world.jobs[job_id])}")

    def pause(self, job_id: int, happened: str) -> None:
        self.do("pause", lambda session: queue.pause(session, job_id, "Ana"), happened)

    @verb(lambda life: life.jobs("paused"), nth=NTH)
    def resume(self, nth: int) -> None:
        job_id = pick(self.jobs("paused"), nth)
        self.do("resume", lambda session: queue.resume(session, job_id), "resume")
        self.check()
        self.happened[f"resumed, {state_of(self.world.jobs[job_id])}"] += 1

    @verb(lambda life: life.at_work("running"), nth=NTH)
    def cancel_while_steps_run(self, nth: int) -> None:
        self.cancel(pick(self.at_work("running"), nth), "cancel running at work")

    @verb(lambda life: life.at_work("paused"), nth=NTH)
    def cancel_a_paused_job_whose_steps_run(self, nth: int) -> None:
        self.cancel(pick(self.at_work("paused"), nth), "cancel paused at work")

    @verb(lambda life: life.at_rest(*UNFINISHED) and len(life.jobs(*UNFINISHED)) > 1, nth=NTH)
    def cancel_at_rest(self, nth: int) -> None:
        job_id = pick(self.at_rest(*UNFINISHED), nth)
        self.cancel(job_id, f"cancel {self.world.jobs[job_id].status}")

    def cancel(self, job_id: int, happened: str) -> None:
        self.do("cancel", lambda session: queue.cancel(session, job_id, "Ana", self.now), happened)

    @verb(lambda life: life.to_retry("failed"), nth=NTH, overrides=OVERRIDES)
    def retry_failed(self, nth: int, overrides: dict[str, Any] | None) -> None:
        self.retry(pick(self.to_retry("failed"), nth), overrides)

    @verb(lambda life: life.to_retry("completed"), nth=NTH, overrides=OVERRIDES)
    def retry_completed_with_failures(self, nth: int, overrides: dict[str, Any] | None) -> None:
        self.retry(pick(self.to_retry("completed"), nth), overrides)

    @verb(lambda life: life.to_retry("cancelled"), nth=NTH, overrides=OVERRIDES)
    def retry_cancelled(self, nth: int, overrides: dict[str, Any] | None) -> None:
        self.retry(pick(self.to_retry("cancelled"), nth), overrides)

    retry_again, retry_more = retry_failed, retry_completed_with_failures

    def retry(self, job_id: int, overrides: dict[str, Any] | None) -> None:
        job, steps = self.world.jobs[job_id], self.world.steps.items()
        wanted: dict[str, Any] = {"states": ["failed", "cancelled"], "overrides": overrides}
        n = self.do("retry", lambda s: queue.retry(s, job_id, self.now, **wanted), f"retry {job.status}")
        assert n == job.failed + job.cancelled
        again = {i: s.fence for i, s in steps if s.job_id == job_id and s.status in ("failed", "cancelled")}
        self.fresh_since.update(again)

    @verb(lambda life: len(life.jobs(*ENDED)) > 1 or life.not_started("pending", "paused"), nth=NTH)
    def delete(self, nth: int) -> None:
        job_id = pick(self.jobs(*ENDED) + self.not_started("pending", "paused"), nth)
        self.do("delete", lambda session: queue.delete(session, job_id), "delete")

    @verb(used_again, nth=NTH)
    def delete_a_job_whose_reports_others_use(self, nth: int) -> None:
        job_id = pick(self.used_again(), nth)
        self.do("delete", lambda session: queue.delete(session, job_id), "delete, reports used again")

    @verb(out_of_turn)
    def say_out_of_turn(self) -> None:
        pairs = {(verb, state_of(self.world.jobs[job_id])): job_id for verb, job_id in self.out_of_turn()}
        (verb, state), job_id = pick(list(pairs.items()), self.thrown("which"))
        before = self.world
        verbs: dict[str, Callable[[Session], Any]] = {
            "start": lambda s: queue.start(s, job_id, self.now),
            "pause": lambda s: queue.pause(s, job_id, "Eva"),
            "resume": lambda s: queue.resume(s, job_id),
            "cancel": lambda s: queue.cancel(s, job_id, "Eva", self.now),
            "retry": lambda s: queue.retry(s, job_id, self.now, states=["failed", "cancelled"]),
            "delete": lambda s: queue.delete(s, job_id),
            "extend": lambda s: queue.extend(s, job_id, given(["h9.test"]), self.now, largest=99),
        }
        try:
            self.do("out of turn", verbs[verb], "no matter")
            refused = False
        except Refused:
            refused = True
            self.happened["refused"] += 1
        self.happened[f"{verb}, {state}"] += 1
        assert refused == (state in REFUSED[verb]), f"{verb} of a job that is {state}"
        self.nothing_changed_since(before)

    say_another_out_of_turn = say_out_of_turn
