"""Which time and whose jobs the metrics are about; both in the URL."""

from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from core.i18n import N_, _
from core.period import Period, custom, named
from pages.ui import address, filters
from pages.ui.figures import now, zone

CUSTOM, USUAL = "custom", "24h"
NAMES = {
    "1h": N_("1 h"),
    "24h": N_("24 h"),
    "7d": N_("7 d"),
    "30d": N_("30 d"),
    "90d": N_("90 d"),
    CUSTOM: N_("Custom"),
}
DAYS = timedelta(days=6)
"""What a custom period has at first, before today."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the URL asks for; `owner` is empty for all."""

    name: str
    owner: str
    first: date
    last: date

    @classmethod
    def asked(cls) -> "Choice":
        """The choice of the URL."""
        today = now().astimezone(zone()).date()
        last = _day("to") or today
        return cls(
            address.read("period", NAMES) or USUAL, address.read("owner"), _day("from") or min(last, today - DAYS), last
        )

    def period(self) -> Period:
        """In the reader's time zone. Raises `InvalidInput` for what cannot be shown."""
        if self.name == CUSTOM:
            return custom(self.first, self.last, zone())
        return named(self.name, now(), zone())


def controls(asked: Choice, owners: list[str]) -> None:
    """Draw them as the URL says."""
    address.follow("metrics_period", asked.name)
    address.follow("metrics_owner", asked.owner or None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="metrics_controls"):
        st.segmented_control(
            _("Period"),
            list(NAMES),
            key="metrics_period",
            required=True,
            format_func=lambda name: _(NAMES[name]),
            label_visibility="collapsed",
            on_change=_choose,
        )
        owned = sorted({*owners, *filter(None, [asked.owner])})
        filters.select(_("Owner"), owned, "metrics_owner", lambda owner: address.write(owner=owner))
        if asked.name == CUSTOM:
            _days(asked)


def _days(asked: Choice) -> None:
    if "metrics_days" not in st.session_state:
        st.session_state["metrics_days"] = (asked.first, asked.last)
    st.date_input(
        _("Days"),
        key="metrics_days",
        format="DD/MM/YYYY",
        label_visibility="collapsed",
        width=230,
        on_change=_set_days,
    )


def _choose() -> None:
    name = st.session_state["metrics_period"]
    days: dict[str, str] = {} if name == CUSTOM else {"from": "", "to": ""}
    address.write(period="" if name == USUAL else name, **days)


def _set_days() -> None:
    """Both days; while only the first is chosen the URL stays as it was."""
    chosen = st.session_state["metrics_days"]
    if len(chosen) == 2:
        address.write(**{"from": chosen[0].isoformat(), "to": chosen[1].isoformat()})


def _day(name: str) -> date | None:
    """The day that the URL names; None for none, and for what is no day."""
    try:
        return date.fromisoformat(address.read(name))
    except ValueError:
        return None
