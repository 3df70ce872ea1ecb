"""The tokens of a line: comments, bullets, Markdown links, mailboxes, quotes and separators are read here."""

import re
from collections.abc import Iterator
from typing import NamedTuple

INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF]
)
"""Characters that show nothing and mean nothing in a URL; joiners (U+200C, U+200D) may belong to a name."""
_EDGES = "".join(map(chr, INVISIBLE)) + "\u200c\u200d"
_WIDE_SEPARATORS = str.maketrans({"，": ", ", "；": "; ", "、": ", "})
_QUOTES = "\"'`“”„‟‘’‚‛«»‹›<>"
_PAIRS = (("(", ")"), ("**", "**"), ("__", "__"))

_COMMENT = re.compile(r"(?:^|\s)#")
_BULLETS = re.compile(r"\s*(?:(?:[-*+–—·>]|\d{1,5}[.)]|\[[ xX]\])(?:\s+|$)|[•‣◦▪●○]\s*)+")
_LINK = re.compile(r'!?\[[^\[\]]*\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\s*\)')
_MAILBOX = re.compile(r"(?:(?<=[,;\t])|^)[^<>,;@\t]*<([^<>\s@]+@[^<>\s@]+)>")
_FORCED = re.compile(r'(?<=["”»>])[,;]|[,;](?=["“«<]|https?://)', re.IGNORECASE)
_PIECE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?/*[^/?,;]*(?:[/?].*)?", re.IGNORECASE | re.DOTALL)


class Token(NamedTuple):
    """What may be one target."""

    typed: str
    """As it stands in the line."""
    text: str
    """Without what is around it: quotes, brackets, the text of its link."""
    corrections: tuple[str, ...]


def tokens_of(line: str) -> Iterator[Token]:
    """The tokens of a line or cell, in order; none for a blank line or a comment."""
    body = line.strip()
    if not body.isascii():
        body = body.strip(_EDGES).strip().translate(_WIDE_SEPARATORS)
    if "#" in body and (comment := _COMMENT.search(body)):
        body = body[: comment.start()]
    if bullets := _BULLETS.match(body):
        body = body[bullets.end() :]
    given = ("bullet",) if bullets else ()
    for token in _tokens(body):
        yield token._replace(corrections=token.corrections + given) if given else token


def _tokens(body: str) -> Iterator[Token]:
    if "](" in body:
        yield from _around(_LINK, "link", body)
    elif "<" in body and "@" in body:
        yield from _around(_MAILBOX, "email", body)
    else:
        yield from _separated(body)


def _around(pattern: re.Pattern[str], correction: str, body: str) -> Iterator[Token]:
    """The tokens of `body`, where each match of `pattern` is one token: its first group."""
    end = 0
    for match in pattern.finditer(body):
        yield from _separated(body[end : match.start()])
        token = _unwrapped(match[0].strip(), match[1])
        if token.text:
            yield token._replace(corrections=(*token.corrections, correction))
        end = match.end()
    yield from _separated(body[end:])


def _separated(body: str) -> Iterator[Token]:
    for chunk in body.split():
        for piece in _pieces(chunk) if "," in chunk or ";" in chunk else (chunk,):
            token = _unwrapped(piece, piece)
            if token.text:
                yield token


def _pieces(chunk: str) -> Iterator[str]:
    """A chunk without white space at its commas and semicolons; inside a path or query they belong to the URL, unless
    a quote stands beside them or a scheme follows."""
    for part in _FORCED.split(chunk):
        rest = part.strip(",;")
        while rest and (match := _PIECE.match(rest)):
            yield match[0]
            rest = rest[match.end() :].lstrip(",;")


def _unwrapped(typed: str, text: str) -> Token:
    corrections: tuple[str, ...] = ()
    if not text.isascii() and (visible := text.strip(_EDGES).translate(INVISIBLE)) != text:
        text, corrections = visible, ("invisible",)
    bare = _bare(text)
    return Token(typed, bare, corrections if bare == text else (*corrections, "quotes"))


def _bare(text: str) -> str:
    while True:
        inner = text.strip(_QUOTES)
        for opening, closing in _PAIRS:
            if inner.startswith(opening) and inner.endswith(closing) and len(inner) >= len(opening + closing):
                inner = inner[len(opening) : len(inner) - len(closing)]
        if inner == text:
            return text
        text = inner
