"""The host of a target: labels, international names (UTS 46, RFC 5891), public suffixes and look-alikes."""

import re
import unicodedata
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import idna
from publicsuffixlist import PSLFILE, PublicSuffixList

from core.targets.addresses import Address, ipv4, looks_like_ipv4
from core.targets.policy import Policy

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_JOINERS = {0x200C: None, 0x200D: None}
_NAME_LIMIT = 253
_LABEL_FAULTS = frozenset({"label_too_long", "domain_too_long", "empty_label", "hyphen_start_end", "hyphen_3_4"})

_EAST_ASIAN = frozenset({"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
_LOOKS_LATIN = {
    "CYRILLIC": frozenset("асԁеһіјӏорԛѕԝхуъьҽпгкѵѡ"),
    "GREEK": frozenset("αγεηικνορτυχωϲϳ"),
}


class Rejection(Exception):
    """Why a token is no target: a code of `reasons.py`, and the host as far as it was read."""

    def __init__(self, code: str, host: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.host = host


class Host(NamedTuple):
    """A host that may be scraped."""

    name: str
    """Lower case ASCII: punycode, dotted IPv4, or IPv6 in brackets."""
    display: str
    corrections: tuple[str, ...] = ()
    lookalike: bool = False


def read_host(text: str, policy: Policy) -> Host:
    """The host that `text` (no port, no brackets) names. Raises `Rejection`."""
    host = _spelled(text)
    if looks_like_ipv4(host.name):
        return _with_ipv4(host, policy)
    if not policy.frees(host.name):
        _check_suffix(host.name, policy)
    return host


def host_of_address(address: Address, text: str, policy: Policy) -> Host:
    """The host for an IP address written as `text`. Raises `Rejection` for one that may not be connected to."""
    canonical = f"[{address}]" if address.version == 6 else str(address)
    if not policy.accepts_address(address) and not _overridden(canonical, policy):
        raise Rejection("private_address", canonical)
    return Host(canonical, canonical, () if canonical == text else ("address",))


def _overridden(name: str, policy: Policy) -> bool:
    return bool(policy.overridden) and replace(policy, any_name=False).frees(name)


def _with_ipv4(host: Host, policy: Policy) -> Host:
    address = ipv4(host.name)
    if address is None:
        raise Rejection("bad_address", host.name)
    if host.name.isdigit() and int(address) < 1 << 24:
        raise Rejection("no_dot", host.name)  # a year or a count, not the address 0.0.7.232
    found = host_of_address(address, host.name, policy)
    if found.corrections:
        raise Rejection("bad_address", host.name)  # 3.14 is a number more often than it is 3.0.0.14
    return found._replace(corrections=host.corrections)


def _check_suffix(name: str, policy: Policy) -> None:
    _parent, dot, ending = name.rpartition(".")
    if not dot:
        raise Rejection("public_suffix" if public_suffix(name) else "no_dot", name)
    exact, wild = _rules()
    if ending in exact and name not in exact and name.partition(".")[2] not in wild:
        return  # below a known ending and no suffix itself: four times faster than asking the library
    suffix = public_suffix(name)
    if suffix is None and not policy.accepts_suffix(ending):
        raise Rejection("unknown_suffix", name)
    if suffix == name:
        raise Rejection("public_suffix", name)


@lru_cache(maxsize=4096)
def public_suffix(name: str) -> str | None:
    """The public suffix of `name` (publicsuffix.org, both sections, the package's own copy); None if unknown."""
    suffix: str | None = _suffixes().publicsuffix(name)
    return suffix


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


@cache
def _rules() -> tuple[frozenset[str], frozenset[str]]:
    """Names in punycode that are a rule or the root of a wildcard rule, and the latter alone."""
    lines = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    rules = [line.split()[0].lower() for line in lines if line and not line.startswith("//")]
    roots = {rule[2:] for rule in rules if rule.startswith("*.")}
    names = {rule for rule in rules if rule[0] not in "*!"} | roots
    return frozenset(map(_ascii, names)), frozenset(map(_ascii, roots))


def _ascii(rule: str) -> str:
    return rule if rule.isascii() else rule.encode("idna").decode()


def _spelled(text: str) -> Host:
    if _NAME.fullmatch(text) and len(text) <= _NAME_LIMIT and "xn--" not in text:
        return Host(text, text)
    if not text.isascii():
        return _international(text)
    name = text.lower()
    corrections = ("case",) * (name != text)
    if name.endswith(".") and len(name) > 1:
        name, corrections = name[:-1], (*corrections, "dot")
    _check_name(name)
    if "xn--" not in name:
        return Host(name, name, corrections)
    return _international(name)._replace(corrections=corrections)


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) and len(name) <= _NAME_LIMIT:
        return
    if not name:
        raise Rejection("no_host")
    raise Rejection("bad_label" if re.fullmatch(r"[a-z0-9.-]*", name) else "bad_character")


@lru_cache(maxsize=4096)
def _international(text: str) -> Host:
    try:
        mapped = idna.uts46_remap(text, std3_rules=True)
        labels = _DOTS.split(mapped)
        dotted = len(labels) > 1 and not labels[-1]
        pairs = [_label(label) for label in (labels[:-1] if dotted else labels)]
    except (UnicodeError, ValueError) as error:
        raise Rejection(_code(error)) from error
    name, display = (".".join(side) for side in zip(*pairs, strict=True))
    _check_name(name)
    lowered = text.lower()
    unusual = not text.isascii() and lowered.rstrip(".") != display
    corrections = ("case",) * (lowered != text) + ("unicode",) * unusual + ("dot",) * dotted
    return Host(name, display, corrections, _is_lookalike(display))


def _label(label: str) -> tuple[str, str]:
    """One label in ASCII and in Unicode. Raises `UnicodeError`."""
    if label.isascii():
        return label, _decoded(label) if label.startswith("xn--") else label
    try:
        return idna.alabel(label).decode(), label
    except idna.InvalidCodepointContext:  # a joiner pasted along, where the script has no use for it
        label = label.translate(_JOINERS)
        return (label, label) if label.isascii() else (idna.alabel(label).decode(), label)


def _decoded(label: str) -> str:
    try:
        return idna.ulabel(label)
    except (UnicodeError, ValueError) as error:
        raise Rejection("bad_punycode") from error


def _code(error: Exception) -> str:
    return "bad_label" if getattr(error, "code", "") in _LABEL_FAULTS else "bad_character"


def is_lookalike(target: str) -> bool:
    """Whether people would take the host of this target, as it is stored, for another one."""
    if "xn--" not in target:
        return False
    try:
        return _international(re.split(r"[/:?#]", target, maxsplit=1)[0]).lookalike
    except Rejection:
        return False


def _is_lookalike(display: str) -> bool:
    """Whether a label mixes scripts, or is made of letters that look Latin under an ending of another script."""
    labels = display.split(".")
    ending = _scripts(labels[-1])
    return any(_mixes(_scripts(label)) or _poses_as_latin(label, ending) for label in labels if not label.isascii())


def _mixes(scripts: frozenset[str]) -> bool:
    return len(scripts) > 1 and not scripts <= _EAST_ASIAN | {"LATIN"}


def _poses_as_latin(label: str, ending: frozenset[str]) -> bool:
    scripts = _scripts(label)
    if len(scripts) != 1 or scripts == ending:
        return False
    letters = {char for char in unicodedata.normalize("NFD", label) if char.isalpha()}
    return letters <= _LOOKS_LATIN.get(next(iter(scripts)), frozenset())


def _scripts(label: str) -> frozenset[str]:
    return frozenset(unicodedata.name(char, "?").split()[0] for char in label if char.isalpha())
