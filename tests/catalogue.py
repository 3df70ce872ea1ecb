"""The texts of the app and their translations. `python -m tests.catalogue` adds new texts to the .po files, takes out
those that are gone, and compiles the .mo files that are committed beside them.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core import errors
from core.i18n import LANGUAGES, LOCALE_DIR

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
TRANSLATED = [code for code in LANGUAGES if code != "en"]


def texts() -> Catalog:
    """Every text that is marked in the sources, and every message that is an error's docstring."""
    catalogue = Catalog(project="Lote", charset="utf-8")
    for folder in ("core", "pages"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        for file, _line, message, _comments, context in found:
            catalogue.add(message, locations=[(f"{folder}/{file}", 0)], context=context)
    for message in _docstrings(errors.LoteError):
        catalogue.add(message, locations=[("core/errors.py", 0)])
    return catalogue


def translated(code: str) -> Catalog:
    """The translations of a language as they stand in its .po file."""
    path = po_path(code)
    if not path.exists():
        return Catalog(locale=code, domain="lote", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code, domain="lote")


def po_path(code: str) -> Path:
    """The file that people edit."""
    return LOCALE_DIR / code / "LC_MESSAGES" / "lote.po"


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file of the catalogue."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def missing(code: str) -> list[Message]:
    """Texts without a translation."""
    known = translated(code)
    return [text for text in texts() if text.id and not _is_translated(known.get(text.id, text.context))]


def update(code: str) -> None:
    """Bring the language's .po file in line with the sources and compile it."""
    known, wanted = translated(code), Catalog(locale=code, domain="lote", project="Lote", charset="utf-8")
    for text in texts():
        if text.id:
            old = known.get(text.id, text.context)
            string = old.string if old is not None and _is_translated(old) else None
            wanted.add(text.id, string, locations=text.locations, context=text.context)
    path = po_path(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, wanted, width=120, sort_output=True, omit_header=False, include_lineno=False)
    path.with_suffix(".mo").write_bytes(compiled(translated(code)))


def _is_translated(message: Message | None) -> bool:
    if message is None or not message.string:
        return False
    return all(message.string) if isinstance(message.string, (list, tuple)) else True


def _docstrings(kind: type[errors.LoteError]) -> Iterator[str]:
    yield (kind.__doc__ or "").strip()
    for child in kind.__subclasses__():
        yield from _docstrings(child)


if __name__ == "__main__":
    for language in TRANSLATED:
        update(language)
        for text in missing(language):
            print(f"{language}: not translated: {text.id!r}")  # noqa: T201 - this is a command
