"""Charts over time: bars and lines in the reader's language and zone, on light and dark, that can be zoomed."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from babel.dates import get_month_names

from core.i18n import POINT, _, language
from core.period import DAY
from pages.ui.figures import clock, duration, number

HEIGHT = 260
"""In pixels, the legend included."""
GREEN, AMBER, RED, GRAY = "#2f9e62", "#d98c1f", "#d64a4a", "#8a95a3"
"""Tones of the states that stand out on light and dark alike."""
BLUE, VIOLET = "#3d84c6", "#a06cc9"
VARIED = ("#d64a4a", "#d98c1f", "#3d84c6", "#a06cc9", "#3aa6a0", "#c2669a", GRAY)
"""For things that have no colour of their own; the last one is for the rest."""


def bars(
    rows: Iterable[tuple[datetime, datetime, str, int]], colors: dict[str, str], *, slot: timedelta, key: str
) -> None:
    """Stacked bars: begin, end, which part, how many; those of one bar from below, one after the other."""
    reached: Counter[datetime] = Counter()
    stacked = []
    for begin, end, name, n in rows:
        stacked.append((begin, end, name, reached[begin], reached[begin] + n, clock(begin), number(n)))
        reached[begin] += n
    data = pd.DataFrame(stacked, columns=["begin", "end", "part", "low", "high", "when", "told"])
    chart = (
        alt.Chart(data)
        .mark_rect(x2Offset=-1)
        .encode(
            x=_time("begin", slot),
            x2="end:T",
            y=_amount("low", tickMinStep=1),
            y2="high:Q",
            color=_color(colors),
            tooltip=_told(_("Steps")),
        )
    )
    _draw(chart, key)


def lines(
    rows: Iterable[tuple[datetime, str, float | None]], colors: dict[str, str], *, slot: timedelta, key: str
) -> None:
    """Lines of seconds: moment, which line, value (None: a gap)."""
    told = [(begin, name, seconds, clock(begin), duration(seconds)) for begin, name, seconds in rows]
    data = pd.DataFrame(told, columns=["begin", "part", "seconds", "when", "told"])
    chart = (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2)
        .encode(
            x=_time("begin", slot),
            y=_amount("seconds", " s"),
            color=_color(colors),
            tooltip=_told(_("Step time")),
        )
    )
    _draw(chart, key)


def _draw(chart: alt.Chart, key: str) -> None:
    # the wheel alone scrolls the page
    zoom = alt.selection_interval(bind="scales", encodings=["x"], zoom="wheel![event.shiftKey]")
    st.altair_chart(chart.add_params(zoom).properties(height=HEIGHT), key=key, width="stretch")


def _time(field: str, slot: timedelta) -> alt.X:
    """The chart's own formats speak English: the names of the months are handed over."""
    months = json.dumps(list(get_month_names("abbreviated", locale=language()).values()))
    of_day = f"date(datum.value) + ' ' + {months}[month(datum.value)]"
    of_time = f"hours(datum.value) + minutes(datum.value) ? timeFormat(datum.value, '%H:%M') : {of_day}"
    label = of_day if slot >= DAY else of_time  # midnight is written as the day that begins
    return alt.X(f"{field}:T", title=None, axis=alt.Axis(labelExpr=label, tickCount=8, labelOverlap=True))


def _amount(field: str, unit: str = "", **axis: Any) -> alt.Y:
    """Numbers as the language writes them."""
    label = "format(datum.value, ',~f')"
    if POINT[language()] == ",":
        label = f"replace(replace(replace({label}, /,/g, '_'), '.', ','), /_/g, '.')"
    label = f"{label} + '{unit}'"
    return alt.Y(f"{field}:Q", title=None, axis=alt.Axis(labelExpr=label, tickCount=5, **axis))


def _color(colors: dict[str, str]) -> alt.Color:
    scale = alt.Scale(domain=list(colors), range=list(colors.values()))
    return alt.Color("part:N", scale=scale, legend=alt.Legend(title=None, orient="top", columns=4, labelLimit=220))


def _told(what: str) -> list[alt.Tooltip]:
    """What the pointer shows; the texts are made here, in the reader's language and zone."""
    return [
        alt.Tooltip("when:N", title=_("From")),
        alt.Tooltip("part:N", title=_("What")),
        alt.Tooltip("told:N", title=what),
    ]
