"""Which events of the audit log are shown: who, what, of which job, when; all of it in the URL."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from core.i18n import _
from core.queries.audit import EventFilter
from pages.ui import address, events, filters
from pages.ui.figures import zone


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL asks for; empty means all. The days are the reader's."""

    who: str
    what: str
    job: str
    since: date | None
    until: date | None

    @classmethod
    def of_url(cls) -> "Asked":
        """That of this run."""
        what = address.read("what", events.choices())
        return cls(address.read("who"), what, address.read("job"), _day("from"), _day("to"))

    def filter(self) -> EventFilter:
        """That of the reads."""
        job_id = None if not self.job else address.as_id(self.job.lstrip("#")) or 0
        until = self.until + timedelta(days=1) if self.until and self.until < date.max else None
        return EventFilter(self.who, self.what, job_id, "", _midnight(self.since), _midnight(until))


def controls(asked: Asked) -> None:
    """The fields that narrow the log down; all of them in the URL."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="audit_filters"):
        for key, value in (("who", asked.who), ("what", asked.what or None), ("job", asked.job)):
            address.follow(key, value)
        filters.search("who", _("Name contains…"), lambda name: narrow(who=name), width=190)
        filters.select(
            _("What"), events.choices(), "what", lambda code: narrow(what=code), shown=events.choice, width=210
        )
        filters.search("job", _("Number of a job"), lambda given: narrow(job=given), width=170)
        with st.container(horizontal=True, width="content", key="audit_days"):
            for key, label, value in (("from", _("From"), asked.since), ("to", _("To"), asked.until)):
                address.follow(f"day_{key}", value)
                st.date_input(
                    label, None, key=f"day_{key}", width=145, format="YYYY-MM-DD", on_change=choose_day, args=(key,)
                )


def narrow(**values: str | None) -> None:
    """Put filters into the URL, from the newest event on."""
    address.write(before="", after="", **values)


def choose_day(key: str) -> None:
    """Put a day into the URL."""
    chosen: date | None = st.session_state[f"day_{key}"]
    narrow(**{key: chosen.isoformat() if chosen else ""})


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(address.read(name))
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    """When the reader's day begins, in UTC."""
    return datetime.combine(day, time(), zone()).astimezone(UTC) if day else None
