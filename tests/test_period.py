"""Periods of the metrics: slots by the reader's clock, also where it changes, and what cannot be asked for."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from core.errors import InvalidInput
from core.period import DAY, HOUR, LONGEST, MOST_SLOTS, NAMED, Period, custom, named

MADRID, KOLKATA = ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 24, 16, 47, 31, tzinfo=UTC)


def clocks(period: Period, zone: ZoneInfo) -> list[str]:
    return [slot.astimezone(zone).strftime("%d %H:%M") for slot in period.slots]


@pytest.mark.parametrize("zone", [MADRID, KOLKATA, ZoneInfo("America/New_York"), UTC])
@pytest.mark.parametrize("name", NAMED)
def test_a_named_period_holds_the_present_moment_in_its_last_slot(name: str, zone: ZoneInfo) -> None:
    period = named(name, NOW, zone)
    count, slot = NAMED[name]
    assert len(period.slots) == count
    assert period.slots[0] == period.begins_at
    assert period.slots[-1] <= NOW < period.ends_at
    assert all(begin < end for begin, end in pairwise((*period.slots, period.ends_at)))
    assert NOW - period.begins_at <= count * slot + timedelta(hours=1)


def test_slots_begin_at_round_times_of_the_readers_clock() -> None:
    assert clocks(named("1h", NOW, MADRID), MADRID)[-1] == "24 17:46"
    assert clocks(named("24h", NOW, MADRID), MADRID)[-2:] == ["24 17:00", "24 17:30"]
    assert clocks(named("7d", NOW, MADRID), MADRID)[-2:] == ["24 12:00", "24 15:00"]
    assert clocks(named("30d", NOW, MADRID), MADRID)[:2] == ["26 00:00", "27 00:00"]


def test_days_of_23_and_25_hours_are_days() -> None:
    autumn = custom(date(2026, 10, 20), date(2026, 10, 30), MADRID)
    assert autumn.ends_at - autumn.begins_at == 11 * DAY + HOUR
    thirty = named("30d", datetime(2026, 11, 10, 12, tzinfo=UTC), MADRID)
    assert {slot.astimezone(MADRID).hour for slot in thirty.slots} == {0}
    assert HOUR * 25 in {end - begin for begin, end in pairwise(thirty.slots)}


def test_where_a_day_begins_at_half_past_it_is_counted_from_the_hour_before() -> None:
    period = custom(date(2026, 11, 1), date(2026, 11, 2), KOLKATA)
    assert period.begins_at == datetime(2026, 10, 31, 18, tzinfo=UTC)
    assert all(not slot.minute for slot in named("7d", NOW, KOLKATA).slots)


@pytest.mark.parametrize("days", [1, 2, 5, 20, 60, 150, 400])
def test_a_custom_period_has_few_slots_that_reach_its_end(days: int) -> None:
    period = custom(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1), UTC)
    assert days * DAY == period.ends_at - period.begins_at
    assert len(period.slots) <= MOST_SLOTS
    assert period.slots[-1] < period.ends_at <= period.slots[-1] + period.slot


def test_what_cannot_be_asked_for_is_told() -> None:
    with pytest.raises(InvalidInput, match="ends before it begins"):
        custom(date(2026, 1, 2), date(2026, 1, 1), UTC)
    with pytest.raises(InvalidInput, match="at most 400 days"):
        custom(date(2026, 1, 1), date(2026, 1, 1) + LONGEST, UTC)


def test_the_time_that_has_passed_ends_now() -> None:
    assert named("24h", NOW, UTC).elapsed(NOW) < DAY
    past = custom(date(2026, 1, 1), date(2026, 1, 1), UTC)
    assert past.elapsed(NOW) == DAY
