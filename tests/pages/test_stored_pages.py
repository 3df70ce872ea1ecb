"""Stored pages on the screens: the way to the HTML, extract again with other questions, what says where it is from."""

import random

from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from core.queries import jobs
from core.states import JobType
from core.stored_page import LARGEST_BYTES
from pages.ui.menu import items
from tests.pages.conftest import Opened, click, followed
from tests.pages.test_job import PAGE, as_ana, provenance, written
from tests.pages.test_reuse import REPORT, opened
from tests.story import claim, completed, job_of, new_job, settle, steps_of, stored

HTML = b"<title>Kept</title>" * 100


def kept(service: JobService, targets: int = 2, html: bytes = HTML) -> int:
    """A finished job whose pages are stored."""
    job_id = new_job(service, targets, name="Cartera Q4", config={"store_html": True})
    settle(service.database, *(stored(one, html) for one in claim(service.database, only_job=job_id)))
    return job_id


def links(screen: AppTest) -> dict[str, str]:
    return {link.label: link.proto.url for link in screen.link_button}


def test_a_report_leads_to_its_html_and_is_extracted_again(
    open_page: Opened, service: JobService, database: Database
) -> None:
    step = steps_of(database, kept(service))[1]
    screen = as_ana(open_page(REPORT, id=step.report_id))
    assert links(screen)["Download HTML"].endswith(f"/api/reports/{step.report_id}/html")
    assert "HTML as fetched, 1.9 KiB" in written(screen)
    screen = click(screen, "extract_again")
    assert screen.text_input(key="extract_1_2_name").value == "h2.test"
    screen = followed(click(screen, "extract_1_2_yes"))
    [job] = [job for job in service.list_jobs() if job.id != 1]
    assert (screen.query_params["id"], job.name, job.created_by) == (str(job.id), "h2.test", "ana")
    assert (job.job_type, job.total_steps, job.is_queued) == (JobType.SINGLE_SCRAPING, 1, True)
    assert "extracted again from the pages of job #1 · ana" in provenance(screen)


def test_a_job_is_extracted_again_with_another_question(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = kept(service)
    screen = opened(open_page(PAGE, id=job_id), "extract", job_id)
    assert "no site is visited" in written(screen)
    form = f"extract_{job_id}_0"
    screen = click(screen, f"{form}_questions_add")
    screen.text_input(key=f"{form}_questions_0_name").set_value("Bread")
    screen.selectbox(key=f"{form}_questions_0_kind").set_value("regex")
    screen.text_input(key=f"{form}_questions_0_expression").set_value("(")
    screen.run()
    assert "cannot be read" in screen.error[-1].value
    assert screen.button(key=f"{form}_yes").disabled
    screen.text_input(key=f"{form}_questions_0_expression").set_value("pan").run()
    click(screen, f"{form}_yes")
    new = service.list_jobs()[0]
    assert [question["expression"] for question in new.config["questions"]] == ["pan"]
    settle(database, *map(stored, claim(database)))
    rows = open_page(PAGE, id=new.id).dataframe[0].value
    before = [step.report_id for step in steps_of(database, job_id)]
    assert [told.split(" · ")[-1] for told in rows["result"]] == [f"extracted again from report {n}" for n in before]


def test_only_a_finished_job_that_stores_pages_offers_it(service: JobService, database: Database) -> None:
    stores = job_of(database, kept(service))
    running = job_of(database, new_job(service, 2, config={"store_html": True}))
    settle(database, *map(completed, claim(database)))
    plain = new_job(service, 1)
    settle(database, *map(completed, claim(database)))
    assert ["extract" in items(job) for job in (stores, running, job_of(database, plain))] == [True, False, False]


def test_a_report_says_which_one_it_was_extracted_again_from(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = kept(service, 1)
    again = service.extract_again(job_id).id
    settle(database, *map(stored, claim(database)))
    [old], [new] = steps_of(database, job_id), steps_of(database, again)
    screen = open_page(REPORT, id=new.report_id)
    assert "extracted again" in written(screen)
    [link] = [link for link in screen.page_link if "stored page of report" in link.label]
    assert (link.label, link.proto.query_string) == (
        f"from the stored page of report {old.report_id}",
        f"id={old.report_id}",
    )
    service.delete_job(job_id)
    assert "the pages of a job that was deleted" in provenance(open_page(PAGE, id=again))
    screen = open_page(REPORT, id=new.report_id)
    assert f"from the stored page of report {old.report_id}, which was deleted" in written(screen)


def test_a_page_that_is_too_large_to_be_stored_is_told(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = kept(service, 1, random.Random(2).randbytes(LARGEST_BYTES + 1))
    screen = open_page(REPORT, id=steps_of(database, job_id)[0].report_id)
    assert "The HTML of this page is too large to be stored." in written(screen)
    assert "Download HTML" not in links(screen)


def test_what_stored_pages_take_and_lose_is_told(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = kept(service)
    with database.reading() as session:
        assert jobs.deletion(session, job_id).stored_pages == 1
    told = written(opened(open_page(PAGE, id=job_id), "delete", job_id))
    assert "- 1 stored page\n" in told + "\n"
    texts = [text.value for text in open_page("pages/settings.py").text]
    assert any(text.startswith("1 page, ") and text.endswith("(1.9 KiB of HTML)") for text in texts), texts
