"""‹ 1 2 3 ›: the page of a list, in the URL."""

from typing import Any

import streamlit as st

from core.queries.rows import Page
from pages.ui import address
from pages.ui.figures import number


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


def foot(page: Page[Any], size: int, told: str, key: str) -> None:
    """Draw what stands below a table: how many rows there are, `told` with this as its {n}, and the pages."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(told.format(n=number(page.total) + ("" if page.total_is_exact else "+")))
        pager(page.total, size, key)


def _turn(key: str) -> None:
    chosen = st.session_state[key]
    address.write(page=chosen if chosen > 1 else "")
