"""The little that the theme's settings cannot say, in one style sheet."""

from pathlib import Path

import streamlit as st

ICON, WORDMARK = (str(Path(__file__).with_name(name)) for name in ("lote.svg", "lote_word.svg"))
SHEET = Path(__file__).with_name("lote.css")


def wear() -> None:
    """Put the style sheet on the screen; it takes no room."""
    st.html(SHEET)
