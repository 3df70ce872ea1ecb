"""One token → one judged part: scheme, user, port, path and host, each by its rule (RFC 3986, WHATWG URL)."""

import re
from urllib.parse import quote

from core.states import Verdict
from core.targets.addresses import ipv6
from core.targets.hosts import Host, Rejection, host_of_address, read_host
from core.targets.lines import Part
from core.targets.policy import Policy
from core.targets.tokens import Token

LENGTH_LIMIT = 2048
"""Characters of a token, and of the target made from it."""
ORDER = (
    "invisible",
    "link",
    "bullet",
    "quotes",
    "email",
    "scheme",
    "case",
    "unicode",
    "address",
    "dot",
    "port",
    "slash",
    "query",
    "fragment",
    "encoding",
)
"""Corrections in the order in which they are told."""

_PLAIN = re.compile(r"[a-z0-9.-]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.*)", re.IGNORECASE | re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_SPACES = re.compile(r"\s")
_NEVER_HOSTS = frozenset({"tel", "sms", "fax", "callto"})
_DEFAULT_PORTS = frozenset({80, 443})
_KEPT = "/?:@!$&()*+,;=%-._~[]"  # of RFC 3986, without the quotes that `tokens.py` strips from the ends of a token
_TRIPLET = re.compile(r"%[0-9a-fA-F]{2}")


def judge(token: Token, policy: Policy) -> Part:
    """The verdict on one token: ok, corrected or rejected."""
    try:
        target, host, corrections = _read(token.text, policy)
    except Rejection as rejection:
        return Part(token.typed, Verdict.REJECTED, (rejection.code,), host=rejection.host)
    corrections += token.corrections + host.corrections
    display = target if host.display is host.name else host.display + target[len(host.name) :]
    if not corrections:
        return Part(token.typed, Verdict.OK, (), target, host.name, display, host.lookalike)
    reasons = tuple(code for code in ORDER if code in corrections)
    return Part(token.typed, Verdict.CORRECTED, reasons, target, host.name, display, host.lookalike)


def _read(text: str, policy: Policy) -> tuple[str, Host, tuple[str, ...]]:
    """The target, its host, and what was corrected besides the host. Raises `Rejection`."""
    if len(text) > LENGTH_LIMIT:
        raise Rejection("too_long")
    if _PLAIN.fullmatch(text):
        host = read_host(text, policy)
        return host.name, host, ()
    _check_characters(text)
    if text.count(":") > 1 and (address := ipv6(text)):
        host = host_of_address(address, text, policy)
        return host.name, host, ()
    kind, rest = _without_scheme(text)
    authority, path = _divide(rest)
    authority, path, by_mail = _without_user(authority, path, kind)
    host, port, of_port = _host_and_port(authority, policy)
    path, of_path = _path(path)
    target = host.name + port + path
    if len(target) > LENGTH_LIMIT:
        raise Rejection("too_long")
    return target, host, by_mail + (("scheme",) if kind == "http" else ()) + of_port + of_path


def _check_characters(text: str) -> None:
    if found := _FORBIDDEN.search(text):
        raise Rejection("spaces" if _SPACES.match(found[0]) else "bad_character")


def _without_scheme(text: str) -> tuple[str, str]:
    """("http" | "mailto" | "", the rest). Raises `Rejection` for another scheme."""
    if text.startswith("//"):
        return "http", text.lstrip("/")
    match = _SCHEME.fullmatch(text)
    if not match:
        return "", text
    name, rest = match[1].lower(), match[2]
    if name in {"http", "https"}:
        return "http", rest.lstrip("/")
    if name == "mailto":
        return "mailto", rest
    if rest.startswith("//") or name in _NEVER_HOSTS:
        raise Rejection("scheme")
    port = _divide(rest)[0]
    if not port or port.isdigit() or "@" in port or "." in name:
        return "", text
    raise Rejection("scheme")


def _divide(text: str) -> tuple[str, str]:
    """Authority, and everything from the first `/`, `?` or `#`."""
    end = min((place for place in map(text.find, "/?#") if place >= 0), default=len(text))
    return text[:end], text[end:]


def _without_user(authority: str, path: str, kind: str) -> tuple[str, str, tuple[str, ...]]:
    """The authority without the local part of an e-mail address. Raises `Rejection` for user names of a URL."""
    if "@" not in authority:
        if kind == "mailto":
            raise Rejection("scheme")
        return authority, path, ()
    user, _sep, host = authority.partition("@")
    if kind == "mailto":
        path = ""
    if kind == "http" or path or ":" in user or "@" in host:
        raise Rejection("userinfo")
    return host, "", ("email",)


def _host_and_port(authority: str, policy: Policy) -> tuple[Host, str, tuple[str, ...]]:
    if authority.startswith("["):
        literal, closed, after = authority[1:].partition("]")
        address = ipv6(literal)
        if not closed or address is None or (after and not after.startswith(":")):
            raise Rejection("bad_address")
        host = host_of_address(address, f"[{literal}]", policy)
        return host, *_port(after[1:] if after else None)
    name, colon, digits = authority.partition(":")
    return read_host(name, policy), *_port(digits if colon else None)


def _port(digits: str | None) -> tuple[str, tuple[str, ...]]:
    """`:8443` or nothing, and what was corrected."""
    if digits is None:
        return "", ()
    if not digits:
        return "", ("port",)
    if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits) < 65536:
        raise Rejection("bad_port")
    port = int(digits)
    if port in _DEFAULT_PORTS:
        return "", ("port",)
    return f":{port}", () if str(port) == digits else ("port",)


def _path(text: str) -> tuple[str, tuple[str, ...]]:
    """Path and query as typed, percent-encoded where a URL needs it, and what was corrected."""
    if text in {"", "/"}:
        return "", ("slash",) if text else ()
    path, hash_sign, _fragment = text.partition("#")
    corrections: tuple[str, ...] = ("fragment",) if hash_sign else ()
    trimmed = _trimmed(path)
    if trimmed != path:
        corrections += ("slash",) if trimmed == "" and path == "/" else ("query",)
    encoded = quote(trimmed, safe=_KEPT) if not trimmed.isalnum() else trimmed
    encoded = _TRIPLET.sub(lambda triplet: triplet[0].upper(), encoded)
    return encoded, corrections if encoded == trimmed else (*corrections, "encoding")


def _trimmed(path: str) -> str:
    """Without an empty query, separators at the end, and a path that is a slash alone."""
    while True:
        shorter = path.rstrip(",;")
        if shorter.endswith("?") and shorter.count("?") == 1:
            shorter = shorter[:-1]
        if shorter == "/":
            shorter = ""
        if shorter == path:
            return path
        path = shorter
