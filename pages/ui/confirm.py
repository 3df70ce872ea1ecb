"""Questions before something is lost: they say what, and the careful answer stands first, as in any other dialog."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.i18n import _, ngettext
from core.queries.rows import JobRow
from pages.ui import dialog, go
from pages.ui.actions import attempt
from pages.ui.app import JOBS, service, who
from pages.ui.figures import number, plain
from pages.ui.watch import told_at_end


def ask_cancel(job: JobRow) -> None:
    """Whether to cancel the job, and what of it stays."""
    name(job)
    if job.is_final:
        st.write(_("This job has ended meanwhile."))
        return
    left = ngettext("{n} step will not run.", "{n} steps will not run.", job.unfinished_steps)
    kept = ngettext("The {n} report already made stays.", "The {n} reports already made stay.", job.completed_steps)
    st.write(left.format(n=number(job.unfinished_steps)))
    if job.completed_steps:
        st.write(kept.format(n=number(job.completed_steps)))
    answers(_("Cancel the job"), f"cancel_{job.id}", _cancel, job, no=_("Keep it running"))


def ask_delete(job: JobRow) -> None:
    """Whether to delete the job, with all that belongs to it."""
    counts = attempt(lambda: service().deletion_counts(job.id))
    if counts is None:
        return
    name(job)
    st.write(_("This cannot be undone. These go with it:"))
    st.write(
        "\n".join(
            f"- {template.format(n=number(n))}"
            for template, n in (
                (ngettext("{n} line", "{n} lines", counts.lines), counts.lines),
                (ngettext("{n} step", "{n} steps", counts.steps), counts.steps),
                (ngettext("{n} report", "{n} reports", counts.reports), counts.reports),
                (ngettext("{n} comment", "{n} comments", counts.comments), counts.comments),
                (ngettext("{n} stored page", "{n} stored pages", counts.stored_pages), counts.stored_pages),
            )
            if n
        )
    )
    if counts.kept_reports:
        kept = ngettext(
            "{n} report stays: another job uses it.", "{n} reports stay: other jobs use them.", counts.kept_reports
        )
        st.write(kept.format(n=number(counts.kept_reports)))
    answers(_("Delete the job"), f"delete_{job.id}", _delete, job, no=_("Keep it"))


def name(job: JobRow) -> None:
    """Which job this is about."""
    st.write(f"**{plain(job.name)}** :gray[#{job.id}]")


def answers(yes: str, key: str, do: Callable[..., None], *args: object, no: str | None = None, **looks: Any) -> None:
    """The two buttons of a dialog: the first only closes it, the other does it (`icon`, `disabled`, `help` are its)."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(no or _("Close"), key=f"{key}_no", on_click=dialog.close)
        st.button(yes, key=f"{key}_yes", type="primary", on_click=do, args=args, **looks)


def _cancel(job: JobRow) -> None:
    dialog.close()
    told_at_end(job.id)
    attempt(lambda: service().cancel_job(job.id, by=who()))


def _delete(job: JobRow) -> None:
    dialog.close()
    done = _("Job #{id} deleted").format(id=job.id)
    if attempt(lambda: service().delete_job(job.id), done=done) is not None:
        go.want(JOBS)
