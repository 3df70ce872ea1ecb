"""What of a job's steps is asked for: filters, columns, order and page, all of it in the URL."""

from dataclasses import dataclass, replace

from core.failures import FailureKind
from core.flags import Flag
from core.i18n import N_, _
from core.queries.flags import ANY, UNCHECKED
from core.queries.rows import JobRow
from core.queries.steps import is_order
from core.states import StepStatus
from pages.ui import address, columns
from pages.ui.labels import LABELS

FIRST_ORDER = "step_number"
FIRST_ANSWERS = 3
"""How many answers are shown until other columns are chosen."""
NO_COLUMNS = "-"
"""What the URL says when none is wanted."""
ORDERS = {
    "step_number": N_("Number"),
    "target": N_("Host"),
    "status": N_("State"),
    "attempts": N_("Attempts"),
    "error_kind": N_("Failure"),
    "completed_at": N_("Ended"),
    **{name: LABELS[name] for name in ("total_seconds", "word_count", "http_status", "title")},
}
"""What steps can always be sorted by; the chosen columns come beside them."""
HEADERS = {"time": "total_seconds", "result": "title", "report": ""}
"""Columns of the table that are sorted by something of another name, or not at all."""


@dataclass(frozen=True, slots=True)
class View:
    """What the URL asks for; empty means all. `sort` has a minus before it when it goes down."""

    status: str
    kind: str
    flag: str
    q: str
    columns: tuple[str, ...]
    sort: str
    page: int

    @classmethod
    def asked(cls) -> "View":
        """The view of the URL."""
        sort = address.read("sort")
        return cls(
            address.read("status", list(StepStatus)),
            address.read("kind", list(FailureKind)),
            address.read("flag", [ANY, UNCHECKED, *Flag]),
            address.read("q"),
            tuple(name for name in address.read("columns").split("|") if columns.is_known(name)),
            sort if is_order(sort.removeprefix("-")) else FIRST_ORDER,
            address.read_page(),
        )

    def of(self, job: JobRow) -> "View":
        """The view of a job: where the URL says nothing of columns, the answers to its questions are shown."""
        if self.columns or address.read("columns"):
            return self
        return replace(self, columns=tuple(columns.asked(job.config)[:FIRST_ANSWERS]))

    @property
    def order(self) -> str:
        """What the steps are sorted by."""
        return self.sort.removeprefix("-")

    @property
    def descends(self) -> bool:
        """Whether the largest come first."""
        return self.sort.startswith("-")

    def is_controlled_like(self, other: "View") -> bool:
        """Whether filters, columns and order are the same, whatever the page."""
        return replace(self, page=other.page) == other


def narrow(**values: str | None) -> None:
    """Filter or sort by these values, from the first page; for callbacks."""
    address.write(page="", **values)


def sort_by(order: str, descends: bool) -> None:
    """Sort the whole job; for callbacks."""
    sort = f"{'-' if descends else ''}{order}"
    narrow(sort="" if sort == FIRST_ORDER else sort)


def turn(header: str, view: View) -> None:
    """A click on a header: upwards, downwards, and back to the order of the list; for callbacks."""
    order = HEADERS.get(header, header)
    if not is_order(order):
        return
    if view.order != order:
        sort_by(order, descends=False)
    elif order == FIRST_ORDER or not view.descends:
        sort_by(order, descends=not view.descends)
    else:
        sort_by(FIRST_ORDER, descends=False)


def order_label(order: str) -> str:
    """What an order is called."""
    return _(ORDERS[order]) if order in ORDERS else columns.label(order)


def arrow(header: str, view: View) -> str:
    """Before the name of the column that the steps are sorted by, unless it is the order of the list."""
    if view.sort == FIRST_ORDER or HEADERS.get(header, header) != view.order:
        return ""
    return "↓ " if view.descends else "↑ "
