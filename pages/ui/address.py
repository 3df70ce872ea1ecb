"""The URL is what a screen shows: filters, search, page are read from it and written to it, so that Back works."""

from collections.abc import Collection

import streamlit as st


def read(name: str, allowed: Collection[str] | None = None) -> str:
    """The parameter of the URL; empty when it is absent or not among the allowed values."""
    value = st.query_params.get(name, "").strip()
    return value if allowed is None or value in allowed else ""


def read_page() -> int:
    """`?page=` of the URL, 1 when it is absent or no page number."""
    value = read("page")
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 7 else 1


def as_id(given: str) -> int | None:
    """The id that is written there; None for anything but a number that a database takes."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def write(**values: str | int | None) -> None:
    """Put the values into the URL, empty ones out of it; one entry in the browser's history."""
    merged = {**st.query_params.to_dict(), **{name: str(value or "") for name, value in values.items()}}
    st.query_params.from_dict({name: value for name, value in merged.items() if value})


def follow(key: str, value: object) -> None:
    """Let the widget `key` show what the URL says. One that does is left alone, with what is being typed."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
