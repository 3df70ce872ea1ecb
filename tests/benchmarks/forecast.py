"""Does the forecast hold? Many simulated batches, asked at several moments of each, compared with how they ended.

python -m tests.benchmarks.forecast [BATCHES] [--seed N] [--changed] [--queue]

With --changed lanes (and often the pause) of each job are raised or lowered once or twice while it runs, and it is
asked after the last change. With --queue each batch runs through the real queue of a database of its own, in made-up
time, and the forecast is read from there; without, a few lines play the queue.
"""

import argparse
import heapq
import tempfile
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import fmean, median
from time import perf_counter
from typing import Any

from core import edits, queries, queue
from core.errors import FetchError
from core.failures import FailureKind
from core.forecast import Course, Ended, HostQueue, Running, Waiting, forecast
from core.job_config import PRESETS, JobConfig
from core.job_service import JobService
from core.queries.progress import SecondsLeft
from core.queue import Claim
from core.retry import decide
from core.settings import Settings
from tests.story import report_columns

MOMENTS = (0.10, 0.25, 0.50, 0.75)
"""Parts of the steps (after a change: of those that were left then) that have ended when the forecast is asked."""
SOON, SOON_SECONDS = 0.0, 3.0
"""The moment so many seconds after a change: a screen is drawn again by then."""

MOST_LANES = 64
"""Lanes that a job can have."""
LONG = 100
"""Steps of a job for which the width is told apart: in a shorter one, one dead target decides on the end."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How one visit went."""

    seconds: float
    may_pass: bool = False


