"""The ledger of hosts on the Settings screen: who is left alone until when, and the pauses that people set."""

import streamlit as st

from core.actor import Role
from core.i18n import _
from core.queries import hosts
from core.queries.hosts import HostRow
from core.rows import unicode_form
from pages.ui.actions import ERROR_ICON, attempt, guarded
from pages.ui.app import may, service
from pages.ui.figures import clock, duration, moment, now, plain

SECONDS = 5
MOST_SHOWN = 100
SEARCH = "host"
"""Key and query parameter of the search."""
HOST, PAUSE = "pause_host", "pause_seconds"
"""Keys of the form's fields."""


def host_ledger() -> None:
    """Search, the table that refreshes itself, and for analysts the form below it."""
    st.subheader(_("Hosts"), anchor=False)
    st.caption(
        _(
            "One visit at a time to a host, over all jobs; the next begins after the pause of the job, the Crawl-delay"
            " of its robots.txt or its Retry-After, whichever is longest. A pause set here replaces the first two."
        )
    )
    st.text_input(
        _("Host begins with"), key=SEARCH, bind="query-params", placeholder="example.com", icon=":material/search:"
    )
    _table()
    if may(Role.ANALYST):
        _form()


@st.fragment(run_every=SECONDS)
@guarded()
def _table() -> None:
    wanted = str(st.session_state.get(SEARCH) or "").strip()
    with service().database.reading() as session:
        if wanted:
            rows = hosts.beginning_with(session, wanted, limit=MOST_SHOWN)
        else:
            rows = hosts.noteworthy(session, now(), limit=MOST_SHOWN)
    if rows:
        st.dataframe([_cells(row) for row in rows], hide_index=True, key="hosts", height="content")
    elif wanted:
        st.text(_("No host that was visited begins with “{text}”.").format(text=wanted))
    else:
        st.caption(_("No host is being visited or asks for patience now, and no pause is set by hand."))
    if len(rows) == MOST_SHOWN:
        st.caption(_("The first {n}; search for others.").format(n=MOST_SHOWN))


def _cells(row: HostRow) -> dict[str, str]:
    return {
        _("Host"): unicode_form(row.host),
        _("Now"): _state(row),
        _("Set by hand"): duration(row.interval_seconds),
        _("Crawl-delay"): duration(row.crawl_delay_seconds or None),
        _("Last visit"): moment(row.last_ended_at) if row.last_ended_at else "",
        _("Last answer"): moment(row.answered_at) if row.answered_at else "",
    }


def _state(row: HostRow) -> str:
    if row.is_visited:
        return _("being visited")
    if row.not_before is not None and row.not_before > now():
        return _("asked to wait until {time}").format(time=clock(row.not_before))
    return ""


def _form() -> None:
    with st.form("host_pause", border=False, enter_to_submit=False):
        left, middle = st.columns([3, 2], vertical_alignment="bottom")
        left.text_input(_("Host"), key=HOST, placeholder="example.com")
        middle.number_input(_("Pause between visits (s)"), value=None, step=1.0, key=PAUSE)
        with st.container(horizontal=True):
            st.form_submit_button(_("Set the pause"), icon=":material/timer:", key="pause_set", on_click=_set)
            st.form_submit_button(_("Remove it"), icon=":material/timer_off:", key="pause_remove", on_click=_remove)


def _set() -> None:
    host, seconds = str(st.session_state[HOST]), st.session_state[PAUSE]
    if seconds is None:
        st.toast(_("How many seconds? Give a number from 0 to 3,600."), icon=ERROR_ICON, duration="long")
        return
    told = _("{host}: {pause} between visits.").format(host=plain(host.strip()), pause=duration(seconds))
    attempt(lambda: service().set_host_interval(host, seconds), told)


def _remove() -> None:
    host = str(st.session_state[HOST])
    told = _("{host}: the pause of jobs and robots.txt holds again.").format(host=plain(host.strip()))
    attempt(lambda: service().set_host_interval(host, None), told)
