"""The engines on the Settings screen: every one that lives on this database, what it does and what it holds."""

from datetime import datetime

import pandas as pd
import streamlit as st

from core.i18n import N_, _
from core.presence import EngineKind
from core.queries.engines import EngineAtWork
from pages.ui.figures import ago, duration, moment, number, plain

KINDS = {
    EngineKind.APP: N_("app"),
    EngineKind.WORKER: N_("worker"),
    EngineKind.EXECUTE: N_("one job"),
}


def engines(rows: list[EngineAtWork]) -> None:
    """A table with a row for each; texts that do not fit go on in a second line."""
    if not rows:
        st.caption(_("No engine lives on this database."))
        return
    st.table(pd.DataFrame([_cells(row) for row in rows]), border="horizontal", hide_index=True)


def _cells(row: EngineAtWork) -> dict[str, str]:
    vitals = row.engine.vitals
    places = _("{n} of {total}").format(n=number(vitals.get("running_steps", 0)), total=number(vitals.get("places", 0)))
    return {
        _("Engine"): f"{_(KINDS[row.engine.kind])} · {plain(row.engine.machine)} · {row.engine.pid}",
        _("Version"): row.engine.version,
        _("Since"): moment(row.engine.started_at),
        _("Seen"): ago(row.engine.seen_at),
        _("Places in use"): places,
        _("Worker processes"): number(vitals.get("worker_processes", 0)),
        _("Looked for work"): _looked(vitals.get("idle_seconds")),
        _("Claims held"): number(row.claims),
        _("Next lease ends"): _lease(row.lease_expires_at),
    }


def _looked(seconds: float | None) -> str:
    return "" if seconds is None else _("{time} ago").format(time=duration(seconds))


def _lease(at: datetime | None) -> str:
    return "" if at is None else moment(at)
