"""Screens with nothing to show: the first visit, filters that leave nothing, an id that names nothing."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.actor import Role
from core.errors import LoteError, NoLongerKept
from core.i18n import _
from pages.ui.actions import show_error
from pages.ui.app import JOB, NEW_JOB, may
from pages.ui.figures import plain
from pages.ui.go import go
from pages.ui.job_head import back

T = TypeVar("T")


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
        if not may(Role.ANALYST):
            return
        with st.container(horizontal=True):
            if st.button(_("Try with 5 sample domains"), key="sample", icon=":material/play_arrow:"):
                go(NEW_JOB, sample=1)


def nothing_found() -> None:
    """No job fits the filter."""
    with st.container(border=True):
        st.write(_("No job fits these filters."))
        st.button(_("Show all jobs"), key="show_all", on_click=st.query_params.clear)


def found(read: Callable[[], T]) -> T:
    """What `read` gives; an id that names nothing ends the screen with the message and the way home."""
    try:
        return read()
    except NoLongerKept as error:
        back()
        st.info(plain(error.message), icon=":material/auto_delete:")
        st.page_link(JOB, label=_("Open the job"), query_params={"id": str(error.values["job_id"])})
        st.stop()
    except LoteError as error:
        back()
        show_error(error)
        st.stop()


def nowhere(title: str, advice: str) -> None:
    """A screen that was opened without an id."""
    back()
    st.title(title, anchor=False)
    st.info(advice, icon=":material/info:")
