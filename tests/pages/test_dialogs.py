"""Dialogs about a job: they stay through refreshes, ask before something is lost, and leave with their screen."""

from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from core.states import JobStatus
from tests.pages.conftest import Opened, click
from tests.pages.test_job import PAGE, ended, written
from tests.story import claim, completed, job_of, new_job, settle


def links(screen: AppTest) -> dict[str, str]:
    return {str(link.key).removeprefix("export_"): link.proto.url for link in screen.link_button}


def test_the_export_offers_formats_rows_and_separators_in_the_readers_language(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = ended(service, database, 2, 0)
    screen = click(open_page(PAGE, id=job_id), "act_export")
    assert links(screen)["xlsx"].endswith(f"/api/jobs/{job_id}/export?format=xlsx&rows=lines&language=en")
    for key, value in (("export_rows", "steps"), ("export_separator", ";")):
        next(group for group in screen.button_group if group.key == key).set_value(value)
    screen.run()
    assert links(screen)["csv"].endswith("?format=csv&rows=steps&language=en&separator=%3B")


def test_a_dialog_stays_while_the_job_goes_on_and_leaves_with_the_screen(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 2)
    screen = click(open_page(PAGE, id=job_id), "act_cancel")
    assert screen.button(key=f"cancel_{job_id}_yes")
    settle(database, *map(completed, claim(database)))
    screen.run()
    assert "This job has ended meanwhile." in written(screen)
    screen.query_params["id"] = str(new_job(service))
    assert "This job has ended meanwhile." not in written(screen.run())


def test_a_job_is_cancelled_after_a_question(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = new_job(service, 2)
    screen = click(open_page(PAGE, id=job_id), "act_cancel")
    screen = click(screen, f"cancel_{job_id}_no")
    assert not job_of(database, job_id).is_final
    assert f"cancel_{job_id}_yes" not in [button.key for button in screen.button]
    click(click(screen, "act_cancel"), f"cancel_{job_id}_yes")
    assert job_of(database, job_id).status is JobStatus.CANCELLED
