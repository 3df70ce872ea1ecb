"""Which jobs the list shows: the tiles of the states, the views, type, owner and search; all of it in the URL."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.i18n import N_, _
from core.queries.rows import Summary
from core.states import JobStatus, JobType
from pages.ui import address, filters
from pages.ui.app import who
from pages.ui.figures import number
from pages.ui.status import LOOKS, TYPES, tile_word

VIEWS = {"all": N_("All"), "active": N_("Active"), "mine": N_("Mine"), "attention": N_("Needs attention")}
OFFERED_TYPES = (JobType.BATCH_SCRAPING, JobType.SINGLE_SCRAPING)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What the URL asks for; empty means all."""

    status: str
    view: str
    job_type: str
    owner: str
    q: str

    @classmethod
    def asked(cls) -> "JobFilter":
        """The filter of the URL."""
        return cls(
            address.read("status", list(JobStatus)),
            address.read("view", VIEWS) or "all",
            address.read("type", list(OFFERED_TYPES)),
            address.read("owner"),
            address.read("q"),
        )

    def query(self) -> dict[str, Any]:
        """The arguments of `queries.jobs.numbered`."""
        return {
            "status": JobStatus(self.status) if self.status else None,
            "job_type": JobType(self.job_type) if self.job_type else None,
            "q": self.q or None,
            "created_by": (who() if self.view == "mine" else self.owner) or None,
            "view": self.view if self.view in {"active", "attention"} else None,
        }


def tiles(asked: JobFilter, totals: Summary) -> None:
    """One tile a state with its live total: a click shows that state, another click all."""
    with st.grid(6, min_column_width=104, gap="xsmall", key="tiles"):
        for status in JobStatus:
            total, chosen = getattr(totals, status), asked.status == status
            st.button(
                f"**{number(total)}** {LOOKS[status].icon} {tile_word(status)}",
                key=f"tile_{status}",
                width="stretch",
                type="primary" if chosen else "secondary",
                disabled=not total and not chosen,
                on_click=address.write,
                kwargs={"status": "" if chosen else status, "view": "", "page": ""},
            )


def controls(asked: JobFilter, totals: Summary, attention: int, owners: list[str]) -> None:
    """The views with their counts, and the fields that narrow the list down."""
    counts = {"all": totals.total, "active": totals.active, "attention": attention}
    for key, value in (("view", asked.view), ("type", asked.job_type or None), ("owner", asked.owner or None)):
        address.follow(key, value)
    address.follow("q", asked.q)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="controls"):
        st.segmented_control(
            _("View"),
            list(VIEWS),
            key="view",
            required=True,
            format_func=lambda view: f"{_(VIEWS[view])} {number(counts[view])}" if view in counts else _(VIEWS[view]),
            label_visibility="collapsed",
            on_change=_look,
        )
        _fields(asked, owners)


def _fields(asked: JobFilter, owners: list[str]) -> None:
    """Type, owner and search."""
    owned = sorted({*owners, *filter(None, [asked.owner])})
    mine = {"view": ""} if asked.view == "mine" else {}
    filters.select(
        _("Type"), OFFERED_TYPES, "type", lambda kind: _narrow(type=kind), shown=lambda kind: _(TYPES[kind]), width=110
    )
    filters.select(_("Owner"), owned, "owner", lambda owner: _narrow(owner=owner, **mine), width=130)
    filters.search("q", _("Name contains, host begins with…"), lambda q: _narrow(q=q))


def _narrow(**values: str | None) -> None:
    address.write(page="", **values)


def _look() -> None:
    """Put the chosen view into the URL; what it says already leaves."""
    view = st.session_state["view"]
    _narrow(view="" if view == "all" else view, status="", **({"owner": ""} if view == "mine" else {}))