@dataclass
class World:
    """One list of hosts with their manners, and the job over it: all of it drawn from one seed."""

    random: Random
    config: JobConfig
    steps: list[str]
    kinds: dict[str, str]
    places: int
    typical_seconds: float
    crawl_delays: dict[str, float] = field(default_factory=dict)
    dead_seconds: dict[str, float] = field(default_factory=dict)
    changes: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """What of the configuration changes when this part of the steps has ended."""

    @classmethod
    def of(cls, seed: int, largest: int = 2_000, *, is_changed: bool = False) -> "World":
        """Sizes from 20 up, the presets and a job without pauses, sites of all sorts; lanes that change or do not."""
        random = Random(seed)
        preset: dict[str, float] = random.choice([*PRESETS.values(), {"concurrency": 32, "interval_seconds": 0.0}])
        config = JobConfig.parse({**preset, "max_retries": random.choice([0, 1, 2, 2, 2, 3])})
        size = round(20 * (largest / 20) ** random.random())
        hosts = [f"h{n}.test" for n in range(size)]
        shares = {"dead": random.choice([0, 0.02, 0.05, 0.1]), "unknown": random.choice([0, 0.02, 0.05])}
        shares |= {"flaky": random.choice([0, 0, 0.05]), "gone": 0.03, "slow": random.choice([0, 0.05, 0.1])}
        weights = [*shares.values(), 1 - sum(shares.values())]
        kinds = dict(zip(hosts, random.choices([*shares, "good"], weights, k=size), strict=True))
        steps = list(hosts)
        delays: dict[str, float] = {}
        if random.random() < 0.3:  # a few hosts with many pages
            for host in random.sample(hosts, max(1, size // 40)):
                steps += [host] * random.randint(1, max(2, size // 10))
                if random.random() < 0.3:
                    delays[host] = random.choice([1.0, 2.0, 5.0])
        random.shuffle(steps)
        places = MOST_LANES if random.random() < 0.75 else random.randint(1, config.concurrency)
        dead = {host: random.choice([10.0, 20.0, 20.0, 30.0]) for host, kind in kinds.items() if kind == "dead"}
        world = cls(random, config, steps, kinds, places, random.uniform(0.3, 2.0), delays, dead)
        if is_changed:
            world.changes = _changes(Random(f"changes {seed}"), config)
        return world

    def change(self, changes: dict[str, Any]) -> None:
        """The job goes on with other lanes or another pause."""
        self.config = self.config.model_copy(update=changes)

    def visit(self, host: str) -> Visit:
        """One visit to the host."""
        random, kind = self.random, self.kinds[host]
        seconds = self.typical_seconds * random.lognormvariate(0.0, 0.6)
        if kind == "dead":
            return Visit(min(self.config.timeout_seconds, self.dead_seconds[host] * random.uniform(0.98, 1.02)), True)
        if kind == "unknown":
            return Visit(random.uniform(0.05, 0.5), True)
        if kind == "flaky" and random.random() < 0.5:
            return Visit(seconds, True)
        return Visit(min(self.config.timeout_seconds, seconds * (6 if kind == "slow" else 1)))


def _changes(random: Random, config: JobConfig) -> list[tuple[float, dict[str, Any]]]:
    """Lanes are raised or lowered, in every second job that is taken back (or overdone) later; often with the pause."""
    changes: list[tuple[float, dict[str, Any]]] = []
    share, lanes, raised = random.uniform(0.1, 0.5), config.concurrency, random.random() < 0.6
    for _ in range(random.randint(1, 2)):
        times = random.uniform(2.0, 5.0)
        lanes = min(MOST_LANES, max(1, round(lanes * times if raised else lanes / times)))
        pause = {"interval_seconds": random.choice([0.0, 0.2, 1.0, 3.0])} if random.random() < 0.4 else {}
        changes.append((share, {"concurrency": lanes, **pause}))
        share, raised = share + random.uniform(0.1, 0.3), not raised
    return changes


class Agenda:
    """What comes next of a job's changes and of the moments at which it is asked."""

    def __init__(self, world: World) -> None:
        self._total, self._changes, self._wanted = len(world.steps), list(world.changes), list(MOMENTS)
        self._ended_before, self._soon_at = 0, float("inf")

    def change(self, ended: int, now: float) -> dict[str, Any] | None:
        """The change that is due when so many steps have ended."""
        if not self._changes or ended < self._changes[0][0] * self._total:
            return None
        self._ended_before, self._soon_at = ended, now + SOON_SECONDS
        return self._changes.pop(0)[1]

    def moments(self, ended: int, now: float) -> Iterator[float]:
        """The moments that have come; none before the last change."""
        if self._changes:
            return
        if now >= self._soon_at:
            self._soon_at = float("inf")
            yield SOON
        left = self._total - self._ended_before
        while self._wanted and ended >= self._ended_before + self._wanted[0] * left:
            yield self._wanted.pop(0)


@dataclass
class Step:
    """A step of the simulated job."""

    number: int
    host: str
    due: float
    attempts: int = 0
    took: float = 0.0


class Run:
    """The job as the queue runs it: due steps by moment and number, a host's one at a time, lanes that rest."""

    def __init__(self, world: World) -> None:
        self.world, self.now = world, 0.01
        ranks: Counter[str] = Counter()
        self.due: list[tuple[float, int, Step]] = []
        for number, host in enumerate(world.steps):
            heapq.heappush(self.due, (ranks[host] * 1e-6, number, Step(number, host, 0.0)))
            ranks[host] += 1
        self.parked: defaultdict[str, list[tuple[float, int, Step]]] = defaultdict(list)
        self.free_at: dict[str, float] = {}
        self.running: dict[int, tuple[float, Step, Visit]] = {}
        self.rested_from: deque[float] = deque()
        self.changed_at: float | None = None
        self.events: list[tuple[float, int, str, int]] = []
        self.history: list[tuple[float, float, str, bool, bool, bool]] = []
        self.answers: dict[str, bool] = {}
        self.ended = 0
        self._count = 0

    def moments(self) -> Iterator[float]:
        """Run to the end; stops at each moment to ask and gives it."""
        agenda = Agenda(self.world)
        self._claim()
        while self.ended < len(self.world.steps):
            self.now, _, what, number = heapq.heappop(self.events)
            if what == "end":
                self._end(number)
            if (changes := agenda.change(self.ended, self.now)) is not None:
                self._change(changes)
            self._claim()
            yield from agenda.moments(self.ended, self.now)

    def _change(self, changes: dict[str, Any]) -> None:
        self.world.change(changes)
        self.changed_at = self.now
        for at in self.rested_from:
            self._event(max(self.now, at + self.world.config.interval_seconds), "rested")

    def _resting(self) -> int:
        while self.rested_from and self.rested_from[0] + self.world.config.interval_seconds <= self.now:
            self.rested_from.popleft()
        return len(self.rested_from)

    def _event(self, at: float, what: str, number: int = 0) -> None:
        self._count += 1
        heapq.heappush(self.events, (at, self._count, what, number))

    def _claim(self) -> None:
        world = self.world
        while self.due and self.due[0][0] <= self.now:
            if len(self.running) + self._resting() >= world.config.concurrency or len(self.running) >= world.places:
                return
            entry = heapq.heappop(self.due)
            step = entry[2]
            free_at = self.free_at.get(step.host, 0.0)
            if free_at == float("inf"):
                self.parked[step.host].append(entry)
                continue
            if free_at > self.now:
                heapq.heappush(self.due, (free_at, entry[1], step))
                continue
            visit = world.visit(step.host)
            self.running[step.number] = self.now, step, visit
            self.free_at[step.host] = float("inf")
            self._event(self.now + visit.seconds, "end", step.number)

    def _end(self, number: int) -> None:
        config = self.world.config
        began, step, visit = self.running.pop(number)
        step.attempts, step.took = step.attempts + 1, self.now - began
        again = visit.may_pass and step.attempts <= config.max_retries
        self.history.append((self.now, self.now - began, step.host, step.attempts == 1, visit.may_pass, not again))
        self.answers[step.host] = not visit.may_pass
        if again:
            backoff = config.backoff_seconds * 2 ** (step.attempts - 1) * self.world.random.uniform(0.5, 1)
            step.due = self.now + backoff
            heapq.heappush(self.due, (step.due, number, step))
            self._event(step.due, "due")
        else:
            self.ended += 1
        gap = max(config.interval_seconds, self.world.crawl_delays.get(step.host, 0.0))
        self.free_at[step.host] = self.now + gap
        for entry in self.parked.pop(step.host, []):
            heapq.heappush(self.due, (max(entry[0], self.now + gap), entry[1], entry[2]))
        self._event(self.now + gap, "free")
        if config.interval_seconds:
            self.rested_from.append(self.now)
            self._event(self.now + config.interval_seconds, "rested")

    def course(self, most: int = 500) -> Course:
        """What the forecast gets to know."""
        left = [entry[2] for entry in self.due] + [entry[2] for some in self.parked.values() for entry in some]
        untried = [step for step in left if not step.attempts]
        waiting: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
        for step in left:
            if step.attempts:
                waiting[step.attempts].append((max(0.0, step.due - self.now), step.took))
        pages = Counter(step.host for step in untried)
        again: Counter[str] = Counter()
        for step in left:
            again[step.host] += self.world.config.max_retries + 1 - step.attempts if step.attempts else 0
        of_host: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
        for _at, seconds, host, _first, may_pass, _ends in self.history[-most:]:
            of_host[host].append((seconds, may_pass))
        config = self.world.config
        return Course(
            config,
            [Ended(self.now - at, took, *rest) for at, took, _host, *rest in reversed(self.history[-most:])],
            len(self.history) <= most,
            [Running(step.host, self.now - began, step.attempts) for began, step, _visit in self.running.values()],
            len(untried),
            [Waiting(n, len(some), max(some)[0], [took for _due, took in some]) for n, some in waiting.items()],
            [
                self._queue(host, pages[host], again[host], of_host[host])
                for host in sorted({*pages, *again})
                if pages[host] + again[host] > 1
            ],
            None if self.changed_at is None else self.now - self.changed_at,
        )

    def _queue(self, host: str, untried: int, again: int, visits: list[tuple[float, bool]]) -> HostQueue:
        gap = max(self.world.config.interval_seconds, self.world.crawl_delays.get(host, 0.0))
        seconds = fmean(seconds for seconds, _may_pass in visits) if visits else None
        return HostQueue(host, untried, gap, again, seconds, len(visits), self.answers.get(host))


class QueueRun:
    """The same job in the real queue of a new database, with the time passed in; asks the reads."""

    def __init__(self, world: World, directory: Path) -> None:
        self.world, self.begun = world, datetime.now(UTC)
        self.now = self.begun
        self.service = JobService.open(Settings.load(data_dir=directory, dns_overrides="*.test=127.0.0.1"))
        targets = [f"{host}/{n}" for n, host in enumerate(world.steps)]
        config = world.config.model_dump()
        self.job_id = self.service.create_batch_scraping_job(targets, config=config, start=True).job.id
        self.running: list[tuple[datetime, int, Claim, Visit]] = []

    def moments(self) -> Iterator[float]:
        """Run to the end; stops at each moment to ask and gives it."""
        agenda, job = Agenda(self.world), self.service.get_job_status(self.job_id)
        while not job.is_final:
            more_at = self._claim()
            if self.running and (more_at is None or self.running[0][0] <= more_at):
                self.now = max(self.now, self.running[0][0])
                self._settle()
                job = self.service.get_job_status(self.job_id)
                ended = job.total_steps - job.unfinished_steps
                if (changes := agenda.change(ended, self.now.timestamp())) is not None:
                    self._change(changes)
                yield from agenda.moments(ended, self.now.timestamp())
            else:
                assert more_at is not None
                self.now = max(more_at, self.now + timedelta(milliseconds=1))
        self.service.close()

    def _change(self, changes: dict[str, Any]) -> None:
        self.world.change(changes)
        with self.service.database.writing() as session:
            edits.edit(session, self.job_id, self.now, config=changes)

    def seconds_left(self) -> SecondsLeft | None:
        """What a reader is told now."""
        with self.service.database.reading() as session:
            job = queries.jobs.get(session, self.job_id)
            return queries.progress.of_job(session, job, self.now).seconds_left

    def _claim(self) -> datetime | None:
        places = self.world.places - len(self.running)
        if not places:
            return None
        with self.service.database.writing() as session:
            claimed = queue.claim(session, "engine", places, lambda: self.now, max_running_jobs=4)
        for claim in claimed.claims:
            visit = self.world.visit(claim.host)
            heapq.heappush(self.running, (self.now + timedelta(seconds=visit.seconds), claim.step_id, claim, visit))
        return claimed.more_at

    def _settle(self) -> None:
        _at, _id, claim, visit = heapq.heappop(self.running)
        delay = self.world.crawl_delays.get(claim.host, 0.0)
        came: queue.Settlement = queue.Completed(claim, report_columns(claim.target), "text", delay)
        if visit.may_pass:
            again = decide(
                FetchError(FailureKind.TIMEOUT, ""), claim.attempts + 1, claim.config, self.world.random.random()
            )
            came = queue.Failed(claim, FailureKind.TIMEOUT, "", None, again, crawl_delay_seconds=delay)
        with self.service.database.writing() as session:
            queue.settle(session, [came], self.now)


@dataclass
class Asked:
    """One forecast and how it came."""

    moment: float
    steps: int
    low: float
    high: float
    left: float

    @property
    def holds(self) -> bool:
        """Whether the true end lies inside."""
        return self.low <= self.left <= self.high


def ask(seed: int, largest: int = 2_000, *, is_changed: bool = False) -> list[Asked]:
    """Run one batch, ask at every moment."""
    run = Run(World.of(seed, largest, is_changed=is_changed))
    said: list[tuple[float, float, float, float]] = []
    for moment in run.moments():
        if (found := forecast(run.course())) is not None:
            said.append((moment, run.now, found.low_seconds, found.high_seconds))
    return [Asked(moment, len(run.world.steps), low, high, run.now - at) for moment, at, low, high in said]


def ask_queue(seed: int, largest: int = 400, *, is_changed: bool = False) -> list[Asked]:
    """The same with the real queue."""
    said: list[tuple[float, datetime, SecondsLeft]] = []
    with tempfile.TemporaryDirectory() as directory:
        run = QueueRun(World.of(seed, largest, is_changed=is_changed), Path(directory))
        for moment in run.moments():
            if (found := run.seconds_left()) is not None:
                said.append((moment, run.now, found))
    steps = len(run.world.steps)
    return [Asked(moment, steps, left.low, left.high, (run.now - at).total_seconds()) for moment, at, left in said]


def report(asked: list[Asked]) -> Iterator[str]:
    """A line for each moment: how many forecasts held, and how wide they were."""
    for moment in (SOON, *MOMENTS):
        some = [one for one in asked if one.moment == moment]
        if not some:
            continue
        held = sum(one.holds for one in some) / len(some)
        early = sum(one.left < one.low for one in some) / len(some)
        ratios = [median(one.high / max(one.low, 1.0) for one in some if one.steps >= least) for least in (0, LONG)]
        yield (
            f"at {moment:4.0%}: {len(some):4} forecasts, {held:4.0%} hold, {early:3.0%} end before, "
            f"{1 - held - early:3.0%} after; high / low {ratios[0]:.2f}, from {LONG} steps on {ratios[1]:.2f} (medians)"
        )


def main() -> None:
    """Read the arguments, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("batches", nargs="?", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--changed", action="store_true")
    parser.add_argument("--queue", action="store_true")
    arguments = parser.parse_args()
    one_batch = ask_queue if arguments.queue else ask
    first, began = arguments.seed * 100_000, perf_counter()
    asked = [one for n in range(arguments.batches) for one in one_batch(first + n, is_changed=arguments.changed)]
    print("\n".join(report(asked)))
    print(f"all: {sum(one.holds for one in asked) / len(asked):.0%} hold; {perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
