"""`js_only`: an app's shell, to be filled by scripts that are not run here."""

import re

from core.flags.facts import Facts
from core.flags.thin_text import ENOUGH_WORDS
from core.flags.wording import Line, any_of

NOTICE_WORDS = 60
"""A shell may say at length that it needs JavaScript."""
BLANK_WORDS, BLANK_BUNDLED_WORDS = 3, 15
"""No more than a name; a little more where the script is the bundle of an app."""
BUNDLE = re.compile(
    r"/(?:main|app|bundle|runtime|index|vendors?|chunk|polyfills|client|entry|build)[\w.~-]{0,80}\.m?js\b"
)
BESIDE_WORDS, SPLASH_WORDS = 15, 8
_NEED = "|".join((
    r"enabl|disabl|requir|need|without|turn(?:ed)? o|switch|allow|support",
    r"activ|desactiv|habilit|necesit|requier|precis|\bsin\b|\bsense\b|\bsem\b",
    r"aktivier|erforder|notig|\bohne\b|requis|necessa|\bsans\b|abilit|attiv|\bative\b|richie|\bsenza\b",
    r"vereist|schakel|\bzonder\b",
))  # fmt: skip
PLACE = re.compile(r"\{\{[^{}]{1,80}\}\}")
"""Where a script is to put something."""
LOADING = re.compile(
    r"(?:loading|please wait|cargando|(?:por favor )?espere|un momento|laden|ladt|wird geladen|bitte warten|chargement"
    r"|caricamento|attendere|carregando|a carregar|aguarde|carregant|cargant|even geduld)(?: \w+){0,3}"
)
"""All that a shell shows meanwhile."""
NEEDS_JAVASCRIPT = any_of(rf"(?:{_NEED})[^.]{{0,60}}java ?script", rf"java ?script[^.]{{0,60}}(?:{_NEED})")


def js_only(facts: Facts) -> str | None:
    """A script, hardly any visible text, and a sign that the one is to make up for the other."""
    if not facts.markup.has_script or facts.word_count >= NOTICE_WORDS:
        return None
    said = _said(facts)
    if PLACE.search(facts.markup.seen) and facts.substance(PLACE) <= BESIDE_WORDS:
        return f"it shows the places of a template, {facts.word_evidence}"
    if facts.markup.roots and (facts.word_count < ENOUGH_WORDS or said or not facts.headings):
        return f"{facts.markup.roots[0]} is empty, {facts.word_evidence}"
    if said and _says_nothing_else(facts):
        return f"it says {said.quoted}, {facts.word_evidence}"
    if waiting := _waiting(facts):
        return f"it says {waiting.quoted}, {facts.word_evidence}"
    return f"nothing but scripts, {facts.word_evidence}" if _is_blank(facts) else None


def _said(facts: Facts) -> Line | None:
    """The sentence that asks for JavaScript, seen or in a noscript."""
    said = (line for line in (Line(facts.markup.noscript), *facts.lines) if NEEDS_JAVASCRIPT.search(line.plain))
    return next(said, None)


def _says_nothing_else(facts: Facts) -> bool:
    if facts.markup.fields or not all(NEEDS_JAVASCRIPT.search(head.plain) for head in facts.headings):
        return False
    return sum(line.words for line in facts.lines if not NEEDS_JAVASCRIPT.search(line.plain)) <= BESIDE_WORDS


def _waiting(facts: Facts) -> Line | None:
    """A splash: the word for "loading", with a name at the most."""
    if facts.word_count > SPLASH_WORDS or facts.markup.fields or len(facts.internal_links) > 1:
        return None
    return next((line for line in facts.lines if LOADING.fullmatch(line.bare)), None)


def _is_blank(facts: Facts) -> bool:
    """Nothing to see, nowhere to go."""
    markup = facts.markup
    blank = BLANK_BUNDLED_WORDS if any(map(BUNDLE.search, markup.scripts)) else BLANK_WORDS
    if facts.word_count > blank or facts.internal_links or facts.external_links or markup.headings:
        return False
    return not (markup.pictures or markup.frames or markup.fields or markup.refresh)
