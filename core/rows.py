"""Export rows, pure: facts of lines, steps and reports in; one tuple a row out, with the columns' names and kinds."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import idna
import sqlalchemy as sa

from core import targets
from core.expressions import Unanswered
from core.failures import EXPLANATIONS, FailureKind
from core.i18n import N_, _
from core.models import Document, Report
from core.states import Verdict

Facts = Mapping[Any, Any]
"""What is known of one row, by the names of `TAKEN`, plus `extra`: the uploaded table's other columns."""


class Kind(StrEnum):
    """What a column holds; None is allowed everywhere."""

    TEXT = "text"
    URL = "url"
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"
    MOMENT = "moment"  # UTC-aware datetime
    DAY = "day"  # date
    TEXTS = "texts"  # list of str
    REDIRECTS = "redirects"  # list of {"url", "status"}
    FLAGS = "flags"  # list of {"flag", "evidence"}
    PAIRS = "pairs"  # list of objects with two values each, such as {"lang", "url"}
    DOCUMENT = "document"  # any JSON


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export; `key` is the name that an uploaded column has in the list, `question` that of the question
    whose answer it holds; both are None for columns of ours.
    """

    name: str
    kind: Kind
    key: str | None = None
    question: str | None = None


UPLOADED_SUFFIX, ANSWER_SUFFIX = "_uploaded", "_answer"
STATED_ELSEWHERE = frozenset({"id", "step_id", "job_id", "target", "host", "attempts", "flag_codes"})
DOCUMENT_KINDS = {
    "redirect_chain": Kind.REDIRECTS,
    "flags": Kind.FLAGS,
    **dict.fromkeys(("answers", "contact_sources", "extra_pages"), Kind.DOCUMENT),
    **dict.fromkeys(("technologies", "hreflang", "outlinks", "response_headers"), Kind.PAIRS),
}
ENDINGS = {"_url": Kind.URL, "_at": Kind.MOMENT}
"""Kinds that a name says: a type of SQLModel's own does not tell what it decorates."""
PYTHON_KINDS = {
    bool: Kind.TRUTH,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    date: Kind.DAY,
}


def _kind(column: sa.Column[Any]) -> Kind:
    if isinstance(column.type, Document):
        return DOCUMENT_KINDS.get(column.name, Kind.TEXTS)
    for ending, kind in ENDINGS.items():
        if column.name.endswith(ending):
            return kind
    return PYTHON_KINDS.get(column.type.python_type, Kind.TEXT)


LINE_COLUMNS = (
    Column("line", Kind.INTEGER),
    Column("input", Kind.TEXT),
    Column("target", Kind.TEXT),
    Column("target_unicode", Kind.TEXT),
    Column("host", Kind.TEXT),
    Column("verdict", Kind.TEXT),
    Column("reason", Kind.TEXT),
    Column("reason_sentence", Kind.TEXT),
    Column("duplicate_of", Kind.INTEGER),
    Column("status", Kind.TEXT),
    Column("error_kind", Kind.TEXT),
    Column("error_sentence", Kind.TEXT),
    Column("error_message", Kind.TEXT),
    Column("attempts", Kind.INTEGER),
)
REPORT_COLUMNS = tuple(
    Column(column.name, _kind(column)) for column in sa.inspect(Report).columns if column.name not in STATED_ELSEWHERE
)
LAST_COLUMNS = (
    Column("reused", Kind.TRUTH),
    Column("pruned", Kind.TRUTH),
    Column("report_id", Kind.INTEGER),
    Column("step_number", Kind.INTEGER),
    Column("job_id", Kind.INTEGER),
    Column("text", Kind.TEXT),
)
COLUMNS = (*LINE_COLUMNS, *REPORT_COLUMNS, *LAST_COLUMNS)
"""Our columns in the order of the file; the same in every language, so that a saved query keeps working."""
DERIVED = frozenset({"target_unicode", "reason_sentence", "error_sentence"})
TAKEN = tuple(column.name for column in COLUMNS if column.name not in DERIVED)
"""The columns whose values come from the database as they are."""


def columns(uploaded: Iterable[str], questions: Iterable[str] = ()) -> tuple[Column, ...]:
    """All columns: those of the uploaded table first, then ours, with one for each question before the report's.

    An uploaded name or a question's that one of ours (or an earlier one) bears already, in whatever case, gets a
    suffix.
    """
    used = {column.name.casefold() for column in COLUMNS}
    asked = [Column(_free_name(name, used, ANSWER_SUFFIX), Kind.TEXTS, question=name) for name in questions]
    first = [Column(_free_name(key, used, UPLOADED_SUFFIX), Kind.TEXT, key) for key in uploaded]
    return (*first, *LINE_COLUMNS, *asked, *REPORT_COLUMNS, *LAST_COLUMNS)


def _free_name(key: str, used: set[str], suffix: str) -> str:
    name = _named(key, used, suffix)
    used.add(name.casefold())
    return name


