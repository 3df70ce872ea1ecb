"""`thin_text`: hardly any visible words."""

from core.flags.facts import Facts

ENOUGH_WORDS = 30


def thin_text(facts: Facts) -> str | None:
    """Fewer than 30 visible words."""
    if facts.word_count >= ENOUGH_WORDS:
        return None
    return f"{facts.word_count} visible words" if facts.word_count != 1 else "1 visible word"
