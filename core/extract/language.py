"""Which language a page declares and which one its text is in."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from core.extract.page import ParsedPage
from core.extract.text import WORD, count_words

WORDS_NEEDED = 20
CERTAINTY_NEEDED = 0.5
LOOKED_AT = 3_000  # characters
TAG = re.compile(r"\s*([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{1,8}){0,4})\s*(?:[,;].*)?", re.DOTALL)


def declared(page: ParsedPage) -> str | None:
    """The language of `<html lang>`, else of a content-language meta, as a BCP 47 tag (`es`, `pt-BR`)."""
    for value in (page.tree.get("lang"), page.tree.get("xml:lang"), page.meta("content-language")):
        if value and (found := tag(value)):
            return found
    return None


def tag(value: str) -> str | None:
    """A language as pages write it (`pt_br`) as a BCP 47 tag, None for anything else."""
    found = TAG.fullmatch(value[:100])
    if not found:
        return None
    subtags = [s.upper() if len(s) == 2 else s for s in found[2].replace("_", "-").split("-")[1:]]
    return "-".join([found[1].lower(), *subtags])[:35]


def detect(text: str) -> str | None:
    """The language of a text of at least 20 words as an ISO 639-1 code, None when it is not clear."""
    sample = text[:LOOKED_AT]
    if count_words(sample) < WORDS_NEEDED:
        return None
    code, certainty = _identifier().classify(" ".join(WORD.findall(sample)))
    return str(code) if certainty >= CERTAINTY_NEEDED else None


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
