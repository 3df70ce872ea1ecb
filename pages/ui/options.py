"""The form of a job's configuration: presets, one line that says what they mean, every field with its bounds behind it.

What is typed lives in session state under `<form>_<field>`, so that callbacks and other tabs see it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, get_args, get_origin

import streamlit as st

from core.errors import InvalidInput
from core.i18n import N_, _, ngettext
from core.job_config import CHANGEABLE_BY_RETRY, MIB, PRESETS, JobConfig
from pages.ui import priority, questions
from pages.ui.figures import exact, middle, size

QUESTIONS = "questions"
"""The field that is a form of its own."""
LONGEST_SAID = 40
"""Characters of a text among options that are told in one line."""
PRESET_NAMES = {"gentle": N_("Gentle"), "normal": N_("Normal"), "fast": N_("Fast")}


@dataclass(frozen=True, slots=True)
class Words:
    """How one field is asked for; `unit` divides the stored value, `step` is what + and - change."""

    label: str
    help: str = ""
    unit: int = 1
    step: float = 1


FIELDS: dict[str, Words] = {
    "concurrency": Words(N_("At a time"), N_("Lanes: how many targets are visited at a time.")),
    "interval_seconds": Words(
        N_("Pause (s)"), N_("How long a lane rests after each visit, and the least between two to one host."), step=0.1
    ),
    "timeout_seconds": Words(N_("Time limit (s)"), N_("Limit of a whole visit, not of each read.")),
    "max_retries": Words(N_("Retries"), N_("Further attempts after a failure that may pass.")),
    "backoff_seconds": Words(
        N_("Wait before a retry (s)"), N_("Before the first retry; doubled for each further one."), step=0.5
    ),
    "follow_redirects": Words(N_("Redirects"), N_("How many redirects are followed at the most.")),
    "max_bytes": Words(N_("Largest page (MiB)"), N_("A larger page fails."), unit=MIB, step=0.5),
    "reuse_days": Words(
        N_("Reuse reports younger than (days)"),
        N_("A target with a good report of any job that is younger is not visited again. 0: every target is visited."),
    ),
    "user_agent": Words(N_("User-Agent"), N_("Empty: Lote's own. Plain ASCII.")),
    "accept_language": Words(N_("Accept-Language"), N_("Which language to ask for, such as es or en-GB. Empty: none.")),
    "extra_pages": Words(
        N_("Extra pages"),
        N_("Of the site's own contact, legal notice and about pages: so many are asked for contact fields as well."),
    ),
    "respect_robots": Words(
        N_("Respect robots.txt"),
        N_("What it forbids fails, its Crawl-delay is kept. Off only with the permission of the sites' owners."),
    ),
    "store_html": Words(
        N_("Store the HTML"),
        N_("Keeps every page as it was fetched: to download it, and to extract it again without another visit."),
    ),
}


def load(form: str, config: dict[str, Any] | JobConfig | None = None) -> None:
    """Fill the form with a configuration; the default one without."""
    values = JobConfig.parse(config).model_dump()
    questions.load(form, values.pop(QUESTIONS))
    for name, value in values.items():
        st.session_state[_key(form, name)] = _shown(name, value)


def chosen(form: str) -> dict[str, Any]:
    """What the form says now, not yet checked."""
    if _key(form, "concurrency") not in st.session_state:
        load(form)
    names = JobConfig.model_fields.keys() - {QUESTIONS}
    values = {name: _stored(name, st.session_state.get(_key(form, name))) for name in names}
    return {**values, QUESTIONS: questions.chosen(form)}


def checked(form: str) -> JobConfig:
    """What the form says now; `InvalidInput` names the fields as the form does."""
    try:
        return JobConfig.parse(chosen(form))
    except InvalidInput as error:
        faults = " ".join(_fault(str(fault["field"]), str(fault["detail"])) for fault in error.errors)
        raise InvalidInput(N_("The options cannot be used. {problem}"), problem=faults) from error


def summary(config: JobConfig) -> str:
    """The configuration in one line."""
    return ", ".join(
        [
            _("{n} at a time").format(n=config.concurrency),
            _("{n} s pause").format(n=exact(config.interval_seconds)),
            ngettext("{n} retry", "{n} retries", config.max_retries).format(n=config.max_retries),
            _("{n} s limit").format(n=exact(config.timeout_seconds)),
            _("robots.txt respected") if config.respect_robots else _("robots.txt not respected"),
            *_reuse(config.reuse_days),
            *_further(config),
        ]
    )


def _reuse(days: int) -> list[str]:
    if not days:
        return []
    text = ngettext("reports younger than {n} day reused", "reports younger than {n} days reused", days)
    return [text.format(n=days)]


def _further(config: JobConfig) -> list[str]:
    """What is wanted beside the page itself."""
    n, asked = config.extra_pages, len(config.questions)
    pages = ngettext("up to {n} extra page", "up to {n} extra pages", n).format(n=n)
    asks = ngettext("{n} question", "{n} questions", asked).format(n=asked)
    kept = [_("HTML stored")] if config.store_html else []
    return [*([pages] if n else []), *([asks] if asked else []), *kept]


def differences(values: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that a retry can change and that a job's stored configuration has otherwise."""
    own = {name: config.get(name, field.default) for name, field in JobConfig.model_fields.items()}
    known = CHANGEABLE_BY_RETRY & values.keys()
    return {name: values[name] for name in own if name in known and values[name] != own[name]}


