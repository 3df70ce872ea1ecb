"""The forecast of a running job: when it says something, what widens it, whether it holds in simulated batches."""

from dataclasses import replace

import pytest

from core.forecast import Course, Ended, HostQueue, Running, Waiting, forecast, steps_per_minute, worst_seconds
from core.forecast.lanes import lanes_at_work, places_at_work
from core.job_config import JobConfig
from tests.benchmarks.forecast import ask, ask_queue

CONFIG = JobConfig(concurrency=2, interval_seconds=1.0, max_retries=2, timeout_seconds=30.0)


def course(ended: int = 40, *, failed: int = 0, seconds: float = 2.0, **left: object) -> Course:
    """Two lanes that have worked without a break: attempts of so many seconds, the first ones failed after 20 s."""
    cycle = seconds + CONFIG.interval_seconds
    times = [(n // 2) * cycle for n in range(ended)]
    attempts = [
        Ended(ago + 0.5, 20.0 if n >= ended - failed else seconds, True, n >= ended - failed, True)
        for n, ago in enumerate(times)
    ]
    given = Course(CONFIG, attempts, True)
    return replace(given, **left)  # type: ignore[arg-type]


def span(given: Course) -> tuple[float, float]:
    found = forecast(given)
    assert found is not None
    return found.low_seconds, found.high_seconds


def test_nothing_is_said_before_five_attempts_have_ended() -> None:
    assert forecast(course(4, untried=100)) is None
    assert forecast(course(5, untried=100)) is not None


def test_the_range_is_around_what_the_lanes_need() -> None:
    low, high = span(course(untried=200))
    assert low < 200 * 3 / 2 < high
    assert low > 200


def test_the_same_course_gives_the_same_range() -> None:
    assert span(course(untried=200)) == span(course(untried=200))


def test_few_attempts_leave_more_doubt_than_many() -> None:
    few, many = (span(course(n, untried=200)) for n in (6, 300))
    assert few[1] / few[0] > many[1] / many[0]


def test_failures_seen_lengthen_what_is_left() -> None:
    assert span(course(untried=200, failed=6))[0] > span(course(untried=200))[1]


def test_retries_that_wait_are_counted() -> None:
    calm = span(course(failed=4, untried=10))
    waiting = span(course(failed=4, untried=10, waiting=[Waiting(1, 20, 3.0, [20.0] * 20)]))
    assert waiting[0] > calm[1]


def test_the_pages_of_one_host_come_one_after_the_other() -> None:
    queue = HostQueue("slow.test", 50, 10.0, seconds=2.0, visits=5, answers=True)
    low, high = span(course(untried=60, hosts=[queue]))
    assert low < 50 * 12 + 5 < high
    assert low > 400


def test_what_waits_far_ahead_bounds_the_end() -> None:
    assert span(course(waiting=[Waiting(1, 1, 500.0)]))[0] >= 400


def test_less_than_a_minute_is_not_promised_while_a_time_limit_may_still_be_used_up() -> None:
    last = course(untried=0, running=[Running("a.test", 0.5, 0)])
    assert worst_seconds(last) > 90
    assert span(last)[1] >= 60
    hasty = replace(last, config=replace_config(max_retries=0, timeout_seconds=5.0))
    assert span(hasty)[1] < 60


def replace_config(**values: object) -> JobConfig:
    return JobConfig.parse({**CONFIG.model_dump(), **values})


def test_an_attempt_that_takes_far_longer_than_all_others_is_taken_for_a_dead_target() -> None:
    given = course(300, failed=12, running=[Running("a.test", 15.0, 0)])
    assert span(given)[1] > 60
    assert span(replace(given, running=[Running("a.test", 1.0, 0)]))[0] < 5


def test_nothing_left_takes_no_time() -> None:
    assert span(course()) == (0.0, 0.0)


def test_lanes_are_those_seen_at_work() -> None:
    assert lanes_at_work(course()) == pytest.approx(2.0, abs=0.1)
    one = [Ended(float(n * 3), 2.0, True, False, True) for n in range(40)]
    alone = Course(CONFIG, one, True)
    assert lanes_at_work(alone) == pytest.approx(1.0, abs=0.1)
    assert places_at_work(alone) == 1
    assert places_at_work(course()) == 2


def test_a_pause_of_the_job_does_not_slow_its_lanes() -> None:
    before = [replace(one, ago=one.ago + 3600) for one in course().ended]
    assert lanes_at_work(replace(course(), ended=[*course().ended, *before])) == pytest.approx(2.0, abs=0.1)


def test_lanes_are_those_since_the_last_change() -> None:
    raised = replace_config(concurrency=8)
    running = [Running(f"r{n}.test", 0.5, 0) for n in range(8)]
    given = replace(course(untried=200), config=raised, running=running)
    assert lanes_at_work(given) < 3
    assert lanes_at_work(replace(given, changed_ago=0.5)) == pytest.approx(8.0, abs=0.5)
    kept_back = replace(given, changed_ago=0.4, running=running[:4])  # by places, say, or by hosts
    assert lanes_at_work(kept_back) == pytest.approx(6.0)  # two rest
    assert places_at_work(kept_back) == 4
    assert lanes_at_work(replace(given, changed_ago=0.0)) == 8


def test_visits_one_after_the_other_are_one_place() -> None:
    one = [Ended(n * 2.3, 2.3, True, False, True) for n in range(40)]
    assert places_at_work(Course(CONFIG, one, True)) == 1


def test_the_pace_is_that_of_the_last_minute() -> None:
    ended = [Ended(float(n), 1.0, True, False, True) for n in range(100)]
    assert steps_per_minute(Course(CONFIG, ended, True), 3600) == 61
    assert steps_per_minute(Course(CONFIG, ended[:20], True), 30) == pytest.approx(40)
    assert steps_per_minute(Course(CONFIG, ended[:21], False), 3600) == pytest.approx(63)


def test_the_pace_of_a_slow_job_is_that_of_its_last_steps() -> None:
    ended = [Ended(100.0 * n + 50, 60.0, True, False, True) for n in range(10)]
    assert steps_per_minute(Course(CONFIG, ended, True), 3600) == pytest.approx(5 * 60 / 450)
    assert steps_per_minute(Course(CONFIG, [], True), 3600) == 0


def test_attempts_that_end_no_step_are_no_pace() -> None:
    ended = [Ended(float(n), 1.0, True, True, False) for n in range(50)]
    assert steps_per_minute(Course(CONFIG, ended, True), 3600) == 0


def test_the_range_holds_in_simulated_batches() -> None:
    asked = [one for seed in range(7_000, 7_040) for one in ask(seed, largest=200)]
    assert len(asked) > 130
    assert sum(one.holds for one in asked) / len(asked) >= 0.8


def test_the_range_holds_when_lanes_are_raised_or_lowered_on_the_way() -> None:
    asked = [one for seed in range(7_000, 7_025) for one in ask(seed, largest=200, is_changed=True)]
    assert len(asked) > 100
    assert sum(one.holds for one in asked) / len(asked) >= 0.8


def test_the_range_holds_for_batches_in_the_real_queue() -> None:
    asked = [one for seed in (8_003, 8_004) for one in ask_queue(seed, largest=40)]
    assert [one.holds for one in asked] == [True] * 7
