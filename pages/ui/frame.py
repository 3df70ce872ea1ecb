"""The frame around every screen: title, menu, language, name, what happens meanwhile, and errors of a page."""

from pathlib import Path

import streamlit as st

from core.i18n import LANGUAGES, _
from pages.ui import address, borrowed, dialog, dialogs, go, identity
from pages.ui.actions import guarded
from pages.ui.app import JOB, JOBS, NEW_JOB, REPORT, SETTINGS, origin
from pages.ui.figures import middle, plain
from pages.ui.style import wear
from pages.ui.watch import watch

ICON, WORDMARK = (str(Path(__file__).with_name(name)) for name in ("lote.svg", "lote_word.svg"))

SIDEBAR_PIXELS = 256


def frame() -> None:
    """Draw the screen that the URL names."""
    st.set_page_config(page_title="Lote", page_icon=ICON, layout="wide", initial_sidebar_state=SIDEBAR_PIXELS)
    wear()
    st.logo(WORDMARK, icon_image=ICON, size="large")
    page = st.navigation(
        [
            st.Page(JOBS, title=_("Jobs"), icon=":material/view_list:", default=True),
            st.Page(NEW_JOB, title=_("New job"), icon=":material/add:", url_path="new", visibility="hidden"),
            st.Page(JOB, title=_("Job"), icon=":material/stacks:", url_path="job", visibility="hidden"),
            st.Page(REPORT, title=_("Report"), icon=":material/article:", url_path="report", visibility="hidden"),
            st.Page(SETTINGS, title=_("Settings"), icon=":material/settings:", url_path="settings"),
            st.Page(f"{origin()}/api/docs", title=_("API docs"), icon=":material/api:", url_path="api-docs"),
        ]
    )
    with st.sidebar:
        _reader()
        identity.keep_cookies()
        borrowed.translate()
    watch()
    with guarded():
        if go.follow():
            return
        opened = dialog.opened((page.url_path, address.read("id")))
        page.run()
        if opened is not None:
            dialogs.draw(opened)


def _reader() -> None:
    """Name and language, at the foot of the sidebar."""
    with st.container(key="reader"):
        if identity.who():
            doubt = _("not verified")
            shown = f"{plain(middle(identity.who(), 24))} :small[:gray[{doubt}]]"
            with st.popover(shown, icon=":material/person:", type="tertiary", key="me"):
                identity.name_field(_("Your name"), "my_name")
        else:
            identity.ask_name("sidebar_name")
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
