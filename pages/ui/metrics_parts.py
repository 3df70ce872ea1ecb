"""The parts of the Metrics screen: tiles of the period and of now, charts, tables of failures and of hosts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import pandas as pd
import streamlit as st

from core.disk import Room
from core.failures import EXPLANATIONS, FailureKind
from core.histogram import Percentile
from core.i18n import _, ngettext
from core.period import DAY, HOUR, MINUTE
from core.queries.metrics import Metrics
from core.queries.metrics_hosts import SLOW_SECONDS, FailingHost, SlowHost
from core.queries.metrics_now import Present
from core.rows import unicode_form
from pages.ui import charts, columns, go
from pages.ui.app import JOBS, SETTINGS
from pages.ui.figures import duration, moment, number, percent
from pages.ui.installation_parts import room
from pages.ui.status import tile_word

NOTHING = "–"
KINDS_SHOWN = 6
"""Failure kinds with a colour of their own; the rest is one part of the bars."""


def tile(label: str, value: str, help: str, link: str = "", page: str = JOBS, **query: str) -> None:
    """A figure with what it means, and the way to where something can be done about it."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(label, value, help=help)
        if link:
            st.page_link(page, label=link, query_params=query)


def of_period(found: Metrics, owner: str, now: datetime) -> None:
    """How steps ended in the period."""
    whole = found.whole
    mine = {"owner": owner} if owner else {}
    hours = found.period.elapsed(now) / HOUR
    with st.grid(6, min_column_width=140, gap="small", key="metrics_period_tiles"):
        ended = ngettext("{n} step ended in this time.", "{n} steps ended in this time.", whole.steps)
        failed = ngettext("{n} failed", "{n} failed", whole.failed).format(n=number(whole.failed))
        flagged = ngettext("{n} flagged", "{n} flagged", whole.flagged).format(n=number(whole.flagged))
        success = _("Steps that gave a report, of all that ended. {ended}").format(
            ended=ended.format(n=number(whole.steps))
        )
        attention = {"view": "attention", **mine}
        tile(_("Success"), _share(whole.completed, whole.steps), success, failed if whole.failed else "", **attention)
        worth = _("Reports with a flag, which may be worthless, of all reports made.")
        tile(_("Flagged"), _share(whole.flagged, whole.completed), worth, flagged if whole.flagged else "", **attention)
        half = _("Half of the steps took no longer, from the claim to the result of the last attempt. {bucket}")
        tile(_("Time p50"), _seconds(whole.median), half.format(bucket=_between(whole.median)))
        most = _("19 of 20 steps took no longer. {bucket}")
        tile(_("Time p95"), _seconds(whole.high), most.format(bucket=_between(whole.high)))
        pace = _("Steps that ended, an hour on average over the time that has passed.")
        tile(_("Throughput"), _("{n}/h").format(n=number(whole.steps / hours)), pace, _("Jobs"), **mine)
        again = _("Attempts that failed and were followed by another one of their step.")
        tile(_("Retries"), number(whole.retried_attempts), again)


def of_now(now: Present, disk: Room) -> None:
    """Queue, engines and room as they are at this moment, over all owners."""
    with st.grid(4, min_column_width=140, gap="small", key="metrics_now_tiles"):
        waiting = ngettext("{n} waiting", "{n} waiting", now.waiting_jobs).format(n=number(now.waiting_jobs))
        steps = ngettext("{n} step is unfinished.", "{n} steps are unfinished.", now.unfinished_steps)
        age = _("How long the job that waits longest for its begin has waited. {steps}")
        age = age.format(steps=steps.format(n=number(now.unfinished_steps)))
        queue = duration(now.queue_age_seconds) if now.waiting_jobs else NOTHING
        tile(_("Queue age"), queue, age, waiting, view="active")
        engines = ngettext("{n} engine", "{n} engines", now.engines).format(n=number(now.engines))
        places = _("{n} of {total}").format(n=number(now.places_in_use), total=number(now.places))
        busy = ngettext("{n} process reads pages.", "{n} processes read pages.", now.worker_processes)
        told = _("Steps that are being worked on, of those that all engines can take at a time. {processes}")
        told = told.format(processes=busy.format(n=number(now.worker_processes)))
        tile(_("Workers"), places, told, engines, SETTINGS)
        size = _("What the database takes, reports and stored pages included.")
        tile(_("Database"), room(now.database_bytes), size, _("Settings"), SETTINGS)
        free = _("Free on the disk of the data directory, of {total}.").format(total=room(disk.total_bytes))
        tile(_("Free disk space"), room(disk.free_bytes), free, _("Settings"), SETTINGS)


