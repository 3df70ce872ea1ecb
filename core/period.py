"""The time that metrics are asked for, cut into slots that begin where the reader's clock shows a round time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.errors import InvalidInput
from core.i18n import N_

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMED: dict[str, tuple[int, timedelta]] = {
    "1h": (30, 2 * MINUTE),
    "24h": (48, 30 * MINUTE),
    "7d": (56, 3 * HOUR),
    "30d": (30, DAY),
    "90d": (90, DAY),
}
"""Periods that end now: how many slots of which length, the present one included."""
BY_MINUTE = DAY
"""Up to this length of a named period its figures are sums of minutes; else of whole hours."""
LONGEST = timedelta(days=400)
"""Sums of hours are kept for so long."""
MOST_SLOTS = 100
CUSTOM_SLOTS = (HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY)


@dataclass(frozen=True, slots=True)
class Period:
    """From `begins_at` until before `ends_at`, both UTC; `slots` are the moments at which its parts begin."""

    begins_at: datetime
    ends_at: datetime
    slots: tuple[datetime, ...]
    slot: timedelta
    by_minute: bool

    def elapsed(self, now: datetime) -> timedelta:
        """How much of it has passed, a minute at least."""
        return max(MINUTE, min(now, self.ends_at) - self.begins_at)


def named(name: str, now: datetime, zone: tzinfo) -> Period:
    """One of `NAMED`. Its end is that of the present slot, so that the whole of it is counted."""
    count, slot = NAMED[name]
    by_minute = count * slot <= BY_MINUTE
    if slot >= DAY:
        today = now.astimezone(zone).date()
        return _of_days(today - timedelta(days=count - 1), today, slot, zone)
    last = _floor(now, slot, zone)
    slots = tuple(last - n * slot for n in reversed(range(count)))
    return Period(slots[0], last + slot, slots, slot, by_minute)


def custom(first: date, last: date, zone: tzinfo) -> Period:
    """From the beginning of one day to the end of another, in that zone.

    Raises `InvalidInput` when the end comes before the beginning, or when it is longer than sums are kept.
    """
    if last < first:
        raise InvalidInput(N_("The period ends before it begins."))
    length = last - first + DAY
    if length > LONGEST:
        raise InvalidInput(N_("A period may have at most {n} days."), n=LONGEST.days)
    slot = next((one for one in CUSTOM_SLOTS if length / one <= MOST_SLOTS), CUSTOM_SLOTS[-1])
    return _of_days(first, last, slot, zone)


def _of_days(first: date, last: date, slot: timedelta, zone: tzinfo) -> Period:
    ends_at = _midnight(last + DAY, zone)
    if slot >= DAY:
        slots = tuple(_midnight(one, zone) for one in _days(first, last, slot))
    else:
        begins_at = _midnight(first, zone)
        slots = tuple(begins_at + n * slot for n in range(-((begins_at - ends_at) // slot)))
    return Period(slots[0], ends_at, slots, slot, by_minute=False)


def _days(first: date, last: date, slot: timedelta) -> Iterator[date]:
    while first <= last:
        yield first
        first += slot


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The beginning of the day; where zones are off by a part of an hour the whole one before, as sums are by hour."""
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _floor(at: datetime, slot: timedelta, zone: tzinfo) -> datetime:
    """The last moment at which a slot began, counted from midnight by the reader's clock as it goes at `at`."""
    local = at.astimezone(zone)
    into_day = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    begin = at.astimezone(UTC) - into_day % slot
    return begin.replace(minute=0) if slot >= HOUR else begin
