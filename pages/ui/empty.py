"""Lists without jobs: the first visit, and filters that leave nothing."""

import streamlit as st

from core.i18n import _
from pages.ui.app import NEW_JOB


def welcome() -> None:
    """The first visit: what Lote does, and a way to see it at work."""
    with st.container(border=True, key="welcome"):
        st.subheader(_("No jobs yet"))
        st.write(
            _(
                "Lote takes a list of domains, visits them all in the background, and gives back one report per domain:"
                " title, text, language, contact details, links, certificate. You get a table to filter and export."
            )
        )
        with st.container(horizontal=True):
            if st.button(_("Try with 5 sample domains"), key="sample", icon=":material/play_arrow:"):
                st.switch_page(NEW_JOB, query_params={"sample": "1"})


def nothing_found() -> None:
    """No job fits the filter."""
    with st.container(border=True, horizontal_alignment="center"):
        st.write(_("No job fits these filters."))
        st.button(_("Show all jobs"), key="show_all", on_click=st.query_params.clear)
