"""When a failure is tried again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FetchError
from core.failures import RETRYABLE, FailureKind
from core.job_config import JobConfig
from core.retry import decide, last_word, retry_after

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
CONFIG = JobConfig(max_retries=3, backoff_seconds=2.0)


def failure(kind: FailureKind = FailureKind.TIMEOUT, **values: object) -> FetchError:
    return FetchError(kind, "It failed", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", FailureKind)
def test_only_what_may_pass_is_tried_again(kind: FailureKind) -> None:
    assert (decide(failure(kind), 1, CONFIG, 0.5) is not None) == (kind in RETRYABLE)


@pytest.mark.parametrize(("status", "again"), [(408, True), (425, True), (429, True), (410, False), (418, False)])
def test_some_rejections_may_pass(status: int, again: bool) -> None:
    spent = decide(failure(FailureKind.HTTP_4XX, http_status=status), 1, CONFIG, 0.0)
    assert (spent is not None) == again


def test_a_name_that_does_not_exist_is_not_looked_up_again() -> None:
    assert decide(failure(FailureKind.DNS, permanent=True), 1, CONFIG, 0.0) is None


@pytest.mark.parametrize(("attempt", "again"), [(1, True), (3, True), (4, False)])
def test_attempts_end_after_max_retries(attempt: int, again: bool) -> None:
    assert (decide(failure(), attempt, CONFIG, 0.0) is not None) == again


def test_no_retry_at_all_when_none_is_configured() -> None:
    assert decide(failure(), 1, JobConfig(max_retries=0), 0.0) is None


def test_the_backoff_doubles_with_jitter_up_to_five_minutes() -> None:
    config = JobConfig(max_retries=10, backoff_seconds=100.0)
    waits = [decide(failure(), attempt, config, 0.999999) for attempt in (1, 2, 3, 10)]
    assert waits == [pytest.approx(wait, rel=1e-3) for wait in (100, 200, 300, 300)]
    assert decide(failure(), 1, config, 0.0) == 50.0


def test_retry_after_is_obeyed_up_to_ten_minutes_and_named_beyond() -> None:
    asked = failure(FailureKind.HTTP_429, http_status=429, retry_after_seconds=600.0)
    assert decide(asked, 1, CONFIG, 0.0) == 600.0
    assert last_word(asked) == "It failed"
    beyond = failure(FailureKind.HTTP_429, http_status=429, retry_after_seconds=3600.0)
    assert decide(beyond, 1, CONFIG, 0.0) is None
    assert last_word(beyond) == "It failed; asked to wait 3,600 s (Retry-After), more than the 600 s that Lote waits"


def test_a_short_retry_after_does_not_shorten_the_backoff() -> None:
    wait = decide(failure(FailureKind.HTTP_5XX, retry_after_seconds=0.0), 3, CONFIG, 0.0)
    assert wait == 4.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Sun, 03 May 2026 12:01:30 GMT", 90.0),
        ("Sunday, 03-May-26 12:01:30 GMT", 90.0),
        ("Sun May  3 12:01:30 2026", 90.0),
        ("Sun, 03 May 2026 11:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("Sun, 99 May 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.integers(0, 10**15))
def test_retry_after_reads_any_number_of_seconds(seconds: int) -> None:
    assert (retry_after(str(seconds), NOW) or 0.0) >= min(seconds, 10**9)


@given(st.integers(0, 10**7))
def test_retry_after_reads_any_date(seconds: int) -> None:
    assert retry_after(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW) == seconds


@given(st.text(max_size=60))
def test_retry_after_survives_any_text(value: str) -> None:
    asked = retry_after(value, NOW)
    assert asked is None or asked >= 0
