"""‹ 1 2 3 ›: the page of a list, in the URL."""

import streamlit as st

from pages.ui import address


def pager(total: int, size: int, key: str = "page") -> None:
    """Draw the pages of a list of `total` rows, when there is more than one."""
    pages = -(-total // size)
    if pages < 2:
        return
    current = min(address.read_page(), pages)
    if st.session_state.get(key, current) != current:
        del st.session_state[key]  # the URL is right: the widget begins anew with its default
    with st.container(horizontal_alignment="right"):
        st.pagination(pages, default=current, key=key, on_change=_turn, args=(key,))


def _turn(key: str) -> None:
    chosen = st.session_state[key]
    address.write(page=chosen if chosen > 1 else "")
