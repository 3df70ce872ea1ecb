"""Metrics: how steps ended in a period, how long they took, why they failed, which hosts; how the engines are now."""

from dataclasses import dataclass

import streamlit as st

from core import owner
from core.disk import Room, room_on
from core.i18n import _, ngettext
from core.queries import metrics, metrics_hosts, metrics_now
from core.queries.metrics import Metrics
from core.queries.metrics_hosts import FailingHost, SlowHost
from core.queries.metrics_now import Present
from pages.ui import go
from pages.ui import metrics_parts as parts
from pages.ui.actions import guarded
from pages.ui.figures import clock, now, number, plain
from pages.ui.metrics_choice import Choice, controls
from pages.ui.shared import service

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """What the screen shows, from one snapshot."""

    metrics: Metrics
    failing: list[FailingHost]
    slowest: list[SlowHost]
    present: Present
    disk: Room


def read(asked: Choice) -> Shown:
    """What the URL asks for."""
    period, of = asked.period(), asked.owner or None
    data_dir = service().settings.data_dir
    with service().database.reading() as session:
        return Shown(
            metrics=metrics.read(session, period, of),
            failing=metrics_hosts.failing(session, period, of),
            slowest=metrics_hosts.slowest(session, period, of),
            present=metrics_now.read(session, now(), owner.gone(data_dir)),
            disk=room_on(data_dir),
        )


@st.fragment(run_every=SECONDS)
@guarded()
def live() -> None:
    """Everything that changes by itself."""
    go.follow()
    asked = Choice.asked()
    with service().database.reading() as session:
        owners = metrics.owners(session)
    controls(asked, owners)
    shown = read(asked)
    st.caption(about(shown.metrics, asked))
    parts.of_period(shown.metrics, asked.owner, now())
    st.caption(_("Now, over all owners"))
    parts.of_now(shown.present, shown.disk)
    if shown.metrics.whole.steps:
        drawn(shown, asked)
    else:
        with st.container(border=True, key="metrics_empty"):
            st.write(_("No step ended in this time. What jobs do from now on is counted here as soon as it is done."))


def about(found: Metrics, asked: Choice) -> str:
    """23 Nov 17:30 – 24 Nov 17:30 · 1,204 steps · ana."""
    end = min(found.period.ends_at, now())
    steps = ngettext("{n} step", "{n} steps", found.whole.steps).format(n=number(found.whole.steps))
    whose = plain(asked.owner) if asked.owner else _("all owners")
    return " · ".join([f"{clock(found.period.begins_at)} – {clock(end)}", steps, whose])


def drawn(shown: Shown, asked: Choice) -> None:
    """Charts and tables."""
    for draw in (parts.ended, parts.times, parts.failures):
        with st.container(border=True):
            draw(shown.metrics)
    st.caption(_("In a chart: drag to move along, Shift and the wheel to zoom, a double click to see all again."))
    with st.container(border=True):
        parts.failing(shown.failing, asked.owner)
    with st.container(border=True):
        parts.slowest(shown.slowest, asked.owner)
    st.caption(
        _(
            "A step is counted when it ends, again when it is retried, and stays counted when its job is deleted; the"
            " two lists of hosts know only jobs that are there. Reports used again and cancelled steps are not counted."
        )
    )


st.title(_("Metrics"), anchor=False)
live()
