"""The hosts that take the most time of a job, behind a button beside the time left."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.failures import EXPLANATIONS
from core.i18n import _, ngettext
from core.queries.progress import MOST_ENDED, SlowHost
from core.rows import unicode_form
from pages.ui.figures import duration, number, plain


def slowest(hosts: Sequence[SlowHost]) -> None:
    """The button; without a host it is there all the same, so that nothing moves when the first one comes."""
    with st.popover(_("Slowest hosts"), type="tertiary", icon=":material/hourglass_top:", disabled=not hosts):
        if not hosts:
            return
        st.caption(_("Time spent on them in the last {n} attempts.").format(n=number(MOST_ENDED)))
        st.table(pd.DataFrame([_row(host) for host in hosts]), border="horizontal", hide_index=True)


def _row(host: SlowHost) -> dict[str, object]:
    waiting = ngettext("{n} more page waits", "{n} more pages wait", host.waiting_steps)
    reasons = [
        _(EXPLANATIONS[host.error_kind].sentence) if host.error_kind else "",
        waiting.format(n=number(host.waiting_steps)) if host.waiting_steps else "",
    ]
    return {
        _("Host"): plain(unicode_form(host.host)),
        _("Time"): duration(host.seconds),
        _("Attempts"): number(host.attempts),
        _("Reason"): " ".join(filter(None, reasons)),
    }
