"""Faults that pydantic finds in a request, as `{"field", "detail"}` in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from core.i18n import N_, Count, _, ngettext

SENTENCES = {
    "missing": N_("This is needed."),
    "extra_forbidden": N_("There is no such field."),
    "string_type": N_("This must be a text."),
    "string_unicode": N_("This is not valid Unicode."),
    "string_pattern_mismatch": N_("This contains a character that is not allowed."),
    "int_type": N_("This must be a whole number."),
    "int_parsing": N_("This must be a whole number."),
    "int_parsing_size": N_("This number is too large."),
    "int_from_float": N_("This must be a whole number."),
    "float_type": N_("This must be a number."),
    "float_parsing": N_("This must be a number."),
    "finite_number": N_("This must be a finite number."),
    "bool_type": N_("This must be true or false."),
    "bool_parsing": N_("This must be true or false."),
    "list_type": N_("This must be a list."),
    "dict_type": N_("This must be an object."),
    "model_type": N_("This must be an object."),
    "model_attributes_type": N_("This must be an object."),
    "greater_than_equal": N_("This must be {ge} or more."),
    "less_than_equal": N_("This must be {le} or less."),
    "enum": N_("This must be one of: {expected}."),
    "literal_error": N_("This must be one of: {expected}."),
    "question_empty": N_("The question “{name}” says nothing to look for."),
    "question_regex": N_("The regular expression of the question “{name}” cannot be read: {problem}"),
    "question_css": N_("The CSS selector of the question “{name}” cannot be read: {problem}"),
    "question_over": N_("The question “{name}” is a CSS selector: it goes over the HTML, not over the text."),
    "question_twice": N_("There are two questions “{name}”: each needs a name of its own."),
    "reuse_without": N_(
        "Reports made before have no answers to the questions and no extra pages of this job: reuse none (0 days), or"
        " ask for neither."
    ),
}
"""pydantic's error type → what a person reads; other types keep pydantic's own words."""
COUNTED: dict[str, tuple[str, Callable[[int], str]]] = {
    "string_too_short": (
        "min_length",
        lambda n: ngettext("This needs at least {n} character.", "This needs at least {n} characters.", n),
    ),
    "string_too_long": (
        "max_length",
        lambda n: ngettext("This may have at most {n} character.", "This may have at most {n} characters.", n),
    ),
    "too_short": (
        "min_length",
        lambda n: ngettext("This needs at least {n} entry.", "This needs at least {n} entries.", n),
    ),
    "too_long": (
        "max_length",
        lambda n: ngettext("This may have at most {n} entry.", "This may have at most {n} entries.", n),
    ),
}
"""Likewise, for bounds: pydantic's name of the bound, and the sentence for one thing or several."""

SHOWN = 100
"""Faults told at the most: a list of 100,000 wrong entries needs no answer of 20 MB."""


def described(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`errors` are those of pydantic; the field is the parameter or the path in the body, "" for the body itself."""
    return [{"field": _field(error["loc"]), "detail": _detail(error)} for error in islice(errors, SHOWN)]


def _field(location: tuple[str | int, ...]) -> str:
    # the first part says where it stood (body, query, path, header); people count from 1
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in location[1:])


def _detail(error: Mapping[str, Any]) -> str:
    if error["type"] in COUNTED:
        bound, counted = COUNTED[error["type"]]
        n = error["ctx"][bound]
        return counted(n).format(n=Count(n))
    sentence = SENTENCES.get(error["type"])
    if sentence is None:
        return str(error["msg"])
    values = {name: _plain(value) for name, value in error.get("ctx", {}).items()}
    if "expected" in values:
        values["expected"] = values["expected"].replace(" or ", ", ")  # pydantic's list is an English sentence
    return _(sentence).format(**values)


def _plain(value: Any) -> Any:
    """3600.0 reads as 3600."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
