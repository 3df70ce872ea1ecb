"""Adding domains to a job that has not ended: what is typed, what becomes of its lines; it stays until it is taken."""

import streamlit as st

from core import queries
from core.i18n import _, ngettext
from core.queries.rows import JobRow
from core.targets import Policy, Targets, parse_text
from pages.ui import dialog
from pages.ui.actions import attempt
from pages.ui.app import service
from pages.ui.confirm import answers, name
from pages.ui.figures import number
from pages.ui.lines import totals

BOX_HEIGHT = 200


def ask_more(job: JobRow) -> None:
    """Draw the box, its totals and the answers; an ended job leaves what was typed to be taken elsewhere."""
    name(job)
    key = f"more_{job.id}"
    typed = st.text_area(
        _("Domains"),
        key=key,
        height=BOX_HEIGHT,
        placeholder="example.com\nexample.org/about",
        help=_("One per line, or separated by commas, semicolons, tabs or spaces."),
        disabled=job.is_final,
    )
    if job.is_final:
        st.warning(_("This job has ended meanwhile and takes no more domains: create another job for them."))
    else:
        hint = _("The preview follows Ctrl+Enter or leaving the box.")
        st.caption(totals(_continued(job, typed)) if typed.strip() else hint)
    answers(_("Add to the job"), key, _add, job, key, icon=":material/playlist_add:", disabled=job.is_final)


def _continued(job: JobRow, typed: str) -> Targets:
    """What becomes of the lines at the end of the job's list."""
    found = parse_text(typed, policy=Policy.of(service().settings))
    with service().database.reading() as session:
        return queries.lines.continued(session, job.id, found)


def _add(job: JobRow, key: str) -> None:
    typed = st.session_state[key]
    added = attempt(lambda: service().add_targets(job.id, typed))
    if added is None:
        return
    lines = len(parse_text(typed, policy=Policy.of(service().settings)).lines)
    n, again, rejected = lines - len(added.duplicates) - len(added.rejected), len(added.duplicates), len(added.rejected)
    told = [ngettext("{n} domain added", "{n} domains added", n).format(n=number(n))]
    if again:
        told.append(ngettext("{n} duplicate", "{n} duplicates", again).format(n=number(again)))
    if rejected:
        told.append(ngettext("{n} rejected", "{n} rejected", rejected).format(n=number(rejected)))
    st.session_state[key] = ""
    dialog.close(" · ".join(told))
