"""Reports that are reused, and domains that are added, on the screens."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from pages.ui import dialog
from pages.ui.menu import items
from tests.pages.conftest import Opened, click
from tests.pages.test_job import PAGE, as_ana, written
from tests.queue.test_reuse import reusing, scraped
from tests.story import claim, completed, job_of, new_job, settle, steps_of

REPORT = "pages/report.py"


def test_steps_and_totals_say_what_is_reused(open_page: Opened, service: JobService, database: Database) -> None:
    scraped(service, 2, 3.2)
    screen = open_page(PAGE, id=reusing(service, 3))
    rows = screen.dataframe[0].value
    assert list(rows["result"])[:2] == [f"report of 3 days ago reused · Title of h{n}.test · 100 words" for n in (1, 2)]
    assert (list(rows["time"]), list(rows["attempts"])) == ([""] * 3, [""] * 3)
    assert "2 ok · 2 reused" in written(screen)


def test_the_report_of_another_job_is_shown_as_this_jobs(
    open_page: Opened, service: JobService, database: Database
) -> None:
    first = scraped(service, ["h2.test"])
    job_id = reusing(service, 3, name="Second")
    settle(database, *map(completed, claim(database, only_job=job_id)))
    before, reused, after = (step.report_id for step in steps_of(database, job_id))
    screen = open_page(REPORT, id=reused, job=job_id)
    assert "2 of 3" in written(screen)
    assert "report of 3 days ago reused" in written(screen)
    assert [link.label for link in screen.page_link if "Report of job" in link.label] == [f"Report of job #{first}"]
    for key, neighbour in (("before", before), ("after", after)):
        moved = click(open_page(REPORT, id=reused, job=job_id), key)
        assert (moved.query_params["id"], moved.query_params["job"]) == (str(neighbour), str(job_id))
    assert "1 of 1" in written(open_page(REPORT, id=reused))
    assert "1 of 1" in written(open_page(REPORT, id=reused, job="999999"))
    service.delete_job(first)
    assert "The job that made it was deleted." in written(open_page(REPORT, id=reused, job=job_id))


def test_the_question_before_a_delete_says_what_stays(open_page: Opened, service: JobService) -> None:
    first = scraped(service, 3)
    reusing(service, 2)
    told = written(opened(open_page(PAGE, id=first), "delete", first))
    assert "- 1 report\n" in told + "\n"
    assert "2 reports stay: other jobs use them." in told


def opened(screen: AppTest, kind: str, job_id: int) -> AppTest:
    """The screen with the dialog that its menu opens."""
    here = screen.session_state[dialog.HERE]
    screen.session_state[dialog.OPEN] = dialog.Open(kind, job_id, 0, here)
    screen.run()
    assert not screen.exception
    return screen


def test_domains_are_added_with_their_totals_told_before(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 2)
    screen = opened(open_page(PAGE, id=job_id), "more", job_id)
    screen.text_area(key=f"more_{job_id}").set_value("h3.test\nH1.test\nftp://x.test").run()
    assert "**3 lines**: 1 to scrape · 1 duplicate · 1 rejected" in written(screen)
    screen = click(screen, f"more_{job_id}_yes")
    assert [toast.value for toast in screen.toast] == ["1 domain added · 1 duplicate · 1 rejected"]
    assert job_of(database, job_id).total_steps == 3
    assert not screen.text_area


@pytest.mark.parametrize("typed", ["", "h1.test", "ftp://x.test"])
def test_what_was_typed_stays_when_nothing_can_be_added(
    open_page: Opened, service: JobService, database: Database, typed: str
) -> None:
    job_id = new_job(service, 2)
    screen = opened(open_page(PAGE, id=job_id), "more", job_id)
    screen.text_area(key=f"more_{job_id}").set_value(typed)
    screen = click(screen, f"more_{job_id}_yes")
    assert "Nothing was added" in screen.toast[0].value
    assert screen.text_area(key=f"more_{job_id}").value == typed
    assert job_of(database, job_id).total_steps == 2


def test_a_job_that_ends_meanwhile_leaves_what_was_typed(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 1)
    screen = opened(open_page(PAGE, id=job_id), "more", job_id)
    screen.text_area(key=f"more_{job_id}").set_value("h3.test").run()
    settle(database, *map(completed, claim(database)))
    screen = click(screen, f"more_{job_id}_yes")  # the button was drawn before
    assert "takes no more domains" in screen.toast[0].value
    assert screen.text_area(key=f"more_{job_id}").value == "h3.test"
    assert screen.button(key=f"more_{job_id}_yes").disabled
    assert "more" not in items(job_of(database, job_id))


@pytest.mark.parametrize(("make", "offered"), [("batch", True), ("single", False)])
def test_only_batches_offer_to_add(service: JobService, make: str, offered: bool) -> None:
    made: Any = new_job(service, 1) if make == "batch" else service.create_single_scraping_job("h1.test").job.id
    assert ("more" in items(service.get_job_status(made))) is offered


def test_the_option_stands_in_the_form_its_summary_and_the_job(open_page: Opened, service: JobService) -> None:
    scraped(service, ["shop.test"])
    screen = open_page()
    screen.switch_page("pages/new_job.py").run()
    screen = as_ana(screen)
    screen.text_area(key="new_text").set_value("shop.test").run()
    field = screen.number_input(key="new_reuse_days")
    assert (field.label, field.value) == ("Reuse reports younger than (days)", 0)
    assert "reused" not in written(screen)
    field.set_value(7).run()
    assert "reports younger than 7 days reused" in written(screen)
    click(screen, "new_start")
    [job, _first] = service.list_jobs()
    assert (job.config["reuse_days"], job.status) == (7, "completed")
