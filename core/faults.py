"""Faults that pydantic finds in a request, as `{"field", "detail"}` in the reader's language."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from core.i18n import N_, _

SENTENCES = {
    "missing": N_("This is needed."),
    "extra_forbidden": N_("There is no such field."),
    "string_type": N_("This must be a text."),
    "string_unicode": N_("This is not valid Unicode."),
    "string_too_short": N_("This needs at least {min_length} characters."),
    "string_too_long": N_("This may have at most {max_length} characters."),
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
    "too_short": N_("This needs at least {min_length} entries."),
    "too_long": N_("This may have at most {max_length} entries."),
    "dict_type": N_("This must be an object."),
    "model_type": N_("This must be an object."),
    "model_attributes_type": N_("This must be an object."),
    "greater_than_equal": N_("This must be {ge} or more."),
    "less_than_equal": N_("This must be {le} or less."),
    "enum": N_("This must be one of: {expected}."),
    "literal_error": N_("This must be one of: {expected}."),
}
"""pydantic's error type → what a person reads; other types keep pydantic's own words."""

SHOWN = 100
"""Faults told at the most: a list of 100,000 wrong entries needs no answer of 20 MB."""


def described(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`errors` are those of pydantic; the field is the parameter or the path in the body, "" for the body itself."""
    return [{"field": _field(error["loc"]), "detail": _detail(error)} for error in islice(errors, SHOWN)]


def _field(location: tuple[str | int, ...]) -> str:
    # the first part says where it stood (body, query, path, header); people count from 1
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in location[1:])


def _detail(error: Mapping[str, Any]) -> str:
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
