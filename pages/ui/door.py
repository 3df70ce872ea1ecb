"""The door: what somebody sees who has not logged in, or who may not come in."""

import streamlit as st

from core.actor import ROLE_NAMES
from core.i18n import N_, _
from core.login import NO_ROLE
from core.provider import DEFAULT
from core.way_in import DOWN, FAILED, PARAMETER, REFUSED
from pages.ui import address, identity
from pages.ui.figures import middle, plain
from pages.ui.shared import login
from pages.ui.style import WORDMARK

WORDS = {
    DOWN: N_("The login provider does not answer. Nothing is lost: try again in a moment."),
    FAILED: N_("The login did not succeed. Try again."),
    REFUSED: N_("The provider did not confirm the login: it was cancelled, or your account may not use Lote."),
}
ENDED = N_("Your login has ended. Log in again.")
WIDTH = 400
SECONDS = 5
ASKED = "lote_asked"
"""Where the reader wanted to go before the login, in the browser's storage of this tab: the provider leads home."""
REMEMBER = (
    f"if (!location.search.includes('{PARAMETER}=')) sessionStorage.setItem('{ASKED}', location.pathname"
    " + location.search)"
)
RETURN = (
    f"const asked = sessionStorage.getItem('{ASKED}'); sessionStorage.removeItem('{ASKED}');"
    " if (asked && /^\\/(?!\\/)/.test(asked) && asked !== location.pathname + location.search)"
    " location.replace(asked)"
)
RETURNED = "returned"


def is_shut() -> bool:
    """Whether the reader stays outside: there is a login, and nobody with a role has logged in."""
    if login() is None:
        return False
    found = identity.person()
    return found is None or found.role is None


def draw() -> None:
    """The login page; the address that was asked for is opened after the login."""
    st.html(f"<script>{REMEMBER}</script>", unsafe_allow_javascript=True)
    found = identity.person()
    st.space("large")
    with (
        st.container(horizontal_alignment="center", key="door"),
        st.container(border=True, width=WIDTH, gap="medium"),
    ):
        st.image(WORDMARK, width=132)
        if found is not None:
            st.warning(plain(_(NO_ROLE).format(login=found.login)), icon=":material/block:")
            log_out(_("Log out"))
            _wait()
            return
        if st.user.get("is_logged_in"):
            st.info(_(ENDED), icon=":material/schedule:")
        elif word := WORDS.get(address.read(PARAMETER)):
            st.error(_(word), icon=":material/error:")
        else:
            st.write(_("Log in to see the jobs of your team."))
        _buttons()


def come_in() -> None:
    """Once a session, lead to where the reader wanted to go before the login."""
    if login() is not None and not st.session_state.get(RETURNED):
        st.session_state[RETURNED] = True
        st.html(f"<script>{RETURN}</script>", unsafe_allow_javascript=True)


def reader() -> None:
    """Name and role of who has logged in, with the way out."""
    found = identity.person()
    if found is None or found.role is None:
        return
    role = _(ROLE_NAMES[found.role])
    shown = f"{plain(middle(found.name, 24))} :small[:gray[· {role}]]"
    with st.popover(shown, icon=":material/person:", type="tertiary", key="me"):
        st.text(found.login)
        st.caption(_("Your role: {role}").format(role=role))
        log_out(_("Log out"))


def log_out(label: str) -> None:
    """The button that ends the login, here and at the provider."""
    if st.button(label, key="log_out", icon=":material/logout:"):
        st.logout()
        st.stop()  # a rerun of what comes below would take the way out from the browser's queue


@st.fragment(run_every=SECONDS)
def _wait() -> None:
    """The screen opens by itself when an admin lets the reader in."""
    if not is_shut():
        st.rerun()


def _buttons() -> None:
    door = login()
    for name in door.provider.names if door else ():
        label = _("Log in") if name == DEFAULT else _("Log in with {provider}").format(provider=plain(name))
        if st.button(label, key=f"log_in_{name}", type="primary", icon=":material/login:", width="stretch"):
            st.query_params.pop(PARAMETER, None)
            st.login(None if name == DEFAULT else name)
