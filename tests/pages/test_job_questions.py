"""Questions on the screens: written on New job, kept by Duplicate, told when they cannot be asked."""

from typing import Any

from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from pages.ui import draft
from tests.pages.conftest import Opened, click, done
from tests.story import claim, completed, failed, new_job, settle, steps_of

ASKED = [
    {"name": "Bread", "kind": "text", "expression": "pan de", "over": "text"},
    {"name": "Shop", "kind": "css", "expression": "a.shop::attr(href)", "over": "html"},
]


def ask(screen: AppTest, number: int, **typed: str) -> AppTest:
    """One more question."""
    screen = click(screen, "new_questions_add")
    for field, value in typed.items():
        box: Any = screen.selectbox if field in ("kind", "over") else screen.text_input
        screen = done(box(key=f"new_questions_{number}_{field}").set_value(value).run())
    return screen


def told(screen: AppTest) -> str:
    return "\n".join(element.value for element in (*screen.caption, *screen.error, *screen.markdown))


def test_questions_are_written_told_in_one_line_and_stand_in_the_job(form: Opened, service: JobService) -> None:
    screen = form()
    screen.text_area(key=draft.TEXT).set_value("shop.test")
    screen = ask(screen, 0, name="Bread", expression="pan de")
    screen = ask(screen, 1, name="gone", expression="x")
    screen = ask(screen, 2, name="Shop", kind="css", expression="a.shop::attr(href)")
    screen = ask(screen, 3)  # left empty
    screen = click(screen, "new_questions_1_remove")
    screen = done(screen.number_input(key="new_extra_pages").set_value(2).run())
    assert "up to 2 extra pages, 2 questions" in told(screen)
    assert '"expression": "pan de"' in screen.code[0].value, "the same as an API call"
    click(screen, "new_create")
    [job] = service.list_jobs()
    assert (job.config["questions"], job.config["extra_pages"]) == (ASKED, 2)


def test_a_question_without_a_name_is_called_what_it_looks_for(form: Opened, service: JobService) -> None:
    screen = form()
    screen.text_area(key=draft.TEXT).set_value("shop.test")
    screen = ask(screen, 0, expression="bread|milk", kind="regex", over="html")
    click(screen, "new_create")
    assert service.list_jobs()[0].config["questions"] == [
        {"name": "bread/milk", "kind": "regex", "expression": "bread|milk", "over": "html"}
    ]


def test_a_question_that_cannot_be_asked_is_told_and_makes_no_job(form: Opened, service: JobService) -> None:
    screen = form()
    screen.text_area(key=draft.TEXT).set_value("shop.test")
    screen = ask(screen, 0, name="Price", kind="regex", expression="([0-9]+")
    sentence = "The regular expression of the question “Price” cannot be read: missing ), unterminated subpattern"
    assert sentence in told(screen).replace("\\", "")
    screen = click(screen, "new_start")
    assert service.list_jobs() == []
    assert sentence in told(screen).replace("\\", "")
    assert screen.text_input(key="new_questions_0_expression").value == "([0-9]+", "what was typed stays"


def test_duplicate_run_again_and_configuration_keep_the_questions(
    form: Opened, open_page: Opened, service: JobService
) -> None:
    job_id = new_job(service, ["shop.test"], start=False, config={"questions": ASKED})
    screen = form(**{"from": job_id})
    click(screen, "new_create")
    again = service.run_again(job_id)
    assert [job.config["questions"] for job in service.list_jobs()] == [ASKED] * 3
    screen = open_page("pages/job.py", id=job_id, tab="configuration")
    assert screen.text_input(key=f"edit_{job_id}_questions_1_name").value == "Shop"
    screen = click(screen, f"edit_{job_id}_questions_0_remove")
    screen = click(screen, f"edit_{job_id}_save")
    assert service.get_job_status(job_id).config["questions"] == ASKED[1:]
    screen = open_page("pages/job.py", id=again.id, tab="configuration")
    assert '"expression": "pan de"' in screen.code[0].value


ANSWERS = {
    "Bread": {"count": 3, "found": ["… fresh pan de **molde** …"]},
    "Shop": {"count": 0, "found": []},
}


def answered(service: JobService, database: Database) -> int:
    """A job whose first page has answers, whose second took too long for one, and whose third failed."""
    job_id = new_job(service, 3, config={"questions": ASKED})
    first, second, third = claim(database)
    told = [completed(first, answers=ANSWERS), completed(second, answers={"Shop": {"error": "timeout"}}), failed(third)]
    settle(database, *told)
    return job_id


def test_answers_are_columns_of_the_steps_from_the_start_and_can_be_hidden(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = answered(service, database)
    screen = open_page("pages/job.py", id=job_id, sort="-answer:Bread")
    table = screen.dataframe[0].value
    assert list(table["step_number"]) == [1, 2, 3]
    assert list(table["answer:Bread"].fillna("")) == ["3 × … fresh pan de **molde** …", "", ""]
    assert list(table["answer:Shop"].fillna("")) == ["no", "not answered: it takes too long on this page", ""]
    offered = screen.multiselect(key="steps_columns")
    assert offered.options[:2] == ["Bread", "Shop"]
    screen = done(offered.set_value([]).run())
    assert screen.query_params["columns"] == "-"
    assert "answer:Bread" not in screen.dataframe[0].value
    screen = open_page("pages/job.py", id=job_id, columns="word_count|answer:Shop")
    assert list(screen.dataframe[0].value.columns)[-3:] == ["word_count", "answer:Shop", "report"]


def test_a_report_tells_its_answers_and_which_page_says_how_to_reach_the_owner(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 1, config={"questions": ASKED, "extra_pages": 2})
    url = "https://h1.test/"
    columns = {
        "answers": {**ANSWERS, "*Odd*": {"error": "failed"}},
        "emails": ["info@h1.test", "jobs@h1.test"],
        "contact_sources": {"info@h1.test": url, "jobs@h1.test": f"{url}contact?a=1"},
        "extra_pages": [
            {"url": f"{url}contact?a=1", "kind": "contact", "status": 200},
            {"url": f"{url}legal", "kind": "legal", "error_kind": "robots"},
        ],
    }
    settle(database, completed(claim(database)[0], **columns))
    report_id = steps_of(database, job_id)[0].report_id
    screen = open_page("pages/report.py", id=report_id)
    texts = [text.value for text in screen.text]
    assert "… fresh pan de **molde** …\n3 × in all" in texts
    assert "no" in texts
    assert "not answered: the page could not be searched for it" in texts
    assert r"\*Odd\*" in [caption.value for caption in screen.caption]
    screen = open_page("pages/report.py", id=report_id, tab="links")
    assert "info@h1.test\njobs@h1.test   (/contact?a=1)" in [text.value for text in screen.text]
    [pages] = [frame.value for frame in screen.dataframe if "value" in frame.value]
    assert list(pages["name"]) == ["contact", "legal notice"]
    assert list(pages["value"]) == ["HTTP 200", "The site's robots.txt does not allow this visit."]
