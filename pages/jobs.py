"""Jobs, the home: what is going on, one card a job, filters; refreshed while the reader looks at it."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from core.actor import Role
from core.i18n import _, ngettext
from core.queries import jobs, progress
from core.queries.progress import Progress
from core.queries.rows import JobFacts, JobRow, Page, Summary
from core.states import JobStatus
from pages.ui import address, dialog, go
from pages.ui.actions import guarded
from pages.ui.app import NEW_JOB, ask_name, engine_status, may, service, who
from pages.ui.empty import nothing_found, welcome
from pages.ui.figures import now, number
from pages.ui.job_card import card
from pages.ui.job_filter import JobFilter, controls, tiles
from pages.ui.job_head import advice
from pages.ui.pager import pager

PAGE_SIZE = 20
ACTIVE_SECONDS, RESTING_SECONDS = 5, 30


@dataclass(frozen=True, slots=True)
class Board:
    """What the screen shows, from one snapshot."""

    totals: Summary
    waiting: int
    recent: int
    attention: int
    owners: list[str]
    jobs: Page[JobRow]
    ahead: dict[int, int]
    progress: dict[int, Progress]
    first: JobFacts | None
    """Of the only job, when there is just one."""


def read(asked: JobFilter) -> Board:
    """The board that the URL asks for."""
    with service().database.reading() as session:
        at = now()
        page = jobs.numbered(session, page=address.read_page(), size=PAGE_SIZE, **asked.query())
        totals = jobs.summary(session)
        running = [job for job in page.items if job.status is JobStatus.RUNNING]
        return Board(
            totals=totals,
            waiting=jobs.waiting(session),
            recent=jobs.steps_since(session, at - timedelta(hours=1)),
            attention=jobs.attention(session),
            owners=jobs.owners(session),
            jobs=page,
            ahead=jobs.ahead_of(session, page.items),
            progress={job.id: progress.of_job(session, job, at) for job in running},
            first=jobs.facts(session, page.items[0]) if totals.total == len(page.items) == 1 else None,
        )


def seconds_for(active: int) -> int:
    """How often the screen is refreshed."""
    return ACTIVE_SECONDS if active else RESTING_SECONDS


def live(seconds: int) -> None:
    """Everything that changes by itself; `seconds` is the pace that it is refreshed at."""
    dialog.follow()
    go.follow()
    asked = JobFilter.asked()
    board = read(asked)
    if seconds_for(board.totals.active) != seconds:
        st.rerun()
    if not board.totals.total:
        welcome()
        return
    st.caption(happening(board))
    tiles(asked, board.totals)
    controls(asked, board.totals, board.attention, board.owners)
    cards(asked, board)


def happening(board: Board) -> str:
    """2 running · 1 waiting · 412 steps in the last hour."""
    running = ngettext("{n} running", "{n} running", board.totals.running).format(n=number(board.totals.running))
    waiting = ngettext("{n} waiting", "{n} waiting", board.waiting).format(n=number(board.waiting))
    recent = ngettext("{n} step in the last hour", "{n} steps in the last hour", board.recent)
    return " · ".join([running, waiting, recent.format(n=number(board.recent))])


def cards(asked: JobFilter, board: Board) -> None:
    """The jobs that the filter leaves, a page of them."""
    if asked.view == "mine" and not who():
        st.info(_("Lote does not know you yet: which name shall your jobs bear?"), icon=":material/person:")
        ask_name("mine_name")
    elif not board.jobs.total:
        nothing_found()
    else:
        if board.first:
            advice(board.jobs.items[0], board.first, service().settings)
        alive = bool(engine_status()["alive"])
        for job in board.jobs.items:
            card(job, ahead=board.ahead[job.id], progress=board.progress.get(job.id), engine_alive=alive)
        pager(board.jobs.total, PAGE_SIZE)


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title(_("Jobs"), anchor=False)
    if may(Role.ANALYST) and st.button(_("New job"), key="new_job", type="primary", icon=":material/add:"):
        go.go(NEW_JOB)
with service().database.reading() as session:
    pace = seconds_for(jobs.summary(session).active)
st.fragment(guarded()(live), run_every=pace)(pace)
