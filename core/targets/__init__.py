"""The list as an analyst gives it, line by line, and the targets that it names. Pure: no clock, session or network."""

from core.targets.hosts import is_lookalike
from core.targets.lines import Line, Part, Targets, as_duplicate, identity, merge_www, take_parts
from core.targets.parsing import parse_items, parse_rows, parse_text
from core.targets.policy import Policy
from core.targets.reasons import explain, reason_text

__all__ = [
    "Line",
    "Part",
    "Policy",
    "Targets",
    "as_duplicate",
    "explain",
    "identity",
    "is_lookalike",
    "merge_www",
    "parse_items",
    "parse_rows",
    "parse_text",
    "reason_text",
    "take_parts",
]
