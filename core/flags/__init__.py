"""Facts of a page → flags with their evidence: small pure rules, one file each."""

from collections.abc import Callable

from core.flags.facts import Facts
from core.flags.flag import EXPLANATIONS, Flag
from core.flags.js_only import js_only
from core.flags.login_wall import login_wall
from core.flags.moved_domain import moved_domain
from core.flags.parked import parked
from core.flags.soft_404 import soft_404
from core.flags.thin_text import thin_text

__all__ = ["EXPLANATIONS", "Facts", "Flag", "judge"]

RULES: dict[Flag, Callable[[Facts], str | None]] = {
    Flag.PARKED: parked,
    Flag.SOFT_404: soft_404,
    Flag.THIN_TEXT: thin_text,
    Flag.MOVED_DOMAIN: moved_domain,
    Flag.LOGIN_WALL: login_wall,
    Flag.JS_ONLY: js_only,
}
"""Each gives its evidence, a short text of what was found, or None."""


def judge(facts: Facts) -> list[dict[str, str]]:
    """The flags of a page: [{"flag", "evidence"}], in the order of `RULES`."""
    found = {flag: evidence for flag, rule in RULES.items() if (evidence := rule(facts)) is not None}
    if Flag.PARKED in found:
        found.pop(Flag.JS_ONLY, None)  # what a parking service's scripts fill is no app
    return [{"flag": flag.value, "evidence": evidence} for flag, evidence in found.items()]
