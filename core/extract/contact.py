"""How a page says its owner can be reached: e-mail addresses, telephone numbers, postal addresses."""

from dataclasses import dataclass

from core.extract import emails, phones
from core.extract.organisation import Organisation
from core.extract.page import ParsedPage


@dataclass(frozen=True, slots=True)
class Contact:
    """Addresses with their domain in lower case; numbers in E.164 where that is sure, else as written."""

    emails: list[str]
    phones: list[str]


def read(page: ParsedPage, seen: str, language: str | None, owner: Organisation) -> Contact:
    """From links (mailto:, tel:, wa.me), protected and spelled out addresses, JSON-LD and the visible text."""
    hrefs = list(dict.fromkeys(h.strip() for element in page.tree.iter("a", "area") if (h := element.get("href"))))
    return Contact(emails.read(page, hrefs, owner.emails, seen), phones.read(page.host, hrefs, owner, seen, language))
