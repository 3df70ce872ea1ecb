"""Numbers, times and texts as people read them, in the language and the time zone of the reader."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent

from core.i18n import _, language
from core.job_config import KIB, MIB

ELLIPSIS = "…"
JOINER = "\N{WORD JOINER}"
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
SHORTCODE = re.compile(r"(:(?=[\w/+-])|www(?=\.)|@|-(?=[->])|<(?=-)|[<>~](?==))", re.IGNORECASE)
"""Where Streamlit looks for emoji, icons, links and arrows after Markdown's own escapes are gone."""


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def number(n: float) -> str:
    """1,234 (en), 1.234 (es); at most one decimal."""
    # Spanish groups from five digits only (CLDR); a column of counts reads better when all are grouped
    pattern = "#,##0.#"
    return format_decimal(n, pattern, locale=language())


def exact(n: float) -> str:
    """0.25 (en), 0,25 (es): every decimal that was asked for."""
    return format_decimal(n, "#,##0.######", locale=language())


def percent(value: float) -> str:
    """`value` of 100, rounded down by its maker: 61 %."""
    return format_percent(value / 100, "#,##0.# %", locale=language()) if value % 1 else f"{number(value)} %"


def size(n: int) -> str:
    """Bytes as 512 B, 14.2 KiB, 3.1 MiB."""
    if n < KIB:
        return f"{number(n)} B"
    return f"{number(n / KIB)} KiB" if n < MIB else f"{number(n / MIB)} MiB"


def duration(seconds: float | None) -> str:
    """0.8 s, 30 s, 2 m 14 s, 1 h 2 m, 3 d 4 h; empty for None."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{format_decimal(seconds, '0.0', locale=language())} s"
    whole = round(seconds)
    for unit, lower, length, part in (("d", "h", 86400, 3600), ("h", "m", 3600, 60), ("m", "s", 60, 1)):
        if whole >= length:
            rest = whole % length // part
            return f"{whole // length} {unit}" + (f" {rest} {lower}" if rest else "")
    return f"{whole} s"


def ago(dt: datetime, at: datetime | None = None) -> str:
    """3 min ago, as seen at `at` (now by default)."""
    delta = dt - (at or now())
    if abs(delta.total_seconds()) < 5:
        return _("just now")
    return format_timedelta(delta, add_direction=True, format="short", threshold=1.2, locale=language()).replace(
        ".", ""
    )


def moment(dt: datetime) -> str:
    """The absolute time with its zone: 24 Nov 2026, 10:02:11 CET."""
    return format_datetime(dt, "d MMM y, HH:mm:ss z", tzinfo=zone(), locale=language())


def stamp(dt: datetime) -> str:
    """2026-11-24 10:02:11, for columns of moments; their head says the zone."""
    return dt.astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S")


def clock(dt: datetime, *, to_the_second: bool = False) -> str:
    """The time of day, with the day when it is not today: 10:02, 23 Nov 10:02; to the second 10:02:11."""
    today = now().astimezone(zone()).date() == dt.astimezone(zone()).date()
    time = "HH:mm:ss" if to_the_second else "HH:mm"
    return format_datetime(dt, time if today else f"d MMM {time}", tzinfo=zone(), locale=language())


def day(moment_or_date: datetime | date) -> str:
    """The date alone: 24 Nov 2026; of a moment in the reader's zone."""
    given = moment_or_date
    local = given.astimezone(zone()).date() if isinstance(given, datetime) else given
    return format_date(local, "d MMM y", locale=language())


def zone() -> ZoneInfo:
    """The reader's time zone as the browser tells it; UTC when it does not."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def middle(text: str, width: int = 48) -> str:
    """The text, cut in its middle to `width` characters: the end of a name tells as much as its beginning."""
    if len(text) <= width:
        return text
    head = width // 2
    return text[:head].rstrip() + ELLIPSIS + text[len(text) - (width - 1 - head) :].lstrip()


def plain(text: str) -> str:
    """Text of people for places that read Markdown (labels, titles, toasts): shown as it was written, on one line."""
    flat = " ".join(text.split())
    return PUNCTUATION.sub(r"\\\1", SHORTCODE.sub(rf"\1{JOINER}", flat))
