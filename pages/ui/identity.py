"""Who reads the screens, what they may do, and in which language they read.

Who is told by the login. Without one a name is asked, and kept like the language in cookies, and in the session for
browsers that refuse them.
"""

from time import monotonic
from urllib.parse import quote, unquote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import actor, i18n
from core.actor import Actor, Role
from core.errors import Forbidden
from core.i18n import LANGUAGES, N_, _
from core.login import Person
from pages.ui.shared import login

LANGUAGE_COOKIE, NAME_COOKIE = "lote_language", "lote_name"
COOKIE_SECONDS = 365 * 24 * 3600
MAX_NAME = 80
WRITTEN = "written_cookies"
PERSON, DRAWN_ROLE = "known_person", "drawn_role"
FRESH_SECONDS = 1.0
"""One run of a screen asks many times; a role that an admin changes holds from the next."""


def who() -> str:
    """The reader's name: that of the login, else as it was given, not verified; empty while it is unknown."""
    acting = actor.current()
    return acting.name if acting.is_verified else _kept(NAME_COOKIE)


def may(role: Role) -> bool:
    """Whether the reader may do what needs this role: what they may not do is not shown."""
    return actor.current().may(role)


def person() -> Person | None:
    """Who has logged in, with the role of this moment; None before. Only for where there is a login."""
    door = login()
    if door is None or not st.user.get("is_logged_in"):
        return None
    known: tuple[float, Person | None] | None = st.session_state.get(PERSON)
    if known is None or monotonic() - known[0] > FRESH_SECONDS:
        known = (monotonic(), door.person(st.context.cookies))
        st.session_state[PERSON] = known
    return known[1]


def speaks() -> str:
    """The reader's language: chosen here, or the browser's."""
    chosen = _kept(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else i18n.preferred(st.context.locale)


def role_now() -> Role | None:
    """The role of who has logged in; None without a login, before it, and for who may not come in."""
    found = person()
    return found.role if found else None


def remember_role() -> None:
    """Keep the role that the screen is drawn for."""
    st.session_state[DRAWN_ROLE] = role_now()


def role_has_changed() -> bool:
    """Whether the screen was drawn for another role: an admin has changed it meanwhile, or the login has ended."""
    return bool(st.session_state.get(DRAWN_ROLE) != role_now())


def call_me(name: str) -> None:
    """Remember the reader's name."""
    _keep(NAME_COOKIE, " ".join(name.split())[:MAX_NAME])


def speak(code: str) -> None:
    """Remember the language that the reader chose."""
    _keep(LANGUAGE_COOKIE, code)
    i18n.use(code)


def ask_name(key: str = "your_name") -> str:
    """The reader's name; draws a field that asks for it as long as it is unknown. Not for use inside `st.form`."""
    if not actor.current().is_verified and (not who() or st.session_state.get(key)):
        name_field(_("Your name"), key)
    return who()


def name_field(label: str, key: str) -> None:
    """A field for the reader's name."""
    st.text_input(
        label,
        None if key in st.session_state else who(),
        key=key,
        max_chars=MAX_NAME,
        autocomplete="nickname",
        placeholder=_("Signs jobs and comments"),
        help=_("Asked once, kept in a cookie of this browser; Lote does not verify it."),
        width=360,
        on_change=lambda: call_me(st.session_state[key] or ""),
    )


def keep_cookies() -> None:
    """Write what was chosen in this session into the browser; a script is the only way that Streamlit leaves open."""
    writes = [
        f"document.cookie = '{name}={quote(value, safe='')}; path=/; max-age={COOKIE_SECONDS}; samesite=lax';"
        for name, value in _chosen().items()
    ]
    if writes:
        st.html(f"<script>{''.join(writes)}</script>", unsafe_allow_javascript=True)
    st.session_state[WRITTEN] = _chosen()


def cookies_wait() -> bool:
    """Whether something was chosen, in a fragment, that `keep_cookies` has not written yet."""
    return bool(_chosen() != st.session_state.get(WRITTEN, {}))


def _chosen() -> dict[str, str]:
    """What was chosen in this session and is not what the browser sent when the session began."""
    given = {name: st.session_state.get(_slot(name)) for name in (NAME_COOKIE, LANGUAGE_COOKIE)}
    return {name: value for name, value in given.items() if value is not None and value != _cookie(name)}


def _kept(name: str) -> str:
    value = st.session_state.get(_slot(name))
    return _cookie(name) if value is None else str(value)


def _keep(name: str, value: str) -> None:
    st.session_state[_slot(name)] = value


def _cookie(name: str) -> str:
    return " ".join(unquote(st.context.cookies.get(name, "")).split())[:MAX_NAME]


def _slot(name: str) -> str:
    return f"kept_{name}"


def _session_language() -> str | None:
    """The language of the session that this thread works for; cookies are read once a run, not for every text."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    code = speaks()
    i18n.use(code)
    return code


def _session_actor() -> Actor | None:
    """Who uses the session that this thread works for, without a login under the name that was given; `Forbidden` when
    nobody has logged in, or not any more.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    if login() is None:
        return Actor(_kept(NAME_COOKIE))
    found = person()
    if found is None:
        raise Forbidden(N_("Your login has ended. Log in again."))
    return found.actor


i18n.ask(_session_language)
actor.ask(_session_actor)
