"""Audit log: who did what, for admins; newest first, with filters, as a file."""

import streamlit as st

from core.i18n import _, ngettext
from core.queries import audit
from core.queries.audit import EventFilter
from pages.ui import address
from pages.ui.app import service
from pages.ui.event_filter import Asked, controls
from pages.ui.event_table import export, table, turn
from pages.ui.figures import number

PAGE_SIZE = 50

asked = Asked.of_url()
wanted = asked.filter()
with service().database.reading() as session:
    shown = audit.window(
        session,
        wanted,
        size=PAGE_SIZE,
        before=address.as_id(address.read("before")),
        after=address.as_id(address.read("after")),
    )
    total, is_exact = audit.total(session, wanted)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title(_("Audit log"), anchor=False)
    if shown.events:
        export(wanted)
count = number(total) + ("" if is_exact else "+")
st.caption(ngettext("{n} event, newest first", "{n} events, newest first", total).format(n=count))
controls(asked)
if shown.events:
    table(shown)
    turn(shown)
elif wanted == EventFilter():
    st.info(_("Nothing has been done yet. What people and programs do will stand here."), icon=":material/info:")
else:
    with st.container(border=True):
        st.write(_("No event fits these filters."))
        st.button(_("Show all events"), key="show_all", on_click=st.query_params.clear)
