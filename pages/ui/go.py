"""To another screen with one step of the browser's history.

`st.switch_page` makes two: it first puts the new parameters behind the old screen's address, so that Back leads to the
job that happens to have the report's number. A link makes one; this one is followed at once.
"""

from time import monotonic_ns

import streamlit as st

SLOT = "go"
WANTED = "go_wanted"
SCRIPT = (
    "(function follow(left) { const link = document.querySelector('.st-key-go a');"
    " if (link) link.click(); else if (left) requestAnimationFrame(() => follow(left - 1)) })(600)"
)
"""The link may come a moment after the script. A browser runs only what it has not seen: hence a number behind it."""


def go(page: str, **parameters: object) -> None:
    """Follow a link to `page` with these parameters."""
    with st.container(key=SLOT, height=1, border=False):
        st.page_link(page, label=">", query_params={name: str(value) for name, value in parameters.items()})
        st.html(f"<script>{SCRIPT} // {monotonic_ns()}</script>", unsafe_allow_javascript=True)


def want(page: str, **parameters: object) -> None:
    """Go there after this callback."""
    st.session_state[WANTED] = page, parameters


def is_wanted() -> bool:
    """Whether a callback has asked to go somewhere."""
    return WANTED in st.session_state


def follow() -> bool:
    """Go where a callback wanted to; False when none did."""
    if not is_wanted():
        return False
    page, parameters = st.session_state.pop(WANTED)
    go(page, **parameters)
    return True
