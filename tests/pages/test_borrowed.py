"""The words that Streamlit writes by itself: known to be its own, and said in Spanish."""

import re
from pathlib import Path

import pytest
import streamlit

from core.i18n import speaking
from pages.ui.borrowed import WORDS, said

BUNDLE = Path(streamlit.__file__).parent / "static" / "static" / "js"
THEIRS = sorted({word if isinstance(word, str) else word[0] for words in WORDS.values() for word in words})


@pytest.fixture(scope="module")
def bundle() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(BUNDLE.glob("*.js")))


def test_streamlit_still_says_what_is_translated(bundle: str) -> None:
    """A new version may word it differently: then the translation would be lost in silence."""
    pieces = {
        text: re.split(r"\{\w+\}|(?<=Press )(?:Ctrl|⌘)|apply$|^\w+(?= icon$)|\. Running", text) for text in THEIRS
    }
    lost = [text for text, parts in pieces.items() if any(part.strip() and part not in bundle for part in parts)]
    assert lost == []


def test_every_word_is_said_in_spanish() -> None:
    same_in_both = {"Error", "Euro", "Yen", "Logo"}
    with speaking("es"):
        spoken = {theirs for _place, theirs, _ours in said()}
    assert set(THEIRS) - spoken - same_in_both == {"streamlit run yourscript.py"} - spoken


def test_english_is_left_alone_where_ours_is_not_better() -> None:
    spoken = {theirs: ours for _place, theirs, ours in said()}
    assert "Print" not in spoken
    assert spoken["The page that you have requested does not seem to exist. Running the app's main page."] == (
        "There is no such page. These are the jobs."
    )
