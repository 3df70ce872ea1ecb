"""Every dialog about a job: its title, and what is drawn in it; the frame draws the one that is open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core import queries
from core.errors import LoteError
from core.i18n import N_, _
from core.queries.rows import JobRow
from pages.ui import dialog, go
from pages.ui.actions import guarded
from pages.ui.app import service
from pages.ui.attempts import history
from pages.ui.confirm import ask_cancel, ask_delete
from pages.ui.extract_again import ask_extract
from pages.ui.lines import not_taken
from pages.ui.more import ask_more
from pages.ui.retry import ask_retry
from pages.ui.share import copy_as_curl, export

LINES_PAGE, LINES_SHOWN = "not_taken_page", 100


@dataclass(frozen=True, slots=True)
class Dialog:
    """`draw` gets the job, and the number of the step that it is about."""

    title: str
    icon: str
    draw: Callable[[JobRow, int], None]
    width: Literal["small", "medium", "large"] = "small"


def _lines(job: JobRow, _step_number: int) -> None:
    page = st.session_state.get(LINES_PAGE) or 1
    with service().database.reading() as session:
        rows = queries.lines.not_taken(session, job.id, page=page, size=LINES_SHOWN)
    not_taken(rows.items)
    if rows.total > LINES_SHOWN:
        st.pagination(-(-rows.total // LINES_SHOWN), key=LINES_PAGE)


DIALOGS = {
    "export": Dialog(N_("Export"), ":material/download:", lambda job, _step: export(job)),
    "curl": Dialog(N_("The same as an API call"), ":material/terminal:", lambda job, _step: copy_as_curl(job), "large"),
    "cancel": Dialog(N_("Cancel this job?"), ":material/cancel:", lambda job, _step: ask_cancel(job)),
    "more": Dialog(N_("Add domains"), ":material/playlist_add:", lambda job, _step: ask_more(job)),
    "retry": Dialog(N_("Retry with options"), ":material/replay:", lambda job, _step: ask_retry(job), "medium"),
    "extract": Dialog(N_("Extract again"), ":material/find_in_page:", ask_extract, "large"),
    "delete": Dialog(N_("Delete this job?"), ":material/delete:", lambda job, _step: ask_delete(job)),
    "attempts": Dialog(N_("Attempts"), ":material/history:", history, "large"),
    "lines": Dialog(N_("Lines that were not taken"), ":material/rule:", _lines, "large"),
}


def draw(about: dialog.Open) -> None:
    """Draw the open dialog, about the job as it is now."""
    try:
        job = service().get_job_status(about.job_id)
    except LoteError:  # deleted meanwhile
        dialog.close()
        return
    shown = DIALOGS[about.kind]

    @st.dialog(_(shown.title), width=shown.width, icon=shown.icon, on_dismiss=dialog.close)
    @guarded()
    def box() -> None:
        dialog.follow()
        if go.is_wanted():
            st.rerun()
        shown.draw(job, about.step_number)

    box()
