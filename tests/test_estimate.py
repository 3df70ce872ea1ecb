"""The estimate before a job: the arithmetic of lanes, pauses and hosts, and its words."""

import pytest

from core.estimate import DEAD_SECONDS, ROBOTS_SECONDS, VISIT_SECONDS, estimate, span
from core.job_config import JobConfig

QUICK, SLOW = VISIT_SECONDS
ROBOTS, SLOW_ROBOTS = ROBOTS_SECONDS


def hosts(count: int) -> list[str]:
    return [f"site-{n}.test" for n in range(count)]


def test_one_lane_visits_one_after_another_with_a_pause_between():
    found = estimate(hosts(3), JobConfig(concurrency=1, interval_seconds=2), places=32)
    assert found.low_seconds == pytest.approx(3 * (ROBOTS + QUICK) + 2 * 2)
    assert (found.pages, found.hosts) == (3, 3)


def test_more_lanes_share_the_work():
    one, four = (estimate(hosts(40), JobConfig(concurrency=n), places=32) for n in (1, 4))
    assert four.low_seconds < one.low_seconds / 3
    assert four.high_seconds < one.high_seconds / 3


def test_extra_pages_count_like_pages_of_their_own():
    plain, more = (estimate(hosts(3), JobConfig(concurrency=1, extra_pages=n), places=32) for n in (0, 2))
    assert (plain.pages, more.pages) == (3, 9)
    assert more.low_seconds == pytest.approx(3 * ROBOTS + 9 * (QUICK + 1) - 1)


def test_lanes_beyond_the_places_of_the_engine_do_not_help():
    wide, wider = (estimate(hosts(100), JobConfig(concurrency=n), places=8) for n in (8, 64))
    assert wide == wider


def test_one_host_is_visited_one_at_a_time_whatever_the_lanes():
    same = ["example.com"] * 10
    one, many = (estimate(same, JobConfig(concurrency=n), places=32) for n in (1, 16))
    assert one.low_seconds == many.low_seconds == pytest.approx(ROBOTS + 10 * (QUICK + 1) - 1)
    assert many.hosts == 1


def test_the_upper_end_counts_targets_that_never_answer():
    patient = estimate(hosts(20), JobConfig(concurrency=1, max_retries=2, timeout_seconds=30), places=32)
    hasty = estimate(hosts(20), JobConfig(concurrency=1, max_retries=0, timeout_seconds=5), places=32)
    assert patient.high_seconds == pytest.approx(20 * (SLOW_ROBOTS + SLOW + 1) - 1 + 3 * DEAD_SECONDS)
    assert hasty.high_seconds == pytest.approx(20 * (SLOW_ROBOTS + SLOW + 1) - 1 + 5)
    assert patient.low_seconds == hasty.low_seconds


def test_each_host_is_asked_for_its_robots_txt_once_unless_the_job_does_not_respect_it():
    polite, rude = (
        estimate(["a.test", "a.test", "b.test"], JobConfig(concurrency=1, respect_robots=respect), places=32)
        for respect in (True, False)
    )
    assert (polite.pages, polite.hosts, polite.robots_files) == (3, 2, 2)
    assert (rude.pages, rude.hosts, rude.robots_files) == (3, 2, 0)
    assert polite.low_seconds - rude.low_seconds == pytest.approx(2 * ROBOTS)


def test_nothing_takes_no_time():
    assert estimate([], JobConfig(), places=32).high_seconds == 0


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.2, 0.6, "1 s"),
        (14, 50, "14–50 s"),
        (100, 230, "2–4 min"),
        (170, 180, "3 min"),
        (20, 100, "1–2 min"),
        (3 * 3600, 5 * 3600 - 1, "3–5 h"),
    ],
)
def test_a_range_is_said_in_one_unit(low, high, text):
    assert span(low, high) == text
