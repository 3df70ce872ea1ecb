"""`login_wall`: a form to sign in, and nothing else of substance."""

from core.flags.facts import Facts
from core.flags.signing_in import FIRST_SIGN_IN, SIGN_IN, TO_SIGN_IN, TOPIC, WITH_PROVIDER
from core.flags.wording import Line

MANY_LINKS = 20
"""Who has as many pages of its own to offer is no wall."""
BESIDE_TITLE, BESIDE_HEADING, BESIDE_NOTHING = 40, 25, 12
"""Words of other matter beside the form: where the title says what it is for, the first heading, or none of them."""
SMALL_PAGE_WORDS = 150
NAME_FIELDS = 2
"""A form to sign in without a password asks for no more than a name, and perhaps an organisation."""


def login_wall(facts: Facts) -> str | None:
    """A field for a password in the page's middle, or another way to sign in that title or heading names."""
    if len(facts.internal_links) > MANY_LINKS:
        return None
    told = _told(facts)
    way = _way(facts, told)
    if way is None or facts.substance(TOPIC) > _allowed(facts, told):
        return None
    return f"{way}: {told.quoted}" if told else f"{way}, {facts.word_evidence}"


def _told(facts: Facts) -> Line | None:
    """The title or heading that is about signing in."""
    return next((head for head in facts.heads if TO_SIGN_IN.search(head.plain)), None)


def _allowed(facts: Facts, told: Line | None) -> int:
    if told is None or told not in facts.heads[: 2 if facts.title else 1]:
        return BESIDE_NOTHING
    return BESIDE_TITLE if told.text == facts.title else BESIDE_HEADING


def _way(facts: Facts, told: Line | None) -> str | None:
    """How one signs in here."""
    markup = facts.markup
    if markup.passwords or (markup.passwords_aside and told and told.text == facts.title):
        return "form with a password"
    if told is None or facts.word_count > SMALL_PAGE_WORDS:
        return None
    if SIGN_IN.search(told.plain) and markup.users and markup.fields <= NAME_FIELDS:
        return "form to sign in"
    if any(WITH_PROVIDER.search(line.plain) for line in facts.lines):
        return "sign in with another account"
    return "to be signed in first" if any(FIRST_SIGN_IN.search(line.plain) for line in facts.lines) else None
