"""Every text in every language; placeholders survive translation; the compiled files are up to date."""

import ast
import string

import pytest

from core import i18n
from core.failures import EXPLANATIONS, FailureKind
from tests import catalogue


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_no_text_lacks_its_translation(code: str) -> None:
    assert [text.id for text in catalogue.missing(code)] == [], "run `python -m tests.catalogue` and translate"


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_no_translation_has_lost_its_text(code: str) -> None:
    known = {(text.id, text.context) for text in catalogue.texts()}
    assert [text.id for text in catalogue.translated(code) if text.id and (text.id, text.context) not in known] == []


def test_texts_stand_where_they_are_found() -> None:
    """Python 3.11 sees an f-string as one token: a text inside is not extracted, and so never translated."""
    inside = [
        f"{path.relative_to(catalogue.ROOT)}:{call.lineno}"
        for folder in ("core", "pages")
        for path in sorted((catalogue.ROOT / folder).rglob("*.py"))
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and _is_marked(call)
    ]
    assert inside == []


def _is_marked(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Name)
        and call.func.id in catalogue.KEYWORDS
        and any(isinstance(given, ast.Constant) and isinstance(given.value, str) for given in call.args)
    )


def test_a_text_with_two_meanings_has_two_translations() -> None:
    assert i18n.pgettext("several", "Failed") == "Failed"
    with i18n.speaking("es"):
        assert (i18n._("Failed"), i18n.pgettext("several", "Failed")) == ("Fallido", "Fallidos")


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_placeholders_are_the_same_in_both(code: str) -> None:
    for text in catalogue.translated(code):
        if text.id:
            ids = text.id if isinstance(text.id, tuple) else (text.id,)
            strings = text.string if isinstance(text.string, tuple) else (text.string,)
            wanted = set().union(*map(_places, ids))
            for translation in strings:
                assert _places(translation) <= wanted, (text.id, translation)
            assert set().union(*map(_places, strings)) == wanted, text.id


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_the_compiled_file_is_that_of_the_texts(code: str) -> None:
    path = catalogue.po_path(code)
    assert path.with_suffix(".mo").read_bytes() == catalogue.compiled(catalogue.translated(code))


def _places(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def test_every_failure_has_a_sentence_and_an_advice_in_every_language() -> None:
    assert set(EXPLANATIONS) == set(FailureKind)
    english = {kind: EXPLANATIONS[kind].translated() for kind in FailureKind}
    with i18n.speaking("es"):
        for kind in FailureKind:
            spanish = EXPLANATIONS[kind].translated()
            assert spanish.sentence != english[kind].sentence
            assert spanish.advice != english[kind].advice


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr, es;q=0.5, en;q=0.7", "en"),
        ("en;q=0, es", "es"),
        ("de,fr", "en"),
        ("es;q=nonsense, en", "en"),
        ("es_ES.UTF-8", "es"),
    ],
)
def test_the_readers_language_is_understood(header: str | None, language: str) -> None:
    assert i18n.preferred(header) == language


def test_a_language_holds_inside_its_block_only() -> None:
    with i18n.speaking("es"):
        assert i18n.language() == "es"
        with i18n.speaking("xx"):
            assert i18n.language() == "en"
    assert i18n.language() == "en"
