"""Names of columns, whether the first row is a heading, and which column holds the targets."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from core.states import Verdict
from core.tables.table import Row
from core.targets import Policy, parse_text
from core.targets.parsing import HEADINGS, has_no_value, is_heading

_SAMPLE = 200
_MAIL_WEIGHT = 0.8  # beside a column of addresses of sites, one of e-mail addresses is the second choice
_HINT = 0.3
_ENOUGH = 0.3
_MOSTLY = 0.5


def share_of_targets(cells: Sequence[str], policy: Policy) -> float:
    """How many of the filled cells are targets, 0–1, from the first 200; e-mail addresses count less.

    Where any word may be a name, most words still are none: only names that the general rules know count.
    """
    policy = replace(policy, any_name=False)
    filled = [cell for cell in cells[:_SAMPLE] if cell.strip()]
    return sum(_weight(cell, policy) for cell in filled) / len(filled) if filled else 0.0


def starts_with_heading(rows: Sequence[Row], policy: Policy) -> bool:
    """Whether the first row names the columns: by a known name, even above nothing, or by being unlike the rest."""
    first = [cell.strip() for cell in rows[0][1]] if rows else []
    if is_heading(first):
        return True
    if len(rows) < 2 or share_of_targets(first, policy):
        return False
    columns = list(zip(*(cells for _line, cells in rows[1 : _SAMPLE + 1]), strict=True))
    if any(map(_names_formulas, first, columns)):
        return True
    if len(first) < 2 or not all(first) or len(set(first)) < len(first):
        return False
    return any(share_of_targets(column, policy) >= _MOSTLY for column in columns)


def names(heading: Sequence[str] | None, width: int) -> tuple[str, ...]:
    """`width` unique names, from the heading where it has one."""
    given = [" ".join(name.split()) for name in heading or ()]
    given += [""] * (width - len(given))
    taken: Counter[str] = Counter()
    unique: list[str] = []
    for place, name in enumerate(given):
        base = name or letters(place)
        taken[base] += 1
        candidate = base if taken[base] == 1 else f"{base} ({taken[base]})"
        while candidate in unique:
            taken[base] += 1
            candidate = f"{base} ({taken[base]})"
        unique.append(candidate)
    return tuple(unique)


def letters(place: int) -> str:
    """The name of a spreadsheet's column: 0 → A, 26 → AA."""
    text = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        text = chr(ord("A") + rest) + text
        place -= 1
    return text


def guess(columns: Sequence[str], rows: Sequence[Row], policy: Policy) -> str | None:
    """The column with the targets: by the share of its cells that are some, its name as a hint; None if none is."""
    scores: dict[str, float] = {}
    sample = rows[:_SAMPLE]
    for place, name in enumerate(columns):
        share = share_of_targets([cells[place] for _line, cells in sample], policy)
        is_named = name.casefold() in HEADINGS
        if share >= _ENOUGH or is_named:
            scores[name] = share + _HINT * is_named
    return max(scores, key=lambda name: scores[name]) if scores else (columns[0] if len(columns) == 1 else None)


def _names_formulas(name: str, column: Sequence[str]) -> bool:
    """Whether this is a word above a column that a spreadsheet computes; even a single one is no list with a slip."""
    filled = [cell for cell in column if cell.strip()]
    return bool(name and filled) and not has_no_value(name) and sum(map(has_no_value, filled)) >= _MOSTLY * len(filled)


def _weight(cell: str, policy: Policy) -> float:
    lines = parse_text(cell.replace("\n", " "), policy=policy).lines
    if not lines or any(line.verdict is Verdict.REJECTED for line in lines):
        return 0.0
    return _MAIL_WEIGHT if any("email" in line.reasons for line in lines) else 1.0
