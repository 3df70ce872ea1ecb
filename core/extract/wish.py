"""What a job wants of a page beside its facts."""

from typing import NamedTuple

from core.expressions import Asked


class Wish(NamedTuple):
    """`site_pages`: whether the site's own contact, legal notice and about pages are looked for among the links.

    `target` (as in the job) and `http_status` are what the page is the answer to.
    """

    questions: tuple[Asked, ...] = ()
    site_pages: bool = False
    target: str = ""
    http_status: int = 200

    @property
    def is_for_home(self) -> bool:
        """Whether a host alone was asked for: what it answers is its home page, wherever it redirects to."""
        return self.target != "" and "/" not in self.target and "?" not in self.target


NOTHING_MORE = Wish()
