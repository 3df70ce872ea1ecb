"""The priority of a job: asked for in a form, told where it is not the usual one."""

import streamlit as st

from core.draft import PRIORITIES
from core.i18n import _


def ask(form: str) -> None:
    """Draw it."""
    load(form, chosen(form))
    st.slider(
        _("Priority"),
        min(PRIORITIES),
        max(PRIORITIES),
        key=_key(form),
        help=_("Higher ones are begun first; 0 is usual."),
        persist_state="session",
    )


def load(form: str, value: int = 0) -> None:
    """Fill it in."""
    st.session_state[_key(form)] = value


def chosen(form: str) -> int:
    """What the form says now."""
    return int(st.session_state.get(_key(form), 0))


def told(value: int) -> str:
    """priority +5; empty for the usual one."""
    return _("priority {n}").format(n=f"{value:+d}") if value else ""


def _key(form: str) -> str:
    return f"{form}_priority"
