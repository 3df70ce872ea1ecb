"""What the rules judge by: the facts of one visit and one parse."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.extract import Extraction
from core.extract.markup import Markup
from core.extract.page import host_of, site_of
from core.flags.wording import FURNITURE, Line

SUBSTANCE_WORDS = 4
"""A line with fewer is a label, a button or a menu entry."""
PROSE_WORDS = 12
"""A line with as many is a sentence that somebody wrote."""


@dataclass(frozen=True)
class Facts:
    """The facts of one page; `target` is as in the job, `word_count` counts the visible words."""

    target: str
    final_url: str
    http_status: int
    title: str | None
    description: str | None
    word_count: int
    internal_links: Sequence[str]
    external_links: Sequence[str]
    markup: Markup

    @classmethod
    def of(cls, target: str, final_url: str, http_status: int, page: Extraction) -> "Facts":
        """The facts of a page as it was fetched and read, its markup with it."""
        assert page.markup is not None
        return cls(
            target=target,
            final_url=final_url,
            http_status=http_status,
            title=page.title,
            description=page.description,
            word_count=page.word_count,
            internal_links=page.internal_links,
            external_links=page.external_links,
            markup=page.markup,
        )

    @cached_property
    def asked_site(self) -> str:
        """The registered domain that was asked for."""
        return site_of(host_of(f"//{self.target}"))

    @cached_property
    def final_host(self) -> str:
        """The host that answered."""
        return host_of(self.final_url)

    @cached_property
    def final_site(self) -> str:
        """The registered domain that answered."""
        return site_of(self.final_host)

    @cached_property
    def heads(self) -> tuple[Line, ...]:
        """The title and the headings."""
        return tuple(map(Line, ([self.title] if self.title else []) + self.markup.headings))

    @cached_property
    def headings(self) -> tuple[Line, ...]:
        """The headings alone."""
        return tuple(map(Line, self.markup.headings))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The visible lines that are not empty."""
        return tuple(Line(text) for text in self.markup.seen.split("\n") if text)

    @property
    def word_evidence(self) -> str:
        """How many words are visible, as evidence."""
        return f"{self.word_count} visible word{'' if self.word_count == 1 else 's'}"

    def substance(self, topic: re.Pattern[str]) -> int:
        """Words of the visible lines that are neither labels nor furniture nor about the topic."""
        return self._words_beside(topic, SUBSTANCE_WORDS)

    def prose(self, topic: re.Pattern[str]) -> int:
        """Words of the sentences among them."""
        return self._words_beside(topic, PROSE_WORDS)

    def _words_beside(self, topic: re.Pattern[str], at_least: int) -> int:
        return sum(
            line.words
            for line in self.lines
            if line.words >= at_least and not topic.search(line.plain) and not FURNITURE.search(line.plain)
        )
