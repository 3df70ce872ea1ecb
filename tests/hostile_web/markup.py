"""Pages that cost their reader dear: depth, breadth, monstrous tags, entities, text that expressions fear."""

from collections.abc import Callable

from tests.hostile import HTML, page
from tests.hostile_web.case import COMPLETED, MAX_BYTES, Case, page_only

HEAD = b"<!doctype html><html lang=en><head><title>Heavy</title>"
WHOLE, SMALL, LONG = MAX_BYTES - 2_000, 18_000, 70_000
"""Bytes that a page is filled with: all that it may have; little to read, but deep enough; enough for one tag."""
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

Body = Callable[[int], bytes]
"""Bytes to be filled → a part of a page."""


def of(piece: bytes, before: bytes = b"", after: bytes = b"", most: int = MAX_BYTES) -> Body:
    """As many of the piece as there is room for, or `most` bytes of it."""
    return lambda room: before + piece * (min(room, most) // len(piece)) + after


def numbered(piece: bytes) -> Body:
    """As many of the piece as there is room for, each with its number in it."""
    return lambda room: b"".join(piece % n for n in range(room // (len(piece) + 4)))


def fixed(whole: bytes) -> Body:
    return lambda room: whole


def heavy(name: str, body: bytes, *, head: bytes = b"", kind: str = COMPLETED) -> Case:
    """A page with such a body, and more in its head; its title is `Heavy`, wherever it can be read."""
    whole = HEAD + head + b"</head><body>" + body
    return Case(f"html-{name}", kind, http=page_only(page(whole)), title="Heavy" if kind == COMPLETED else None)


def plain(name: str, whole: bytes) -> Case:
    """A page that is all of this."""
    return Case(f"html-{name}", COMPLETED, http=page_only(page(whole)))


LD, END = b"<script type='application/ld+json'>", b"</script>"


def attributes(count: int) -> bytes:
    return b"<p " + b" ".join(b'a%d=""' % n for n in range(count)) + b">x</p>"


def nested(depth: int) -> bytes:
    return LD + b"[" * depth + b"]" * depth + END


TEXTS: dict[str, Body] = {
    "one-word": of(b"a"),
    "spaces": of(b" "),
    "breaks": of(b"\r\n"),
    "digits": of(b"1"),
    "phones": of(b"+34 912 345 678 "),
    "phone-soup": of(b"+1-(2) 3.4/"),
    "parentheses": of(b"("),
    "dates": of(b"1/2/3/4/"),
    "date-words": of(b"on 12 May 2024, 3 "),
    "years": of(b"2024-"),
    "at-signs": of(b"a@"),
    "emails": of(b"info@example.com "),
    "email-dots": of(b"a.", after=b"@"),
    "email-spelled": of(b"a [at] b [dot] c "),
    "email-spelled-half": of(b"a (at) "),
    "hyphens": of(b"a-"),
    "apostrophes": of(b"a'"),
    "urls": of(b"http://a.b/c?d=e "),
    "accents": of("\u0301".encode()),
    "ideographs": of("\u6f22".encode()),
    "zero-width": of("\u200b".encode()),
    "turns": of("\u202e\u2066".encode()),
    "flags": of("\U0001f1ea".encode()),
    "entities": of(b"&amp;"),
    "entities-open": of(b"&amp"),
    "numbers": of(b"&#65;"),
    "numbers-long": of(b"&#0000000000000000000065;"),
    "entity-names": of(b"&CounterClockwiseContourIntegral;"),
    "quotes": of(b'"'),
}
ELEMENTS: dict[str, Body] = {
    "paragraphs": of(b"<p>"),
    "breaks-br": of(b"<br>"),
    "words-in-spans": of(b"<i>a</i> "),
    "rules": of(b"<hr>"),
    "unknown-tags": of(b"<x>"),
    "bold-open": of(b"<b>", most=100_000),
    "closing-only": of(b"</div>"),
    "links": of(b"<a href=/x>y</a>"),
    "links-elsewhere": numbered(b"<a href=http://h%d.test/>x</a>"),
    "mailtos": numbered(b"<a href='mailto:n%d@x.test'>x</a>"),
    "tels": numbered(b"<a href='tel:+3491%07d'>x</a>"),
    "headings": of(b"<h1>x</h1>"),
    "images": of(b"<img src=x>"),
    "inputs": of(b"<input type=password>"),
    "lists": of(b"<ul><li>", most=6_000),
    "tables": of(b"<table><tr><td>", most=9_000),
    "rows": of(b"<tr><td>1", b"<table>"),
    "formatting": of(b"<b><i><u><p>", most=12_000),
    "selects": of(b"<select><option>x"),
    "comments": of(b"<!-- x -->"),
    "comment-open": of(b"x", b"<!--"),
    "comments-open": of(b"<!--"),
    "angle-brackets": of(b"<"),
    "tags-open": of(b"<a "),
    "tag-quote-open": of(b"x", b'<a href="'),
    "cdata": of(b"<![CDATA[x]]>"),
    "instructions": of(b"<?x?>"),
    "script": of(b"if(a<b){c()}", b"<script>", b"</script>"),
    "script-open": of(b"x", b"<script>"),
    "scripts": of(b"<script>x</script>"),
    "style": of(b"a{b:c}", b"<style>", b"</style>"),
    "textarea-open": of(b"x", b"<textarea>"),
    "plaintext": of(b"<p>", b"<plaintext>"),
    "svg": of(b"<g><path d=M0/></g>", b"<svg>"),
    "address-long": of(b"x", b'<a href="/', b'">y</a>'),
    "address-data": of(b"A", b'<img src="data:image/png;base64,', b'">'),
    "style-long": of(b"display:none;", b'<p style="', b'">x</p>'),
    "class-long": of(b"ab ", b'<p class="', b'">x</p>'),
    "definition-lists": of(b"<dl><dt>a<dd>b"),
    "frames": of(b"<iframe src=/x></iframe>"),
    "forms": of(b"<form><input name=q></form>"),
}
HEADS: dict[str, Body] = {
    "metas": of(b"<meta name=description content=x>"),
    "description": of(b"word ", b'<meta name=description content="', b'">'),
    "keywords": of(b"a,", b'<meta name=keywords content="', b'">'),
    "languages": of(b"<link rel=alternate hreflang=es href=/es>"),
    "feeds": numbered(b"<link rel=alternate type=application/rss+xml href=/f%d>"),
    "icons": of(b"<link rel=icon href=/x>"),
    "bases": of(b"<base href=http://x.test/>"),
    "base-strange": fixed(b"<base href='javascript:x'><base href='http://[::1'>"),
    "dates-meta": of(b"9", b'<meta property=article:published_time content="', b'">'),
    "canonical-long": of(b"a", b"<link rel=canonical href='http://x.test/", b"'>"),
    "ld-list": of(b'{"@type": "Thing", "name": "x"},', LD + b"[", b"{}]" + END),
    "ld-text": of(b"9", LD + b'{"@type": "Article", "author": "A", "datePublished": "', b'"}' + END),
    "ld-deep": fixed(nested(100_000)),
    "ld-deep-some": fixed(nested(900)),
    "ld-numbers": of(b"9", LD, END),
    "ld-many": of(LD + b'{"@type":"A"}' + END),
    "ld-broken": of(LD + b'{"@type":' + END),
    "ld-surrogates": fixed(LD + b'{"@type":"A\\ud800","name":"\\u0000\\udfff"}' + END),
}

TOO_DEEP = frozenset({"bold-open", "definition-lists", "selects", "unknown-tags"})
"""Elements that the parser puts each into the one before: more than 2,048 levels."""
TOO_LONG = frozenset({"tags-open", "tag-quote-open"})
"""Tags that end with the page."""
WHOLE_PAGES = {
    "laughs": fixed(f"<!DOCTYPE html [{LAUGHS}]><title>Ha</title><p>&l9;".encode()),
    "entity-outside": fixed(b"<!DOCTYPE x [<!ENTITY y SYSTEM 'http://10.0.0.5/'>]>" + HTML + b"&y;"),
    "stylesheet-inward": fixed(b"<?xml-stylesheet href='http://10.0.0.5/'?>" + HTML),
    "title": of(b"T", b"<title>"),
    "titles": of(b"<title>T</title>"),
    "nothing": fixed(b"<html>"),
    "doctypes": of(b"<!doctype html>"),
}


def cases(room: int) -> list[Case]:
    """All of them, each filled with so many bytes."""
    return [
        *(heavy(f"text-{name}", b"<p>" + text(room)) for name, text in TEXTS.items()),
        *(_element(name, body, room) for name, body in ELEMENTS.items()),
        *(heavy(f"head-{name}", b"<p>Words", head=head(room)) for name, head in HEADS.items()),
        *(plain(name, whole(room)) for name, whole in WHOLE_PAGES.items()),
        heavy("deep", b"<div>" * (room // 5), kind="extract"),
        heavy("deep-some", b"<div>" * 1_900 + b"x"),
        heavy("attributes", attributes(50_000), kind="extract"),
        heavy("attributes-some", attributes(5_000)),
        heavy("attributes-often", attributes(7_000) * max(1, room // 62_000)),
        heavy("tag-name", b"<" + b"x" * max(room, LONG) + b">", kind="extract"),
        heavy("tag-of-spaces", b"<p " + b" " * max(room, LONG) + b">", kind="extract"),
        heavy("tag-of-quotes", b"<p " + b'"' * max(room, LONG) + b">", kind="extract"),
    ]


def _element(name: str, body: Body, room: int) -> Case:
    filled = body(max(room, LONG) if name in TOO_LONG else room)
    return heavy(name, filled, kind="extract" if name in TOO_DEEP | TOO_LONG else COMPLETED)