def _named(key: str, used: set[str], suffix: str) -> str:
    name = key if key.strip() else f"column{suffix}"
    if name.casefold() not in used:
        return name
    name = stem = name if name.endswith(suffix) else name + suffix
    number = 1
    while name.casefold() in used:
        number += 1
        name = f"{stem}_{number}"
    return name


def row_of(facts: Facts, shape: tuple[Column, ...]) -> tuple[Any, ...]:
    """The values of one row in the order of `shape`, which `columns` has made.

    The sentences, and nothing else, are in the language of the present context.
    """
    extra = facts["extra"] or {}
    target, error_kind = facts["target"], facts["error_kind"]
    derived = {
        "target_unicode": None if target is None else unicode_form(target),
        "reason_sentence": _reason_sentence(facts),
        "error_sentence": None if error_kind is None else EXPLANATIONS[FailureKind(error_kind)].translated().sentence,
    }
    uploaded = [_uploaded(extra.get(column.key)) for column in shape if column.key is not None]
    asked = [found(facts["answers"], column.question) for column in shape if column.question is not None]
    own = [derived[name] if name in derived else facts[name] for name in _OWN_NAMES]
    return (*uploaded, *own[:_OF_LINE], *asked, *own[_OF_LINE:])


_OWN_NAMES = tuple(column.name for column in COLUMNS)
_OF_LINE = len(LINE_COLUMNS)


def found(answers: Mapping[str, Any] | None, question: str) -> list[str] | None:
    """What a page has of what a question looks for; why there is no answer; None for a step without a report."""
    answer = (answers or {}).get(question)
    if answer is None:
        return None
    return [f"[{unanswered(answer['error'])}]"] if "error" in answer else answer["found"]


UNANSWERED = {
    Unanswered.TIMEOUT: N_("not answered: it takes too long on this page"),
    Unanswered.FAILED: N_("not answered: the page could not be searched for it"),
}


def unanswered(code: str) -> str:
    """Why a question has no answer, in the language of the present context."""
    return _(UNANSWERED[Unanswered(code)])


def _reason_sentence(facts: Facts) -> str | None:
    verdict = facts["verdict"]
    if verdict is None or verdict == Verdict.OK:
        return None
    line = targets.Line.of_row(facts["line"], facts["input"], verdict, facts["reason"])
    return targets.explain(replace(line, duplicate_of=facts["duplicate_of"] or line.duplicate_of))


def _uploaded(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def unicode_form(target: str) -> str:
    """The target with its host as people write it (`xn--mnchen-3ya.de/x` → `münchen.de/x`); RFC 5891, 5.3.

    A label that is not valid IDNA 2008 stays as it is.
    """
    if "xn--" not in target:
        return target
    end = min((at for mark in "/:?#" if (at := target.find(mark)) >= 0), default=len(target))
    return ".".join(map(_unicode_label, target[:end].split("."))) + target[end:]


def _unicode_label(label: str) -> str:
    try:
        return idna.decode(label) if label.startswith("xn--") else label
    except idna.IDNAError:
        return label


def as_text(value: Any, kind: Kind) -> str | None:
    """The value as a cell of a text file: lists one item a line, times in ISO 8601 with `Z`, truth as true or false."""
    if value is None:
        return None
    convert = TEXT_FORMS.get(kind)
    return str(value) if convert is None else convert(value)


def moment_text(value: datetime) -> str:
    """ISO 8601 in UTC with `Z`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def document_text(value: Any) -> str:
    """JSON; times and dates in ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=_json_value)


def _json_value(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def item_text(item: Any) -> str:
    """One item of a list."""
    return item if isinstance(item, str) else document_text(item)


def _lines(items: Iterable[Any]) -> str:
    return "\n".join(map(item_text, items))


def _redirects(items: Iterable[Any]) -> str:
    return _lines(f"{item.get('status')} {item.get('url')}" if isinstance(item, dict) else item for item in items)


def pair_text(item: Any) -> str:
    """An object of two values on one line ("es https://example.com/es"); a value that is not known is left out."""
    return " ".join(str(part) for part in item.values() if part is not None) if isinstance(item, dict) else str(item)


def _pairs(items: Iterable[Any]) -> str:
    return _lines(map(pair_text, items))


def _flags(items: Iterable[Any]) -> str:
    return _lines(_flag(item) if isinstance(item, dict) else item for item in items)


def _flag(item: Facts) -> str:
    evidence = item.get("evidence")
    return str(item.get("flag")) if evidence in (None, "") else f"{item.get('flag')}: {item_text(evidence)}"


TEXT_FORMS: dict[Kind, Callable[[Any], str]] = {
    Kind.TRUTH: lambda value: "true" if value else "false",
    Kind.MOMENT: moment_text,
    Kind.DAY: date.isoformat,
    Kind.TEXTS: _lines,
    Kind.REDIRECTS: _redirects,
    Kind.FLAGS: _flags,
    Kind.PAIRS: _pairs,
    Kind.DOCUMENT: lambda value: document_text(value) if value else "",
}
"""Kinds whose text is not simply `str(value)`."""