def told(values: Mapping[str, Any]) -> str:
    """Time limit (s) 60, Retries 5: options by their names, as plain text."""
    return ", ".join(f"{_(_words(name).label)} {_said(name, value)}" for name, value in values.items())


def form(name: str, *, with_priority: bool = False) -> JobConfig:
    """Draw presets, summary and "change…"; raises `InvalidInput` when the values cannot be used, after drawing."""
    st.session_state[_key(name, "preset")] = _preset(chosen(name))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            _("Options"),
            list(PRESETS),
            format_func=lambda preset: _(PRESET_NAMES[preset]),
            key=_key(name, "preset"),
            on_change=_apply,
            args=(name,),
        )
        line = st.empty()
    with st.expander(_("change…"), key=_key(name, "change")):
        fields(name, JobConfig.model_fields.keys() - {QUESTIONS})
        questions.rows(name)
        if with_priority:
            priority.ask(name)
    config = checked(name)
    rank = priority.told(priority.chosen(name)) if with_priority else ""
    line.caption(", ".join(filter(None, (summary(config), rank))))
    return config


def fields(form: str, names: Iterable[str]) -> None:
    """Draw the named fields of `JobConfig`; `checked` tells what is wrong with them."""
    chosen(form)
    order = list(FIELDS)
    names = sorted(names, key=lambda name: order.index(name) if name in FIELDS else len(order))
    numbers = [name for name in names if _is_number(_kind(name))]
    grid = st.grid(4, min_column_width=170, vertical_alignment="bottom")
    for name in numbers:
        with grid:
            _number(form, name)
    grid = st.grid(2, min_column_width=240, vertical_alignment="bottom")
    for name in names:
        if name not in numbers:
            with grid:
                _other(form, name)


def _apply(form: str) -> None:
    preset = st.session_state[_key(form, "preset")]
    for name, value in PRESETS.get(preset, {}).items():
        st.session_state[_key(form, name)] = _shown(name, value)


def _preset(values: dict[str, Any]) -> str | None:
    """The preset that these values are, if they are one."""
    return next((name for name, wanted in PRESETS.items() if wanted.items() <= values.items()), None)


def _number(form: str, name: str) -> None:
    words, kind = _words(name), _kind(name)
    number = float if words.unit > 1 else kind
    # no bounds for the browser: it would show a number beyond them and keep the one before
    st.number_input(
        _(words.label),
        step=number(words.step),
        format="%d" if number is int else "%g",
        help=f"{_(words.help)} {_bounds(name)}".strip(),
        key=_key(form, name),
        persist_state="session",
    )


def _bounds(name: str) -> str:
    rules = {type(rule).__name__: rule for rule in JobConfig.model_fields[name].metadata}
    low, high = map(size if _words(name).unit == MIB else exact, (rules["Ge"].ge, rules["Le"].le))
    return _("From {low} to {high}.").format(low=low, high=high)


def _fault(field: str, detail: str) -> str:
    """What is wrong with a field (`config.max_bytes`), by its name and in its unit on the form."""
    name = field.partition(".")[2].partition(".")[0]
    if name not in FIELDS:
        return detail
    return f"{_(_words(name).label)}: {_bounds(name) if _words(name).unit > 1 else detail}"


def _other(form: str, name: str) -> None:
    words = _words(name)
    draw = st.toggle if _kind(name) is bool else st.text_input
    draw(_(words.label), help=_(words.help) if words.help else None, key=_key(form, name), persist_state="session")


def _words(name: str) -> Words:
    return FIELDS.get(name) or Words(name, JobConfig.model_fields[name].description or "")


def _kind(name: str) -> type:
    """The plain type of a field: `str` for `str | None`."""
    kind = JobConfig.model_fields[name].annotation
    if get_origin(kind) is UnionType:
        kind = next(option for option in get_args(kind) if option is not type(None))
    while get_args(kind):
        kind = get_args(kind)[0]
    return kind or str


def _is_number(kind: type) -> bool:
    return kind in (int, float)


def _shown(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if not _is_number(_kind(name)):
        return value
    return value / _words(name).unit if _words(name).unit > 1 else _kind(name)(value)


def _said(name: str, value: Any) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return exact(value / _words(name).unit) if _is_number(_kind(name)) else f"“{middle(str(value), LONGEST_SAID)}”"


def _stored(name: str, value: Any) -> Any:
    if value in ("", None):
        return None
    return round(value * _words(name).unit) if _words(name).unit > 1 else value


def _key(form: str, name: str) -> str:
    return f"{form}_{name}"
