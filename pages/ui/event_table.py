"""Events of the audit log as a table: the chosen one in full below it, the way to newer and older ones, as a file."""

import json
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.i18n import _, language
from core.queries.audit import EventFilter, EventRow, Window
from pages.ui import address, events
from pages.ui.app import JOB, origin
from pages.ui.figures import moment, now, plain, stamp, zone

MOST_ROWS, TABLE_HEIGHT = 14, 525
"""So that the chosen event, which stands below, is seen; the height in pixels is that of these rows and their head."""
FORMATS = {"xlsx": "Excel", "csv": "CSV", "ndjson": "NDJSON"}


def export(wanted: EventFilter) -> None:
    """The same events in every format."""
    with st.popover(_("Export"), icon=":material/download:", key="audit_export"):
        for name, label in FORMATS.items():
            st.link_button(
                label, export_url(wanted, name), icon=":material/download:", width="stretch", key=f"export_{name}"
            )


def export_url(wanted: EventFilter, format: str) -> str:
    """The link to the file."""
    query: dict[str, Any] = {
        "format": format,
        "actor": wanted.actor,
        "action": wanted.action,
        "job_id": wanted.job_id or "",
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
    }
    return f"{origin()}/api/audit-events/export?{urlencode({name: value for name, value in query.items() if value})}"


def table(shown: Window) -> None:
    """The events; a chosen one is told in full below."""
    chosen = st.dataframe(
        [cells(event) for event in shown.events],
        hide_index=True,
        key=f"events_{shown.events[0].id}_{len(shown.events)}_{language()}",
        height="content" if len(shown.events) <= MOST_ROWS else TABLE_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _when(): st.column_config.TextColumn(width=145),
            _("Who"): st.column_config.TextColumn(width=125),
            _("What"): st.column_config.TextColumn(width=150),
            _("Of"): st.column_config.TextColumn(width=60),
            _("Details"): st.column_config.TextColumn(width=300),
            _("Known by"): st.column_config.TextColumn(width=95),
        },
    )
    rows = chosen["selection"]["rows"]
    if rows and rows[0] < len(shown.events):
        whole(shown.events[rows[0]])
    else:
        st.caption(_("Choose a line to see all of it."))


def cells(event: EventRow) -> dict[str, str]:
    """A line of the table."""
    return {
        _when(): stamp(event.at),
        _("Who"): event.actor or "—",
        _("What"): events.action(event.action),
        _("Of"): events.thing(event),
        _("Details"): events.details(event),
        _("Known by"): events.by_what(event),
    }


def _when() -> str:
    return _("When ({zone})").format(zone=now().astimezone(zone()).tzname())


def whole(event: EventRow) -> None:
    """Everything that is known of one event."""
    with st.container(border=True, key="event"):
        st.markdown(f"**{events.action(event.action)}** {plain(events.thing(event))}")
        who = [event.actor or "—", events.by_what(event), moment(event.at)]
        st.caption(plain(" · ".join(who)))
        if event.details:
            st.code(json.dumps(event.details, ensure_ascii=False, indent=2), language="json", wrap_lines=True)
        if event.thing == "job" and event.action != "job.deleted":
            st.page_link(JOB, label=_("Open the job"), icon=":material/stacks:", query_params={"id": event.thing_id})


def turn(shown: Window) -> None:
    """To newer and older events."""
    with st.container(horizontal=True, horizontal_alignment="right", key="audit_turn"):
        newer = {"after": shown.events[0].id, "before": ""}
        older = {"before": shown.events[-1].id, "after": ""}
        for key, label, icon, there, target in (
            ("newer", _("Newer"), ":material/chevron_left:", shown.has_newer, newer),
            ("older", _("Older"), ":material/chevron_right:", shown.has_older, older),
        ):
            st.button(label, key=key, icon=icon, disabled=not there, on_click=address.write, kwargs=target)
