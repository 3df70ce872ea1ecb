"""Possible rests of a running job, drawn from what its own attempts took so far.

A draw follows the order of the queue: first attempts before retries, a host's pages one after the other.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random
from statistics import fmean, pstdev

from core.estimate import DEAD_SECONDS, DEAD_SHARE
from core.forecast.course import Course, HostQueue
from core.forecast.lanes import lanes_at_work, places_at_work
from core.retry import longest_backoff_seconds

PRIOR_WEIGHT = 10.0
"""How many first attempts the usual share of dead targets stands for, before the job has shown its own."""
FEW_FAILED, SLOW_SHARE = 4, 0.25
"""While fewer attempts than this have failed slowly, a usual dead target counts as one more; what part of the seconds
of that one is slow. Quick failures tell nothing of the dead targets that are still waited for."""
PERSISTENT_SHARE, PERSISTENT_WEIGHT = 0.75, 2.0
"""How many of those that failed once fail always, and how many retries that stands for."""
RESAMPLED, FOLLOWED, MOST_QUEUES = 12, 4, 12
"""Attempts drawn for a mean; failing steps that a draw follows one by one; hosts that it looks at alone."""
DOUBT, DOUBT_AT_FIRST = 0.06, 0.4
"""How far a job may differ from its draws (sigma of a lognormal distribution): always, and more after few attempts."""
VARIETY = 0.4
"""How much the visits to one host differ (sigma of a lognormal distribution)."""
TAIL = 2.5
"""How fast attempts longer than all known ones become rare (exponent of a Pareto distribution)."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """How an attempt on its way ends: `seconds` in all, `left` of them from now."""

    host: str
    attempts: int
    seconds: float
    left: float
    fails: bool


@dataclass(frozen=True, slots=True)
class _Host:
    """A host with many pages: untried ones, seconds of a visit, pause, retries of the untried, visits in all."""

    untried: float
    seconds: float
    gap: float
    again: float
    visits: float


class Draws:
    """One possible rest of the job after another; the same course gives the same draws."""

    def __init__(self, course: Course) -> None:
        self._course, self._config, self._random = course, course.config, Random(1)
        self._good = sorted(one.seconds for one in course.ended if not one.may_pass)
        self._bad = sorted(one.seconds for one in course.ended if one.may_pass)
        if len(self._bad) < FEW_FAILED:
            self._bad = sorted((*self._bad, *(seconds for one in course.waiting for seconds in one.took)))
        dead = min(DEAD_SECONDS, self._config.timeout_seconds)
        self._slow = [seconds for seconds in self._bad if seconds >= SLOW_SHARE * dead]
        if len(self._slow) < FEW_FAILED:
            self._slow = sorted((*self._slow, dead))
        self._firsts, self._later = (
            Counter(one.may_pass for one in course.ended if one.is_first is first) for first in (True, False)
        )
        self._ripe = Counter(
            one.may_pass and one.seconds >= self._slow[0]
            for one in course.ended
            if one.is_first and one.ago + one.seconds >= dead
        )
        self._spread = pstdev(self._good) if self._good else 0.0
        self._alive = _survival(self._good, sorted(one.age for one in course.running))
        self._lanes, self._places = lanes_at_work(course), places_at_work(course)
        self._rest = self._config.interval_seconds
        self._usual = fmean(self._good) if self._good else DEAD_SECONDS
        visited = {one.host: one.age for one in course.running}
        longest = sorted(
            course.hosts,
            key=lambda one: (
                one.untried * (one.gap_seconds + max(one.seconds or self._usual, visited.get(one.host, 0.0)))
            ),
        )
        self._queues = sorted(longest[-MOST_QUEUES:], key=lambda one: one.untried)
        self._singles = max(0, course.untried - round(sum(one.untried for one in self._queues)))

    def end(self) -> float:
        """Seconds to the end of the job."""
        running = self._running(self._share(self._ripe))
        known = self._firsts + Counter(one.fails for one in running if not one.attempts)
        failing, dead = self._share(known), self._share(self._later, PERSISTENT_WEIGHT, PERSISTENT_SHARE)
        took = sorted((*self._bad, *(one.seconds for one in running if one.fails))) or self._slow
        good, bad = (self._mean([one for one in running if one.fails is fails], fails) for fails in (False, True))
        failed = self._binomial(self._singles, failing)
        visited = {one.host: one for one in running}
        hosts = [self._host(one, failing, visited.get(one.host)) for one in self._queues]
        work = sum(one.left + self._rest for one in running)
        work += failed * (bad + self._rest) + (self._singles - failed) * (good + self._rest) + self._noise()
        work += sum(one.untried * (one.seconds + self._rest) for one in hosts)
        tried = self._time(work, self._singles + sum(one.untried for one in hosts) + len(running))
        again = [(1, failed, took)] + [(one.attempts + 1, 1, [one.seconds]) for one in running if one.fails]
        again += [(one.attempts, one.steps, sorted(one.took) or took) for one in self._course.waiting]
        rounds: list[tuple[float, float]] = [self._retries(*group, dead, good) for group in again]
        rounds += [(one.again * (one.seconds + self._rest), one.again) for one in hosts]
        retries = self._time(sum(seconds for seconds, _n in rounds), sum(n for _seconds, n in rounds))
        bulk = tried + retries + self._unevenness(retries > 0) - self._rest
        alone = (one.visits * (one.seconds + one.gap) - one.gap for one in hosts)
        doubt = self._random.lognormvariate(0.0, DOUBT + DOUBT_AT_FIRST / sqrt(len(self._course.ended)))
        return doubt * max(0.0, bulk, self._layers(hosts), *self._chains(running, failed, took, tried, dead), *alone)

    def _time(self, lane_seconds: float, visits: float) -> float:
        """What so many visits with the pauses after them take all lanes, and the places of the engine alone."""
        on_the_way = lane_seconds - visits * self._rest
        return max(0.0, lane_seconds / self._lanes, on_the_way / self._places)

    def _running(self, failing: float) -> list[_Drawn]:
        """How the attempts on their way end: the longer one has taken, the more it is like those that failed."""
        drawn = []
        for one in self._course.running:
            good, slow = (bisect_right(some, one.age) for some in (self._good, self._slow))
            alive = (1 - failing) * self._alive[good], failing * (len(self._slow) - slow + 0.5) / len(self._slow)
            fails = self._random.random() * sum(alive) >= alive[0]
            beyond = 0.5 if fails else self._alive[-1] / self._alive[good] * (len(self._good) - good + 1)
            seconds = self._beyond(one.age, *((self._slow, slow) if fails else (self._good, good)), beyond)
            drawn.append(_Drawn(one.host, one.attempts, seconds, seconds - one.age, fails))
        return drawn

    def _beyond(self, age: float, some: list[float], first: int, weight: float) -> float:
        """Seconds of an attempt that has taken `age` so far: like one of those from the `first` on, which took longer,
        or, with the weight of so many of them, longer than all."""
        longer = len(some) - first
        if longer and self._random.random() * (longer + weight) >= weight:
            return some[first + int(longer * self._random.random())]
        longest = max(age, some[-1] if longer else 0.0)
        limit = max(longest, self._config.timeout_seconds)
        times: float = (1.0 - self._random.random()) ** (-1 / TAIL)
        return min(limit, longest * times)

    def _share(self, counted: Counter[bool], weight: float = PRIOR_WEIGHT, usual: float = DEAD_SHARE) -> float:
        """The share of True, as uncertain as the count leaves it; `usual` stands for `weight` counted ones."""
        return self._random.betavariate(counted[True] + weight * usual, counted[False] + weight * (1 - usual))

    def _mean(self, running: list[_Drawn], fails: bool) -> float:
        """Mean seconds of good or failing attempts, as uncertain as the samples leave it."""
        some = [*(self._bad if fails else self._good), *(one.seconds for one in running)]
        if not some:
            return DEAD_SECONDS
        k, mean = min(len(some), RESAMPLED), fmean(some)
        return max(0.2 * mean, mean + (fmean(self._random.choices(some, k=k)) - mean) * sqrt(k / len(some)))

    def _binomial(self, n: int, share: float) -> int:
        if n <= 30:
            return sum(self._random.random() < share for _ in range(n))
        return min(n, max(0, round(self._random.gauss(n * share, sqrt(n * share * (1 - share))))))

    def _noise(self) -> float:
        """How much longer or shorter than its mean the work on the untried steps of other hosts is."""
        if len(self._good) < 2 or not self._singles:
            return 0.0
        return self._random.gauss(0.0, sqrt(self._singles)) * self._spread

    def _host(self, queue: HostQueue, failing: float, visited: _Drawn | None) -> _Host:
        """A host with many pages: as it was, the more so the more visits to it are known, or like the others."""
        answers = self._random.random() >= failing if queue.answers is None else queue.answers
        seconds, visits = queue.seconds or 0.0, queue.visits
        if visited is not None:  # its visit on the way tells the most
            answers, visits = not visited.fails, visits + 1
            seconds += (visited.seconds - seconds) / visits
        like_others = self._random.choice(self._good if answers and self._good else self._bad or self._slow)
        if visits:
            seconds = (seconds * visits + (self._usual if answers else like_others)) / (visits + 1)
            seconds *= self._random.lognormvariate(0.0, VARIETY / sqrt(visits))
        else:
            seconds = (like_others + self._usual) / 2 if answers else like_others
        again = 0.0 if answers else queue.untried * self._config.max_retries
        gap = max(queue.gap_seconds, self._rest)
        return _Host(queue.untried, seconds, gap, again, queue.untried + again + queue.again)

    def _layers(self, hosts: list[_Host]) -> float:
        """Until the pages of these hosts are tried: the k-th page of a host comes after the first k - 1 of all the
        others, and a host is not visited again before its pause is over."""
        layers: list[tuple[float, float]] = []
        work = slowest = 0.0
        for host in reversed(hosts):
            work += host.seconds + self._rest
            slowest = max(slowest, host.seconds + host.gap)
            layers.append((work / self._lanes, slowest))
        seconds = done = idle = 0.0
        for host, (busy, pause) in zip(hosts, reversed(layers), strict=True):
            idle = max(0.0, pause - busy)
            seconds += (host.untried - done) * (busy + idle)
            done = host.untried
        return seconds - idle  # nobody waits after the last page

    def _retries(
        self, spent: int, steps: int, took: Sequence[float], dead_share: float, good: float
    ) -> tuple[float, int]:
        """Lane seconds and number of the further attempts at steps that have failed so often: the dead ones use up all
        of them, the others answer the next time."""
        left = self._config.max_retries + 1 - spent
        if left <= 0 or not steps:
            return 0.0, 0
        dead = self._binomial(steps, dead_share)
        bad = fmean(self._random.choices(took, k=min(RESAMPLED, dead or 1)))
        return dead * left * (bad + self._rest) + (steps - dead) * (good + self._rest), dead * left + steps - dead

    def _unevenness(self, ends_with_retries: bool) -> float:
        """The last lane ends later than the average one."""
        course, some = self._course, (self._bad or self._slow) if ends_with_retries or not self._good else self._good
        left = course.untried + len(course.running) + sum(one.steps for one in course.waiting)
        ends = [self._random.choice(some) * self._random.random() for _ in range(min(int(self._lanes), left, 8))]
        return max(ends) - fmean(ends) if ends else 0.0

    def _chains(
        self, running: list[_Drawn], failed: int, bad: Sequence[float], tried: float, dead: float
    ) -> Iterator[float]:
        """When single steps end, however many lanes there are: retries come after all first attempts."""
        most = self._config.max_retries
        for one in running:
            yield one.left
            if one.fails and one.attempts < most:
                begun = max(one.left + self._backoff(one.attempts + 1), tried)
                yield begun + self._chain(one.attempts + 1, [one.seconds], dead)
        for group in self._course.waiting:
            took = sorted(group.took) or bad
            yield max(group.seconds, tried) + self._chain(group.attempts, took, dead, group.steps)
        place = 1.0
        for n in range(failed, max(0, failed - FOLLOWED), -1):
            place *= self._random.random() ** (1 / n)
            took = [self._slowest(bad, 1)]
            yield place * tried + took[0] + (self._backoff(1) + self._chain(1, took, dead) if most else 0.0)
        if failed and most:
            yield tried + self._chain(1, bad, dead, failed)
        if self._singles and self._good:
            yield self._slowest(self._good, min(self._singles, int(self._lanes)))

    def _chain(self, spent: int, took: Sequence[float], dead_share: float, steps: int = 1) -> float:
        """From the beginning of the next attempt to the end of the last one, of the slowest of some steps that have
        failed so often."""
        dead = self._binomial(steps, dead_share)
        if not dead:
            return self._slowest(self._good or self._slow, steps)
        attempts = range(spent + 1, self._config.max_retries + 2)
        return len(attempts) * self._slowest(took, dead) + sum(self._backoff(n) for n in attempts[:-1])

    def _slowest(self, some: Sequence[float], n: int) -> float:
        """The longest of n attempts like these."""
        place: float = self._random.random() ** (1 / max(1, n))
        return some[int(len(some) * place)]

    def _backoff(self, attempt: int) -> float:
        return longest_backoff_seconds(attempt, self._config) * self._random.uniform(0.5, 1.0)


def _survival(ended: Sequence[float], ages: Sequence[float]) -> list[float]:
    """The share of attempts that takes longer than the first 0, 1, 2 … of the sorted ended ones did, when those on
    their way count with the ages they have reached (Kaplan and Meier, 1958)."""
    alive = [1.0]
    for place, seconds in enumerate(ended):
        at_risk = len(ended) - place + len(ages) - bisect_left(ages, seconds)
        alive.append(alive[-1] * (1 - 1 / (at_risk + 0.5)))
    return alive
