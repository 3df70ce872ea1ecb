"""The frame around every screen: title, menu, language, name, what happens meanwhile, and errors of a page."""

from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core import actor
from core.actor import Role
from core.i18n import LANGUAGES, _
from pages.ui import address, borrowed, dialog, dialogs, door, go, identity, tokens
from pages.ui.actions import guarded
from pages.ui.app import AUDIT, JOB, JOBS, METRICS, NEW_JOB, REPORT, SETTINGS, origin
from pages.ui.figures import middle, plain
from pages.ui.shared import login, service
from pages.ui.style import ICON, WORDMARK, wear
from pages.ui.watch import watch

SIDEBAR_PIXELS = 256
SETTINGS_PATH = "settings"
NEEDED = {"new": Role.ANALYST, "audit": Role.ADMIN}
"""Pages, by their `url_path`, that need more than a viewer's role."""


def frame() -> None:
    """Draw the screen that the URL names, or the door to it."""
    st.set_page_config(page_title="Lote", page_icon=ICON, layout="wide", initial_sidebar_state=SIDEBAR_PIXELS)
    wear()
    with guarded():
        if door.is_shut():
            _navigation("hidden")
            door.draw()
            with st.container(horizontal_alignment="center", key="door_foot"):
                _language()
            identity.keep_cookies()
            return
        _screen()


def _screen() -> None:
    """Menu, what happens meanwhile, and the page."""
    st.logo(WORDMARK, icon_image=ICON, size="large")
    page = _navigation("sidebar")
    identity.remember_role()
    with st.sidebar:
        _reader()
        identity.keep_cookies()
        borrowed.translate()
        door.come_in()
    if page.url_path != SETTINGS_PATH:
        _warn()  # there it stands among what is wrong
        tokens.forget()
    watch()
    if go.follow():
        return
    actor.need(NEEDED.get(page.url_path, Role.VIEWER))
    opened = dialog.opened((page.url_path, address.read("id")))
    page.run()
    if opened is not None:
        dialogs.draw(opened)


def _navigation(position: Literal["sidebar", "hidden"]) -> StreamlitPage:
    return st.navigation(
        [
            st.Page(JOBS, title=_("Jobs"), icon=":material/view_list:", default=True),
            st.Page(NEW_JOB, title=_("New job"), icon=":material/add:", url_path="new", visibility="hidden"),
            st.Page(JOB, title=_("Job"), icon=":material/stacks:", url_path="job", visibility="hidden"),
            st.Page(REPORT, title=_("Report"), icon=":material/article:", url_path="report", visibility="hidden"),
            st.Page(METRICS, title=_("Metrics"), icon=":material/monitoring:", url_path="metrics"),
            st.Page(
                AUDIT,
                title=_("Audit log"),
                icon=":material/history:",
                url_path="audit",
                visibility="visible" if position == "sidebar" and identity.may(Role.ADMIN) else "hidden",
            ),
            st.Page(SETTINGS, title=_("Settings"), icon=":material/settings:", url_path=SETTINGS_PATH),
            st.Page(f"{origin()}/api/docs", title=_("API docs"), icon=":material/api:", url_path="api-docs"),
        ],
        position=position,
    )


def _warn() -> None:
    if login() is None and service().settings.allow_anonymous:
        st.warning(
            _("There is no login: everybody who reaches this address can do everything (LOTE_ALLOW_ANONYMOUS)."),
            icon=":material/no_encryption:",
        )


def _reader() -> None:
    """Name and language, at the foot of the sidebar."""
    with st.container(key="reader"):
        if login() is not None:
            door.reader()
        elif identity.who():
            doubt = _("not verified")
            shown = f"{plain(middle(identity.who(), 24))} :small[:gray[{doubt}]]"
            with st.popover(shown, icon=":material/person:", type="tertiary", key="me"):
                identity.name_field(_("Your name"), "my_name")
        else:
            identity.ask_name("sidebar_name")
        _language()


def _language() -> None:
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        default=identity.speaks(),
        required=True,
        key="language",
        format_func=LANGUAGES.__getitem__,
        label_visibility="collapsed",
        on_change=lambda: identity.speak(st.session_state["language"]),
    )
