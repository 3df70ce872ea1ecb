"""Charts over time: bars and lines in the reader's language and zone, on light and dark, that can be zoomed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from babel.dates import get_day_names, get_month_names, get_period_names

from core.i18n import GROUPED, POINT, _, language
from core.period import DAY

HEIGHT = 220
"""In pixels, the legend included."""
GREEN, AMBER, RED, GRAY = "#2f9e62", "#d98c1f", "#d64a4a", "#8a95a3"
"""Tones of the states that stand out on light and dark alike."""
BLUE, VIOLET = "#3d84c6", "#a06cc9"
VARIED = ("#d64a4a", "#d98c1f", "#3d84c6", "#a06cc9", "#3aa6a0", "#c2669a", GRAY)
"""For things that have no colour of their own; the last one is for the rest."""
FROM_SUNDAY = (6, 0, 1, 2, 3, 4, 5)
"""D3 begins the week with it, Babel counts from Monday."""
OF_DAY = "%-d %b"
OF_TIME = (
    "hours(datum.value) + minutes(datum.value) ? timeFormat(datum.value, '%H:%M')"
    f" : timeFormat(datum.value, '{OF_DAY}')"
)
"""Midnight is written as the day that begins."""


def bars(
    rows: Iterable[tuple[datetime, datetime, str, int]], colors: dict[str, str], *, slot: timedelta, key: str
) -> None:
    """Stacked bars: begin, end, which part, how many. The parts are stacked in the order of `colors`."""
    order = {name: number for number, name in enumerate(colors)}
    data = pd.DataFrame(
        [(begin, end, name, n, order[name]) for begin, end, name, n in rows],
        columns=["begin", "end", "part", "n", "order"],
    )
    chart = (
        alt.Chart(data)
        .mark_bar(binSpacing=1)
        .encode(
            x=_time("begin", slot),
            x2="end:T",
            y=alt.Y("n:Q", title=None, axis=alt.Axis(format=",d", tickMinStep=1, tickCount=5)),
            color=_color(colors),
            order=alt.Order("order:Q"),
            tooltip=[*_when(slot), _kind(), alt.Tooltip("n:Q", title=_("Steps"), format=",d")],
        )
    )
    _draw(chart, key)


def lines(
    rows: Iterable[tuple[datetime, str, float | None]], colors: dict[str, str], *, slot: timedelta, key: str
) -> None:
    """Lines of seconds: moment, which line, value (None: a gap)."""
    data = pd.DataFrame(list(rows), columns=["begin", "part", "seconds"])
    chart = (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2)
        .encode(
            x=_time("begin", slot),
            y=alt.Y("seconds:Q", title=None, axis=alt.Axis(labelExpr="format(datum.value, ',~g') + ' s'", tickCount=5)),
            color=_color(colors),
            tooltip=[*_when(slot), _kind(), alt.Tooltip("seconds:Q", title=_("Seconds"), format=",.2f")],
        )
    )
    _draw(chart, key)


def _draw(chart: alt.Chart, key: str) -> None:
    # the wheel alone scrolls the page
    zoom = alt.selection_interval(bind="scales", encodings=["x"], zoom="wheel![event.shiftKey]")
    drawn = chart.add_params(zoom).properties(height=HEIGHT, usermeta={"embedOptions": _locale()})
    st.altair_chart(drawn, key=key, width="stretch")


def _time(field: str, slot: timedelta) -> alt.X:
    axis = (
        alt.Axis(format=OF_DAY, tickCount=8, labelOverlap=True)
        if slot >= DAY
        else alt.Axis(labelExpr=OF_TIME, tickCount=8, labelOverlap=True)
    )
    return alt.X(f"{field}:T", title=None, axis=axis)


def _color(colors: dict[str, str]) -> alt.Color:
    scale = alt.Scale(domain=list(colors), range=list(colors.values()))
    return alt.Color("part:N", scale=scale, legend=alt.Legend(title=None, orient="top", columns=4, labelLimit=220))


def _when(slot: timedelta) -> Sequence[alt.Tooltip]:
    return [alt.Tooltip("begin:T", title=_("From"), format="%-d %b %Y" if slot >= DAY else "%-d %b, %H:%M")]


def _kind() -> alt.Tooltip:
    return alt.Tooltip("part:N", title=_("What"))


def _locale() -> dict[str, Any]:
    """Names of months and days, and how numbers are written, as D3 takes them."""
    code = language()
    widths = ("wide", "abbreviated")
    months = {width: list(get_month_names(width, locale=code).values()) for width in widths}
    days = {width: [get_day_names(width, locale=code)[n] for n in FROM_SUNDAY] for width in widths}
    periods = get_period_names("abbreviated", locale=code)
    return {
        "formatLocale": {"decimal": POINT[code], "thousands": GROUPED[code], "grouping": [3], "currency": ["", ""]},
        "timeFormatLocale": {
            "dateTime": "%-d %b %Y, %H:%M:%S",
            "date": "%-d %b %Y",
            "time": "%H:%M:%S",
            "periods": [periods["am"], periods["pm"]],
            "days": days["wide"],
            "shortDays": days["abbreviated"],
            "months": months["wide"],
            "shortMonths": months["abbreviated"],
        },
    }
