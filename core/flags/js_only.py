"""`js_only`: an app's shell, to be filled by scripts that are not run here."""

from core.flags.facts import Facts
from core.flags.thin_text import ENOUGH_WORDS
from core.flags.wording import Line, any_of

NOTICE_WORDS = 60
"""A shell may say at length that it needs JavaScript."""
BLANK_WORDS = 3
"""No more than "loading" in any language, and a name."""
BESIDE_WORDS = 15
_NEED = "|".join((
    r"enabl|disabl|requir|need|without|turn(?:ed)? o|switch|allow|support",
    r"activ|desactiv|habilit|necesit|requier|precis|\bsin\b|\bsense\b|\bsem\b",
    r"aktivier|erforder|notig|\bohne\b|requis|necessa|\bsans\b|abilit|attiv|\bative\b|richie|\bsenza\b",
    r"vereist|schakel|\bzonder\b",
))  # fmt: skip
NEEDS_JAVASCRIPT = any_of(rf"(?:{_NEED})[^.]{{0,60}}java ?script", rf"java ?script[^.]{{0,60}}(?:{_NEED})")


def js_only(facts: Facts) -> str | None:
    """A script, hardly any visible text, and a sign that the one is to make up for the other."""
    if not facts.markup.has_script or facts.word_count >= NOTICE_WORDS:
        return None
    said = _said(facts)
    if facts.markup.roots and (facts.word_count < ENOUGH_WORDS or said):
        return f"{facts.markup.roots[0]} is empty, {facts.word_evidence}"
    if said and _says_nothing_else(facts):
        return f"it says {said.quoted}, {facts.word_evidence}"
    return f"nothing but scripts, {facts.word_evidence}" if _is_blank(facts) else None


def _said(facts: Facts) -> Line | None:
    """The sentence that asks for JavaScript, seen or in a noscript."""
    said = (line for line in (Line(facts.markup.noscript), *facts.lines) if NEEDS_JAVASCRIPT.search(line.plain))
    return next(said, None)


def _says_nothing_else(facts: Facts) -> bool:
    beside = (line.words for line in facts.lines if not NEEDS_JAVASCRIPT.search(line.plain))
    return sum(beside) <= BESIDE_WORDS and all(NEEDS_JAVASCRIPT.search(head.plain) for head in facts.headings)


def _is_blank(facts: Facts) -> bool:
    """Nothing to see, nowhere to go."""
    markup = facts.markup
    if facts.word_count > BLANK_WORDS or facts.internal_links or facts.external_links or markup.headings:
        return False
    return not (markup.pictures or markup.frames or markup.fields or markup.refresh)
