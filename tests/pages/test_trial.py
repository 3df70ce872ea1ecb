"""Try on one URL: one job of one target, told below the options for as long as it goes on; the next try replaces it."""

from typing import Any

from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from core.states import JobType
from pages.ui import draft
from tests.pages.conftest import Opened, click, done
from tests.story import claim, completed, failed, settle


def asking(screen: AppTest, text: str = "") -> AppTest:
    """New job with a list and a question."""
    screen.text_area(key=draft.TEXT).set_value(text)
    screen = click(screen, "new_questions_add")
    screen.text_input(key="new_questions_0_expression").set_value("bread")
    return done(screen.run())


def attempt(screen: AppTest, url: str = "") -> AppTest:
    screen.text_input(key=draft.TRIED_URL).set_value(url)
    return click(screen, "new_trial_button")


def told(screen: AppTest) -> str:
    elements: Any = (*screen.text, *screen.caption, *screen.markdown, *screen.error)
    return "\n".join(element.value for element in elements).replace("\\", "")


def test_the_first_target_is_tried_with_the_present_options_and_its_answers_are_shown(
    form: Opened, service: JobService, database: Database
) -> None:
    screen = attempt(asking(form(), "# list\nshop.test\nother.test\n"))
    [job] = service.list_jobs()
    assert (job.job_type, job.name, job.priority, job.is_queued) == (
        JobType.SINGLE_SCRAPING,
        "Try: shop.test",
        10,
        True,
    )
    assert (job.config["questions"][0]["name"], job.config["max_retries"]) == ("bread", 0)
    assert "Waiting: no engine is running" in told(screen)
    answers = {"bread": {"count": 2, "found": ["fresh **bread** daily"]}}
    flags = [{"flag": "thin_text", "evidence": "3 words"}]
    settle(database, completed(claim(database)[0], answers=answers, flags=flags, emails=["a@shop.test"]))
    screen = done(screen.run())
    assert "fresh **bread** daily\n2 × in all" in [text.value for text in screen.text]
    assert {"3 words", "a@shop.test", "Title of shop.test"} <= {text.value for text in screen.text}
    assert screen.text_area(key=draft.TEXT).value == "# list\nshop.test\nother.test\n", "the list stays"
    assert "Nothing is saved before you create the job." in told(screen)


def test_another_try_takes_the_place_of_the_one_before(form: Opened, service: JobService, database: Database) -> None:
    screen = attempt(asking(form()), "https://shop.test/a")
    screen = attempt(screen, "https://shop.test/b")
    [job] = service.list_jobs()
    assert job.name == "Try: https://shop.test/b"
    screen = click(screen, "new_trial_button")
    assert [again.id for again in service.list_jobs()] == [job.id], "a second click is the same try"
    settle(database, failed(claim(database)[0]))
    screen = done(screen.run())
    assert "The time limit ran out. Run it again with a longer time limit." in told(screen)
    assert "Timed out after 30 s" in told(screen)
    service.delete_job(job.id)
    assert "The job of this try was deleted." in told(done(screen.run()))


def test_what_cannot_be_tried_is_told_and_makes_no_job(form: Opened, service: JobService) -> None:
    assert "There is no URL to try" in told(attempt(asking(form())))
    assert "rejected" in told(attempt(asking(form()), "ftp://shop.test/"))
    screen = asking(form(), "shop.test")
    screen.selectbox(key="new_questions_0_kind").set_value("css")
    screen.text_input(key="new_questions_0_expression").set_value("a[")
    assert "The CSS selector of the question “a[” cannot be read" in told(attempt(screen))
    assert service.list_jobs() == []
