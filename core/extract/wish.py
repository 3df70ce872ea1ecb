"""What a job wants of a page beside its facts."""

from typing import NamedTuple

from core.expressions import Asked


class Wish(NamedTuple):
    """`site_pages`: whether the site's own contact, legal notice and about pages are looked for among the links."""

    questions: tuple[Asked, ...] = ()
    site_pages: bool = False


NOTHING_MORE = Wish()
