"""What the markup of a page is made of, as far as its flags need it: facts of the one parse that are not stored."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from core.extract.page import ParsedPage, clean, cleaned
from core.extract.text import UNSEEN, count_words, is_hidden, seen_in

SEEN_CHARACTERS = 20_000
HEADINGS, HEADING_CHARACTERS = 40, 300
AREAS, NAMES_CHARACTERS = 10, 2_000
ADDRESSES = 200
FIELDS, NOSCRIPTS, ROOTS = 500, 10, 5
INLINE_SCRIPTS, INLINE_CHARACTERS = 20, 1_000
NOSCRIPT_CHARACTERS = 1_000
SPARSE_CHARACTERS = 2_000
"""Of visible text: only a page that has no more may be an empty shell, and its elements are looked through."""
SHELL_ELEMENTS = 3_000
REFRESH = re.compile(r"url\s*=\s*[\"']?\s*([^\"'\s]+)", re.IGNORECASE)

PICTURES = ("img", "svg", "picture", "video", "canvas", "object", "embed")
TYPED = frozenset({"", "text", "email", "tel", "url", "search", "number", "date", "password"})
ASIDE = frozenset({"header", "nav", "aside", "footer", "dialog"})
"""Where a form to sign in stands beside what the page is about."""
USER = re.compile(r"user|login|e-?mail|usuari|correo|account|benutzer|kennung|identifiant|utente|utilizador|gebruiker")
ROOT_IDS = frozenset({
    "root", "app", "__next", "__nuxt", "___gatsby", "svelte", "q-app", "main-app", "react-root", "reactroot",
    "react-app", "vue-app", "ember-app", "application", "app-root", "approot", "app-container", "app-mount", "mount",
    "spa", "elm", "flutter", "root-container", "webapp",
})  # fmt: skip
"""Ids of the element that a framework fills."""
ROOT_TAG = re.compile(r"app|root|ui-view|router-outlet|app-[\w-]+|[\w-]+-(?:app|root)")
"""Names of elements that are made for one app."""
SPLASH_WORDS = 12
"""A root with no more of them shows a splash at the most."""
INSIDE = ("input", "textarea", "select", "form", "table", "ul", "iframe", "h1", "h2", "h3")
"""What a root holds that is more than a splash."""


@dataclass(frozen=True, slots=True)
class Markup:
    """Facts of one page's markup; addresses are absolute, texts are one line unless said otherwise."""

    seen: str
    """The visible text's first 20,000 characters, a block a line."""
    headings: list[str]
    """h1 to h3, in their order."""
    names: str
    """Classes and ids of the root, of the body and around the first heading, lower case."""
    scripts: list[str]
    frames: list[str]
    refresh: str | None
    """Where `<meta http-equiv=refresh>` leads."""
    inline: str
    """The beginnings of the scripts within the page."""
    noscript: str
    has_script: bool
    roots: list[str]
    """Empty elements that a script is to fill (`#root`, `<app-root>`); looked for only where hardly any text is."""
    pictures: int
    """Images and the like, those for who has no scripts apart; looked for as `roots` are."""
    passwords: int
    """Fields for a password in the page's middle."""
    passwords_aside: int
    """Those in its header, menu, side column or footer."""
    users: int
    """Fields for a name or an address to sign in with."""
    fields: int
    """All fields that are typed into."""


def read(page: ParsedPage, seen: str) -> Markup:
    """The facts; `seen` is the visible text."""
    scripts = list(islice(page.tree.iter("script"), ADDRESSES))
    fields = [field for field in islice(page.tree.iter("input", "textarea", "select"), FIELDS) if _type(field) in TYPED]
    passwords = [field for field in fields if _type(field) == "password" and not _is_out_of_sight(field)]
    aside = sum(any(above.tag in ASIDE for above in field.iterancestors()) for field in passwords)
    return Markup(
        seen=seen[:SEEN_CHARACTERS],
        headings=_headings(page.tree),
        names=_names(page.tree),
        scripts=_addresses(page, scripts),
        frames=_addresses(page, (e for e in islice(page.tree.iter("iframe", "frame"), ADDRESSES) if not _is_spare(e))),
        refresh=_refresh(page),
        inline="\n".join(script.text[:INLINE_CHARACTERS] for script in scripts[:INLINE_SCRIPTS] if script.text),
        noscript=_noscript(page.tree),
        has_script=bool(scripts),
        roots=_roots(page.tree) if len(seen) <= SPARSE_CHARACTERS else [],
        pictures=_pictures(page.tree) if len(seen) <= SPARSE_CHARACTERS else 0,
        passwords=len(passwords) - aside,
        passwords_aside=aside,
        users=sum(_is_user(field) for field in fields),
        fields=len(fields),
    )