def ended(found: Metrics) -> None:
    """Completed, flagged and failed steps over time."""
    good, flagged, failed = _("Good"), _("Flagged"), tile_word("failed")
    rows = [
        (begin, end, part, n)
        for slot, (begin, end) in zip(found.slots, _ends(found), strict=True)
        for part, n in ((good, slot.completed - slot.flagged), (flagged, slot.flagged), (failed, slot.failed))
        if n
    ]
    st.subheader(_("Steps that ended"), anchor=False)
    colors = {good: charts.GREEN, flagged: charts.AMBER, failed: charts.RED}
    charts.bars(rows, colors, slot=found.period.slot, key="metrics_ended")
    st.caption(
        _(
            "Each bar is {slot}: how many steps gave a report, how many of these are flagged, and how many failed."
        ).format(slot=_length(found))
    )


def times(found: Metrics) -> None:
    """Median and 95th percentile over time."""
    median, high = _("p50: half"), _("p95: 19 of 20")
    rows = [
        (slot.begins_at, name, told.seconds if told else None)
        for slot in found.slots
        for name, told in ((median, slot.median), (high, slot.high))
    ]
    st.subheader(_("Step time"), anchor=False)
    charts.lines(rows, {median: charts.BLUE, high: charts.VIOLET}, slot=found.period.slot, key="metrics_times")
    st.caption(
        _(
            "How many seconds half of the steps, and 19 of 20, took at most: those of the last attempt, from its claim"
            " to its result, without waiting for retries or pauses. They are"
            " estimates: kept is only how many took up to 1, 1.5, 2, 3, 4, 5, 7.5, 10 … seconds."
        )
    )


def failures(found: Metrics) -> None:
    """Failed steps by kind over time, and what each kind means."""
    st.subheader(_("Failures by kind"), anchor=False)
    counted = [(kind, n) for kind, n in found.whole.failures.most_common() if n]
    if not counted:
        st.caption(_("No step failed in this time."))
        return
    shown = [kind for kind, _n in counted[:KINDS_SHOWN]]
    rest = _("other")
    rows = []
    for slot, (begin, end) in zip(found.slots, _ends(found), strict=True):
        rows += [(begin, end, str(kind), slot.failures[kind]) for kind in shown if slot.failures[kind]]
        if others := slot.failed - sum(slot.failures[kind] for kind in shown):
            rows.append((begin, end, rest, others))
    named = [*map(str, shown), *([rest] if len(counted) > len(shown) else [])]
    colors = dict(zip(named, [*charts.VARIED[: len(shown)], charts.VARIED[-1]], strict=False))
    charts.bars(rows, colors, slot=found.period.slot, key="metrics_failures")
    st.caption(_("Failed steps by the failure of their last attempt. The most frequent ones mean:"))
    st.table(
        pd.DataFrame([_kind(kind, n, found.whole.failed) for kind, n in counted]),
        hide_index=True,
        border="horizontal",
    )


def _kind(kind: FailureKind, n: int, total: int) -> dict[str, str]:
    told = EXPLANATIONS[kind].translated()
    return {
        _("Failure"): str(kind),
        _("Steps"): number(n),
        _("Share"): _share(n, total),
        _("What it means"): f"{told.sentence} {told.advice}",
    }


