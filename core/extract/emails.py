"""E-mail addresses of a page: in links, protected or spelled out against robots, in JSON-LD, in the visible text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import islice
from urllib.parse import unquote

from core.extract.page import SUFFIXES, ParsedPage

LIMIT = 1_000
SIGNS = 5_000  # at signs and their spellings looked at in one text
BEFORE, AFTER = 70, 260  # characters around one of them

LOCAL = r"[A-Za-z0-9](?:[A-Za-z0-9._%+'&-]{0,62}[A-Za-z0-9_+-])?"
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
EMAIL = re.compile(rf"(?<![\w.%+@-])(?<!//)({LOCAL})@((?:{LABEL}\.){{1,8}}[^\W\d_]{{2,24}})(?![\w@-])")

OPEN, CLOSE = r"[\[({<] ?", r" ?[\])}>]"
DOT = rf" ?{OPEN}(?:dot|punto|punt|ponto|point|punkt|\.){CLOSE} ?"
DOT_WORD = r" (?:dot|punto|punt|ponto) "
SIGN_BRACKETED = re.compile(rf"{OPEN}(?i:at|ät|arroba|arrova|@){CLOSE}|[\[(]a[\])](?=\w)")
SIGNS_SPELLED = {
    "arroba": re.compile(r"\barroba\b"),
    "ARROBA": re.compile(r"\bARROBA\b"),
    " AT ": re.compile(r" AT (?=[\w-]+ DOT )"),
    "@": re.compile(rf"@(?=[\w-]+ ?{OPEN})"),
}
"""What stands for an at sign, each with what a text must have for it to be there at all."""
SPELLED_LOCAL = re.compile(rf"(?<![\w.%+@-])({LOCAL}(?:{DOT}{LOCAL})*) ?$", re.IGNORECASE)
SPELLED_DOMAIN = re.compile(rf" ?({LABEL}(?:(?:\.|{DOT}|{DOT_WORD}){LABEL}){{1,8}})(?![\w@-])", re.IGNORECASE)
ANY_DOT = re.compile(rf"{DOT}|{DOT_WORD}", re.IGNORECASE)
ENDING = re.compile(r"[^\W\d_]{2,24}")

FILE_ENDINGS = frozenset({
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "bmp", "ico", "tif", "tiff", "css", "js", "mjs", "map",
    "json", "woff", "woff2", "ttf", "eot", "pdf", "mp4", "webm", "html",
})  # fmt: skip
ALSO_FILES = frozenset({"zip", "mov", "md"})  # and public endings: in running text rather a file
PROTECTED = re.compile(r"(?:[0-9a-f]{2}){6,200}", re.IGNORECASE)
PROTECTED_LINK = "/cdn-cgi/l/email-protection#"


def read(page: ParsedPage, hrefs: Sequence[str], stated: Iterable[str], seen: str) -> list[str]:
    """Each address once, its domain in lower case. `stated` comes from JSON-LD, `seen` is the visible text.

    In the visible text an address counts when its ending is a public one or that of the page itself: `logo@2x.png` and
    `module@next.config` are none.
    """
    sure = [_mailed(href) for href in hrefs if href[:7].lower() == "mailto:"]
    sure += [_unprotect(element.get("data-cfemail")) for element in page.tree.iterfind(".//*[@data-cfemail]")]
    sure += [_unprotect(href.partition(PROTECTED_LINK)[2]) for href in hrefs if PROTECTED_LINK in href]
    found: dict[str, str] = {}
    for text in (*sure, *stated):
        _keep(found, _written(text))
    own_ending = page.host.rpartition(".")[2]
    _keep(found, (given for given in _written(seen) if _is_public(given, own_ending)))
    return list(found.values())[:LIMIT]


def _mailed(href: str) -> str:
    """The addressees of a mailto: link (RFC 6068), also where its characters are references twice over."""
    to, _, fields = unescape(href[7:]).partition("?")
    more = [field[3:] for field in fields.split("&") if field[:3].lower() == "to="]
    return unquote(",".join([to, *more]))


def _unprotect(value: str | None) -> str:
    """Cloudflare's "email protection": each byte XOR the first one."""
    if not value or not PROTECTED.fullmatch(value):
        return ""
    key, *rest = bytes.fromhex(value)
    return bytes(byte ^ key for byte in rest).decode("utf-8", "ignore")


def _written(text: str) -> Iterator[tuple[str, str]]:
    """(local part, domain) of the addresses in a text, those spelled out last; only at signs are looked around."""
    at = since = -1
    for _ in range(SIGNS):
        if (at := text.find("@", at + 1)) < 0:
            break
        if found := EMAIL.search(text, max(0, since, at - BEFORE), at + AFTER):
            since = found.end()
            at = max(at, since - 1)
            yield found[1], found[2]
    yield from _spelled(text)


def _spelled(text: str) -> Iterator[tuple[str, str]]:
    present = [spelled for hint, spelled in SIGNS_SPELLED.items() if hint in text]
    signs = (sign for spelled in (SIGN_BRACKETED, *present) for sign in spelled.finditer(text))
    for sign in islice(signs, SIGNS):
        local = SPELLED_LOCAL.search(text, max(0, sign.start() - BEFORE), sign.start())
        domain = local and SPELLED_DOMAIN.match(text, sign.end(), sign.end() + AFTER)
        if local and domain:
            yield ANY_DOT.sub(".", local[1]), ANY_DOT.sub(".", domain[1])


def _is_public(given: tuple[str, str], own_ending: str) -> bool:
    domain = given[1].lower()
    ending = domain.rpartition(".")[2]
    if ending == own_ending:
        return True
    return ending not in ALSO_FILES and SUFFIXES.publicsuffix(domain, accept_unknown=False) is not None


def _keep(found: dict[str, str], given: Iterable[tuple[str, str]]) -> None:
    for local, domain in given:
        address = f"{local}@{domain.lower()}"
        ending = domain.rpartition(".")[2].lower()
        if ENDING.fullmatch(ending) and ending not in FILE_ENDINGS and ".." not in local and len(address) <= 254:
            found.setdefault(address.lower(), address)
