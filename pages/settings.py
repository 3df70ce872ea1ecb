"""Settings: hosts; for admins also what is in force and wrong, the engine at work, database and disk, and people."""

import streamlit as st

from core import owner
from core.actor import Role
from core.i18n import _
from core.installation import look, problems, settings_in_force
from core.queries.engines import at_work
from pages.ui import installation_parts as parts
from pages.ui.actions import guarded
from pages.ui.app import may, service
from pages.ui.care import doctor, forgetting
from pages.ui.engines import engines
from pages.ui.host_ledger import host_ledger
from pages.ui.people import people
from pages.ui.tokens import api_tokens

SECONDS = 10


@st.fragment(run_every=SECONDS)
@guarded()
def live() -> None:
    """Everything that changes by itself."""
    found = look(service().settings, service().database)
    st.caption(parts.glance(found))
    parts.wrong(problems(found))
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, key="engine", height="stretch"):
        parts.engine(found)
    with right.container(border=True, key="data", height="stretch"):
        parts.data(found)
    with st.container(border=True, key="engines_here"):
        st.subheader(_("Engines on this database"), anchor=False)
        with service().database.reading() as session:
            engines(at_work(session, owner.gone(service().settings.data_dir)))


st.title(_("Settings"), anchor=False)
if may(Role.ADMIN):
    live()
    people()
with st.container(border=True, key="ledger"):
    host_ledger()
with guarded():
    api_tokens()
if may(Role.ADMIN):
    with guarded():
        doctor()
        forgetting()
    with st.container(border=True, key="settings"):
        st.subheader(_("In force"), anchor=False)
        st.caption(_("Each is an environment variable, read at the start of Lote. Secrets are never shown."))
        for row in settings_in_force(service().settings):
            parts.setting(row)