def failing(hosts: Sequence[FailingHost], owner: str) -> None:
    """The hosts with the most failed steps; a row leads to their jobs."""
    st.subheader(_("Worst hosts"), anchor=False)
    if not hosts:
        st.caption(_("No step of a job that is there failed in this time."))
        return
    rows = [
        {
            "host": unicode_form(one.host),
            "n": one.failed,
            "why": _(EXPLANATIONS[one.kind].sentence),
            "when": moment(one.last_at),
            "jobs": ":material/arrow_forward:",
        }
        for one in hosts
    ]
    column = st.column_config
    _table(
        rows,
        [one.host for one in hosts],
        owner,
        "metrics_failing",
        {
            "host": column.TextColumn(_("Host"), width=180),
            "n": column.NumberColumn(_("Failed"), width=70),
            "why": column.TextColumn(_("Most often"), width=220),
            "when": column.TextColumn(_("Last"), width=170),
        },
    )
    st.caption(_("Hosts with the most failed steps. One that a retry made good is not counted any more."))


def slowest(hosts: Sequence[SlowHost], owner: str) -> None:
    """The hosts whose slow visits took the most time; a row leads to their jobs."""
    st.subheader(_("Slowest hosts"), anchor=False)
    if not hosts:
        none = _("No visit that gave a report took {n} s or longer in this time.")
        st.caption(none.format(n=number(SLOW_SECONDS)))
        return
    rows = [
        {
            "host": unicode_form(one.host),
            "n": one.visits,
            "mean": duration(one.mean_seconds),
            "longest": duration(one.longest_seconds),
            "jobs": ":material/arrow_forward:",
        }
        for one in hosts
    ]
    column = st.column_config
    _table(
        rows,
        [one.host for one in hosts],
        owner,
        "metrics_slowest",
        {
            "host": column.TextColumn(_("Host"), width=180),
            "n": column.NumberColumn(_("Slow visits"), width=90),
            "mean": column.TextColumn(_("On average"), width=90, alignment="right"),
            "longest": column.TextColumn(_("Longest"), width=90, alignment="right"),
        },
    )
    told = _(
        "Visits that took {n} s or longer and gave a report; first the hosts on which they took the most time in all."
    )
    st.caption(told.format(n=number(SLOW_SECONDS)))


def _table(
    rows: list[dict[str, object]], hosts: list[str], owner: str, key: str, configured: dict[str, object]
) -> None:
    def follow() -> None:
        go.want(JOBS, q=hosts[st.session_state[opened]["row"]], **({"owner": owner} if owner else {}))

    opened = f"{key}_open"
    configured["jobs"] = columns.button(_("Jobs"), opened, _("Shows the jobs with this host"), 55, follow)
    st.dataframe(rows, hide_index=True, key=key, height="content", column_config=configured)


def _ends(found: Metrics) -> list[tuple[datetime, datetime]]:
    return list(pairwise((*found.period.slots, found.period.ends_at)))


def _length(found: Metrics) -> str:
    """1 day, 3 hours, 30 minutes."""
    slot = found.period.slot
    if slot >= DAY:
        return ngettext("{n} day", "{n} days", slot // DAY).format(n=slot // DAY)
    if slot >= HOUR:
        return ngettext("{n} hour", "{n} hours", slot // HOUR).format(n=slot // HOUR)
    return ngettext("{n} minute", "{n} minutes", slot // MINUTE).format(n=slot // MINUTE)


def _share(n: int, total: int) -> str:
    """With one decimal, rounded down, so that 100 % means all; a dash for nothing of nothing."""
    return percent(n * 1000 // total / 10) if total else NOTHING


def _seconds(told: Percentile | None) -> str:
    if told is None:
        return NOTHING
    return duration(told.seconds) if told.high is not None else f"> {duration(told.low)}"


def _between(told: Percentile | None) -> str:
    if told is None:
        return ""
    if told.high is None:
        return _("It is longer than {low}.").format(low=duration(told.low))
    return _("It lies between {low} and {high}.").format(low=duration(told.low), high=duration(told.high))
