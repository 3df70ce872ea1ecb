"""Fields that narrow a list down, in a row: each has its name inside, and an empty one asks for all."""

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from core.i18n import _

Changed = Callable[[Any], None]
"""What becomes of a new value, None when the field was emptied."""


def select(
    label: str,
    options: Iterable[str],
    key: str,
    changed: Changed,
    *,
    shown: Callable[[str], str] = str,
    width: int = 150,
) -> None:
    """Draw a field that offers these, each as `shown` says it; the width is in pixels."""
    st.selectbox(
        label,
        list(options),
        key=key,
        placeholder=label,
        format_func=shown,
        label_visibility="collapsed",
        width=width,
        on_change=lambda: changed(st.session_state[key]),
    )


def search(key: str, placeholder: str, changed: Changed, *, width: int = 240) -> None:
    """Draw the field for a part of a name; `placeholder` says of which, the width is in pixels."""
    st.text_input(
        _("Search"),
        key=key,
        type="search",
        placeholder=placeholder,
        label_visibility="collapsed",
        width=width,
        on_change=lambda: changed(st.session_state[key]),
    )
