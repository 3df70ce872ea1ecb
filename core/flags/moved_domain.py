"""`moved_domain`: the page that answers belongs to another registered domain than the target."""

from core.flags.facts import Facts


def moved_domain(facts: Facts) -> str | None:
    """Registered domains are those below a public suffix (publicsuffix.org); a subdomain is no move."""
    if not facts.final_site or facts.final_site == facts.asked_site:
        return None
    return f"{facts.final_site} answers for {facts.asked_site}"
