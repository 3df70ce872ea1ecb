"""Every text goes through gettext: `_` and `ngettext` speak the language of the present context, English by default."""

import gettext as stdlib_gettext
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "es": "Español"}
DEFAULT_LANGUAGE = "en"
GROUPED, POINT = {"en": ",", "es": "."}, {"en": ".", "es": ","}
LOCALE_DIR = Path(__file__).parent / "locale"

_language: ContextVar[str | None] = ContextVar("language", default=None)
_source: Callable[[], str | None] | None = None


class Count(int):
    """A number in a message: grouped when it is shown, as the reader's language does (100,000 or 100.000)."""

    def __format__(self, spec: str) -> str:
        return f"{int(self):,}".replace(",", GROUPED[language()])


class Amount(float):
    """A measure in a message: with as many decimals as it has, behind the reader's decimal sign (1.5 or 1,5)."""

    def __format__(self, spec: str) -> str:
        return f"{float(self):g}".replace(".", POINT[language()])


def N_(message: str) -> str:
    """Mark a text for translation where it is declared; it is translated where it is shown."""
    return message


def _(message: str) -> str:
    """The text in the language of the present context."""
    return _catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the text for `n` things, in the language of the present context."""
    return _catalogue(language()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """The text in the language of the present context, where one English text has several translations."""
    return _catalogue(language()).pgettext(context, message)


def language() -> str:
    """The language of the present context, a key of `LANGUAGES`."""
    code = _language.get() or (_source() if _source else None)
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


def ask(source: Callable[[], str | None]) -> None:
    """Ask `source` wherever the context has not chosen: a screen's callbacks and refreshes run in fresh contexts."""
    global _source
    _source = source


def use(code: str) -> None:
    """Speak `code` from now on in this context; an unknown code means English."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak `code` inside the block."""
    token = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def preferred(accept_language: str | None) -> str:
    """The best known language for an `Accept-Language` header (RFC 9110, 12.5.4) or a browser's locale."""
    weighted = []
    for position, part in enumerate((accept_language or "").split(",")):
        tag, *parameters = part.strip().split(";")
        code = tag.strip().lower().replace("_", "-").split("-")[0]
        if code in LANGUAGES and (weight := _weight(parameters)) > 0:
            weighted.append((-weight, position, code))
    return min(weighted)[2] if weighted else DEFAULT_LANGUAGE


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _sep, value = parameter.strip().partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


@cache
def _catalogue(code: str) -> stdlib_gettext.NullTranslations:
    return stdlib_gettext.translation("lote", LOCALE_DIR, languages=[code], fallback=code == DEFAULT_LANGUAGE)
