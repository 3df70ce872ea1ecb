"""`thin_text`: hardly any visible words."""

from core.flags.facts import Facts

ENOUGH_WORDS = 30


def thin_text(facts: Facts) -> str | None:
    """Fewer than 30 visible words."""
    return facts.word_evidence if facts.word_count < ENOUGH_WORDS else None
