"""`parked`: no site of its owner, but parking, an offer to sell the domain, or a placeholder of registrar or host."""

import re
from urllib.parse import unquote, urlsplit

from core.extract.page import host_of, site_of
from core.flags import offers, placeholders
from core.flags.facts import Facts
from core.flags.parking_hosts import INLINE, MARKETS, parks
from core.flags.wording import Line

SERVICE_WORDS, OFFER_WORDS, NAMED_OFFER_WORDS, DEFAULT_WORDS, REGISTERED_WORDS = 300, 250, 1_200, 700, 250
"""How many words the page may have of a parking service, an offer, one that names the domain, a server, a registrar."""
BESIDE_WORDS = 25
"""Words of other matter that their pages may have."""
OTHER_DOMAINS, OWN_PAGES = 3, 6
"""Who names as many other domains, or has more pages of its own, deals in domains."""
DOMAIN = re.compile(
    r"(?<![@\w.-])(?:[a-z0-9-]{1,63}\.){1,3}(?!html?\b|php\d?\b|js\b|css\b|txt\b|conf\b|png\b|jpe?g\b|gz\b)[a-z]{2,24}"
    r"(?![\w@-])(?!\.\w)"
)


def parked(facts: Facts) -> str | None:
    """By who fills it, by what it says, and by how little else there is."""
    return _by_service(facts) or _offered(facts) or _default_page(facts) or _registered(facts) or _listed(facts)


def _by_service(facts: Facts) -> str | None:
    """A parking service fills the page, or a market offers this very domain."""
    if facts.word_count > SERVICE_WORDS:
        return None
    markup = facts.markup
    loaded = (*markup.scripts, *markup.frames, markup.refresh or "", facts.final_url)
    if service := next((host_of(url) for url in loaded if _parks(facts, url)), None):
        return f"filled by {service}"
    if named := next((name for name in INLINE if name in markup.inline.lower()), None):
        return f"a script within the page names {named!r}"
    linked = (*facts.external_links, *markup.frames, facts.final_url)
    market = next((host_of(url) for url in linked if _is_offer(facts, url)), None)
    return f"offered at {market}" if market else None


def _parks(facts: Facts, url: str) -> bool:
    host = host_of(url)
    return site_of(host) != facts.asked_site and parks(host, urlsplit(url).path)


def _is_offer(facts: Facts, url: str) -> bool:
    """Whether the address is at a market and names the domain."""
    site, parts = site_of(host_of(url)), urlsplit(url)
    names_it = facts.asked_site in unquote(f"{parts.path}?{parts.query}").lower()
    return site in MARKETS and site != facts.asked_site and names_it


def _offered(facts: Facts) -> str | None:
    """It says that it is for sale."""
    if facts.word_count > NAMED_OFFER_WORDS:
        return None
    told = [line for line in (*facts.heads, *facts.lines) if _offers(facts, line)]
    if not told:
        return None
    is_named = any(facts.asked_site in line.plain for line in told)
    is_nothing_else = facts.word_count <= OFFER_WORDS and facts.substance(offers.TOPIC) <= BESIDE_WORDS
    return f"for sale: {told[0].quoted}" if is_named or (is_nothing_else and not _deals_in_domains(facts)) else None


def _offers(facts: Facts, line: Line) -> bool:
    text = line.text.lower()
    if "dom" in text and offers.OFFER.search(line.plain):
        return True
    return (
        facts.asked_site in text
        and re.search(re.escape(facts.asked_site) + offers.AFTER_ITS_NAME, line.plain) is not None
    )


def _deals_in_domains(facts: Facts) -> bool:
    if len({urlsplit(url).path for url in facts.internal_links}) > OWN_PAGES:
        return True
    named = {site_of(name) for line in facts.lines for name in DOMAIN.findall(line.plain)}
    return len(named - MARKETS - {facts.asked_site, facts.final_site}) >= OTHER_DOMAINS


def _default_page(facts: Facts) -> str | None:
    """What a server shows until somebody puts a site there."""
    if facts.word_count > DEFAULT_WORDS:
        return None
    told = next((head for head in facts.heads[:3] if placeholders.DEFAULT_TITLE.fullmatch(head.bare)), None)
    if told is None or facts.substance(placeholders.SERVER_TOPIC) > BESIDE_WORDS:
        return None
    return f"default page: {told.quoted}"


def _registered(facts: Facts) -> str | None:
    """Its registrar or host speaks, not its owner."""
    if facts.word_count > REGISTERED_WORDS or _deals_in_domains(facts):
        return None
    said = (*facts.heads, Line(facts.description or ""), *facts.lines)
    told = next((line for line in said if placeholders.REGISTERED.search(line.plain)), None)
    return f"placeholder: {told.quoted}" if told and facts.substance(placeholders.TOPIC) <= BESIDE_WORDS else None


def _listed(facts: Facts) -> str | None:
    """Advertisements under the domain's own name."""
    if facts.word_count > SERVICE_WORDS or not any(facts.asked_site in head.plain for head in facts.heads):
        return None
    told = next((line for line in facts.lines if offers.LISTING.search(line.plain)), None)
    return f"advertisements: {told.quoted}" if told and facts.substance(offers.TOPIC) <= BESIDE_WORDS else None