def _headings(tree: HtmlElement) -> list[str]:
    found = (heading for heading in islice(tree.iter("h1", "h2", "h3"), HEADINGS) if not _is_out_of_sight(heading))
    return cleaned([" ".join(heading.itertext()) for heading in found], HEADING_CHARACTERS)


def _names(tree: HtmlElement) -> str:
    first = next(
        (heading for heading in islice(tree.iter("h1", "h2"), HEADINGS) if not _is_out_of_sight(heading)), None
    )
    around = [tree, *tree.iterfind("body"), *islice(tree.iter("main", "section", "article"), AREAS)]
    around += [first, *first.iterancestors()] if first is not None else []
    words = (element.get(attribute, "") for element in around for attribute in ("class", "id"))
    return " ".join(dict.fromkeys(" ".join(words).lower().split()))[:NAMES_CHARACTERS]


def _addresses(page: ParsedPage, elements: Iterable[HtmlElement]) -> list[str]:
    return list(dict.fromkeys(url for element in elements if (url := page.resolve(element.get("src")))))


def _refresh(page: ParsedPage) -> str | None:
    found = REFRESH.search(page.meta("refresh") or "")
    return page.resolve(found[1]) if found else None


def _noscript(tree: HtmlElement) -> str:
    texts = (" ".join(element.itertext()) for element in islice(tree.iter("noscript"), NOSCRIPTS))
    return clean(" ".join(texts), NOSCRIPT_CHARACTERS) or ""


def _pictures(tree: HtmlElement) -> int:
    return sum(not _is_spare(element) for element in islice(tree.iter(*PICTURES), ADDRESSES))


def _is_spare(element: HtmlElement) -> bool:
    """Whether it is for a browser without scripts."""
    return next(element.iterancestors("noscript"), None) is not None


def _roots(tree: HtmlElement) -> list[str]:
    body = tree.find("body")
    if body is None:
        return []
    named = ((name, element) for element in islice(body.iter(), SHELL_ELEMENTS) if (name := _root_name(element)))
    return [name for name, element in islice(named, ROOTS) if _is_empty(element)]


def _root_name(element: HtmlElement) -> str | None:
    """`#app` or `<app-root>`, if it is such an element."""
    if (name := element.get("id", "").lower()) in ROOT_IDS:
        return f"#{name}"
    tag = element.tag if isinstance(element.tag, str) else ""
    return f"<{tag}>" if ROOT_TAG.fullmatch(tag) else None


def _is_empty(root: HtmlElement) -> bool:
    if any(True for _ in root.iter(*INSIDE)) or any(not a.get("href", "#").startswith("#") for a in root.iter("a")):
        return False
    return count_words(seen_in(root)) <= SPLASH_WORDS


def _type(field: HtmlElement) -> str:
    """The type of an input in lower case, "" for the other fields."""
    return field.get("type", "").strip().lower() if field.tag == "input" else ""


def _is_user(field: HtmlElement) -> bool:
    told = " ".join(field.get(name, "") for name in ("type", "name", "id", "autocomplete", "placeholder"))
    return field.tag == "input" and _type(field) != "password" and USER.search(told.lower()) is not None


def _is_out_of_sight(element: HtmlElement) -> bool:
    """Hidden, in a template, or in a dialog that a click opens."""
    return any(
        is_hidden(each, each.tag) or each.tag in UNSEEN or (each.tag == "dialog" and "open" not in each.attrib)
        for each in (element, *element.iterancestors())
    )
