"""`soft_404`: the server answers with success, the page says that there is none."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.flags.absence import ADDRESSED, FILLERS, NUMBER, SAID, SENTENCE
from core.flags.facts import Facts
from core.flags.thin_text import ENOUGH_WORDS
from core.flags.wording import Line

SMALL_PAGE_WORDS = 150
"""Beyond it only a page that says so elsewhere too is looked through for the sentence."""
BESIDE_NAME, PROSE_BESIDE_TWO, PROSE_BESIDE_THREE = 40, 120, 300
"""Words of other matter that the page may have: where one sign or a mere name says it, where two signs do, or three."""
SENTENCE_WORDS = 40
MORE_WORDS = 2
"""A heading may have as many beside what it says, and so may a whole title, for the name of the site."""
SEPARATOR = re.compile(r"\s[-–—|·•»«]+\s|\s*[|»«·•–—]\s*")
"""What stands between the parts of a title."""
NAMES = re.compile(
    r"(?:^|\s)[\w-]*(?:error-?_?404|page-?_?404|404-?_?(?:page|error)|not-?_?found|no-encontrad[oa])[\w-]*|(?:^|\s)404\b"
)
PATH = re.compile(
    r"/(?:(?:error|err|page|pagina)?[-_]?404(?:[-_](?:error|page|not-found))?|(?:page[-_])?not[-_]?found"
    r"|(?:pagina-)?no-encontrad[oa]|seite-nicht-gefunden|page-introuvable|pagina-non-trovata)(?:\.\w{2,5})?/?$"
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What says that the page does not exist, each None where nothing does."""

    title: Line | None
    heading: Line | None
    sentence: Line | None
    marker: str | None

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(sign is not None for sign in (self.title, self.heading, self.sentence, self.marker))

    @property
    def best(self) -> str:
        """One of them as evidence."""
        line = self.heading or self.title or self.sentence
        return line.quoted if line else self.marker or ""

    @property
    def are_words(self) -> bool:
        """A number alone may be a name: a studio is called 404."""
        if self.sentence or self.marker:
            return True
        return any(line and SAID.search(line.bare) for line in (self.title, self.heading))


def soft_404(facts: Facts) -> str | None:
    """Signs in title, heading, text and markup: one is enough for a page that holds nothing else."""
    if not 200 <= facts.http_status < 300:
        return None
    signs = _signs(facts)
    is_meant = signs.are_words or (signs.count > 1 and facts.word_count < ENOUGH_WORDS)
    return signs.best if is_meant and _holds_little_else(facts, signs) else None


def _holds_little_else(facts: Facts, signs: Signs) -> bool:
    if signs.count == 1 and signs.marker:
        return False
    if signs.count == 1 or not (signs.sentence or signs.marker):
        return facts.substance(SAID) <= BESIDE_NAME
    return facts.prose(SAID) <= (PROSE_BESIDE_THREE if signs.count > 2 and signs.sentence else PROSE_BESIDE_TWO)


def _signs(facts: Facts) -> Signs:
    title = next((line for line in facts.heads[:1] if line.text == facts.title and _is_said_in_title(line)), None)
    heading = next((line for line in facts.headings if _is_said(line, MORE_WORDS)), None)
    marker = _marker(facts)
    has_sentence = title or heading or marker or facts.word_count <= SMALL_PAGE_WORDS
    return Signs(title, heading, _sentence(facts) if has_sentence else None, marker)


def _is_said_in_title(title: Line) -> bool:
    return _is_said(title, MORE_WORDS) or any(_is_said(Line(part), 0) for part in SEPARATOR.split(title.text))


def _is_said(line: Line, more_words: int) -> bool:
    """Whether a line says that there is no page, and hardly anything beside."""
    said = SAID.search(line.bare) or NUMBER.search(line.bare)
    if said is None:
        return False
    rest = f"{line.bare[: said.start()]} {line.bare[said.end() :]}".split()
    return sum(word not in FILLERS for word in rest) <= more_words


def _sentence(facts: Facts) -> Line | None:
    """The line that tells it to the visitor."""
    for line in facts.lines:
        if line.words <= SENTENCE_WORDS and SENTENCE.search(line.bare) and ADDRESSED.search(line.plain):
            return line
    return None


def _marker(facts: Facts) -> str | None:
    """How the markup or the address calls the page."""
    if name := NAMES.search(facts.markup.names):
        return f"the markup is named '{name[0].strip()}'"
    path = urlsplit(facts.final_url).path
    return f"the address ends with {path[-60:]}" if PATH.search(path.lower()) else None
