"""Words as the rules compare them: lower case, without accents, one line at a time."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from core.extract.text import count_words

QUOTED_CHARACTERS = 100
QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "\xa0": " "})
QUOTED = re.compile(r"[\"„][^\"]{1,200}\"|«[^»]{1,200}»")
"""What a page quotes it does not say itself."""
PUNCTUATION = re.compile(r"[^\w']+")
SOME_WORDS = r"(?: \S{1,40}){0,5}? "
COMPARED_CHARACTERS = 500
"""Of a line: what a page can make the rules work is bounded."""


@dataclass(frozen=True)
class Line:
    """A line, heading or title as it stands on the page."""

    text: str

    @cached_property
    def plain(self) -> str:
        """Lower case, without accents, with straight quotes, without what stands between double ones."""
        text = self.text[:COMPARED_CHARACTERS].casefold()
        if not text.isascii():
            decomposed = unicodedata.normalize("NFD", text)
            text = "".join(char for char in decomposed if not unicodedata.combining(char)).translate(QUOTES)
        return QUOTED.sub(" ", text) or text

    @cached_property
    def bare(self) -> str:
        """The plain words with single spaces, without punctuation."""
        return PUNCTUATION.sub(" ", self.plain).strip()

    @cached_property
    def words(self) -> int:
        """How many words it has."""
        return count_words(self.text)

    @property
    def quoted(self) -> str:
        """It as evidence: between quotes, its beginning only when it is long."""
        text = " ".join(self.text.split())
        return f"'{text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + '…'}'"


def any_of(*phrases: str) -> re.Pattern[str]:
    """A pattern that finds any of these in plain text. They are regular expressions; ` … ` stands for up to 5 words."""
    return re.compile("|".join(phrases).replace(" … ", SOME_WORDS))


FURNITURE = any_of(
    "cookie|gdpr|rgpd|dsgvo|copyright|©|impressum",
    "privacy|privacidad|privacitat|privacidade|datenschutz|confidentialite|riservatezza",
    r"aviso legal|avis legal|mentions legales|note legali|\blegal\b",
    r"\bterms\b|terminos|termini|condicion|conditions|condizioni|\bagb\b|voorwaarden",
    "rights reserved|derechos reservados|drets reservats|rechte vorbehalten|droits reserves|diritti riservati",
    "direitos reservados|rechten voorbehouden",
)
"""What stands on every page, whatever it is about."""
