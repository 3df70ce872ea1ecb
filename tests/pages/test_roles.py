"""What each role sees: what it may not do is not there, on any screen."""

from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import actor
from core.actor import Actor, Means, Role, acting
from core.db import Database
from core.job_service import JobService
from tests.pages.conftest import Opened
from tests.story import claim, failed, flagged, new_job, settle, stored

ANA = Actor("ana@example.com", Role.ANALYST, Means.LOGIN)
BEN = Actor("ben@example.com", Role.ANALYST, Means.LOGIN)
BOSS = Actor("boss@example.com", Role.ADMIN, Means.LOGIN)
EVA = Actor("eva@example.com", Role.VIEWER, Means.LOGIN)

Reader = Callable[[Actor], None]


@pytest.fixture
def reader() -> Iterator[Reader]:
    """`reader(EVA)`: she looks at the screens from now on."""
    before = actor._source
    yield lambda who: actor.ask(lambda: who)
    actor._source = before


@pytest.fixture
def job(service: JobService, database: Database) -> int:
    """A finished job of Ana's, with a comment of hers, a failure, a flagged report and a stored page."""
    with acting(ANA):
        job_id = new_job(service, 3)
        one, two, three = claim(database)
        settle(database, flagged(one, "thin_text"), stored(two), failed(three))
        service.add_comment(job_id, "", "Mine.")
    return job_id


def buttons(screen: AppTest) -> set[str]:
    return {button.key.rstrip("_0123456789") for button in screen.button if button.key}


def menu(screen: AppTest) -> set[str]:
    return {option.split(": ", 1)[1] for one in screen.menu_button for option in one.options}


def test_a_viewer_is_offered_nothing_that_changes_something(job: int, open_page: Opened, reader: Reader) -> None:
    reader(EVA)
    jobs = open_page()
    assert "new_job" not in buttons(jobs)
    assert menu(jobs) == {"Open", "Export"}
    screen = open_page("pages/job.py", id=job, kind="timeout")
    assert not {key for key in buttons(screen) if key.startswith("act_")} - {"act_export"}
    assert "chosen_retry" not in buttons(screen)
    assert menu(screen) == {"Export"}
    comments = open_page("pages/job.py", id=job, tab="comments")
    assert any(text.value == "Mine." for text in comments.text)
    assert not comments.text_area
    assert not {key for key in buttons(comments) if key.startswith("comment")}
    configuration = open_page("pages/job.py", id=job, tab="configuration")
    assert configuration.code
    assert not configuration.text_area
    assert not {key for key in buttons(configuration) if key.startswith("edit")}
    for report_id in (1, 2):
        report = open_page("pages/report.py", id=report_id)
        assert not buttons(report) & {"scrape_again", "check", "extract_again"}


def test_a_viewer_who_knows_the_address_is_told(form: Opened, reader: Reader) -> None:
    reader(EVA)
    screen = form()
    told = [error.value.replace("\\", "").strip() for error in screen.error]
    assert "This needs the role Analyst; yours is Viewer." in told
    assert not screen.title


def test_a_viewer_without_jobs_is_offered_no_sample(open_page: Opened, reader: Reader) -> None:
    reader(EVA)
    screen = open_page()
    assert screen.subheader[0].value == "No jobs yet"
    assert "sample" not in buttons(screen)


def test_an_analyst_may_take_away_what_is_their_own(job: int, open_page: Opened, reader: Reader) -> None:
    reader(ANA)
    assert {"Delete", "Run again", "Export"} <= menu(open_page())
    assert {"comment_edit", "comment_delete", "comment_add"} <= buttons(
        open_page("pages/job.py", id=job, tab="comments")
    )
    reader(BEN)
    assert "Run again" in menu(open_page())
    assert "Delete" not in menu(open_page())
    others = buttons(open_page("pages/job.py", id=job, tab="comments"))
    assert "comment_add" in others
    assert not others & {"comment_edit", "comment_delete"}
    reader(BOSS)
    assert "Delete" in menu(open_page())
    assert {"comment_edit", "comment_delete"} <= buttons(open_page("pages/job.py", id=job, tab="comments"))


def test_settings_are_for_admins_and_pauses_of_hosts_for_analysts(open_page: Opened, reader: Reader) -> None:
    def seen(who: Actor) -> tuple[bool, bool]:
        reader(who)
        screen = open_page("pages/settings.py")
        assert screen.title[0].value == "Settings"
        return any("LOTE_DATA_DIR" in line.value for line in screen.markdown), bool(screen.number_input)

    assert (seen(EVA), seen(ANA), seen(BOSS)) == ((False, False), (False, True), (True, True))


def test_mine_are_those_of_the_login(job: int, open_page: Opened, reader: Reader) -> None:
    reader(ANA)
    assert "Run again" in menu(open_page(view="mine"))
    reader(BEN)
    assert not menu(open_page(view="mine"))


def test_everybody_is_told_on_every_screen_that_there_is_no_login(
    open_page: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not open_page().warning
    monkeypatch.setenv("LOTE_ALLOW_ANONYMOUS", "true")
    st.cache_resource.clear()  # as at a start with it
    for path in ("pages/jobs.py", "pages/new_job.py", "pages/job.py", "pages/settings.py"):
        told = "".join(warning.value for warning in open_page(path).warning)
        assert "LOTE_ALLOW_ANONYMOUS" in told.replace("\\", "")
