"""Questions of a job: which ones are refused and why, where their answers stand, how steps are sorted by them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from core import queries
from core.db import Database
from core.errors import InvalidInput
from core.export import export
from core.i18n import speaking
from core.job_config import JobConfig
from core.job_service import JobService
from tests.site import Web
from tests.story import claim, completed, failed, new_job, settle, steps_of

BREAD = {"name": "Bread", "kind": "text", "expression": "pan  de"}


def faults(**config: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as error:
        JobConfig.parse(config)
    return [(str(fault["field"]), str(fault["detail"])) for fault in error.value.errors]


@pytest.mark.parametrize(
    ("question", "field", "told"),
    [
        ({"kind": "regex", "expression": "(a"}, "expression", "missing ), unterminated subpattern at position 0"),
        ({"kind": "regex", "expression": "a{99999999999}"}, "expression", "the repetition number is too large"),
        ({"kind": "css", "expression": "a["}, "expression", "Expected ident or '*', got <EOF at 2>"),
        ({"kind": "css", "expression": "a::first-word"}, "expression", "::first-word is not known"),
        ({"kind": "css", "expression": "svg|a"}, "expression", "HTML has none"),
        ({"kind": "css", "expression": "a", "over": "text"}, "over", "it goes over the HTML"),
        ({"expression": "  "}, "expression", "says nothing to look for"),
        ({"kind": "xpath"}, "kind", "This must be one of: 'text', 'regex', 'css'."),
        ({"expression": "x" * 501}, "expression", "at most 500 characters"),
        ({"name": "a|b"}, "name", "a character that is not allowed"),
        ({"name": " "}, "name", "at least 1 character"),
        ({"flags": "i"}, "flags", "There is no such field."),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_its_name_and_what_is_wrong(
    question: dict[str, str], field: str, told: str
) -> None:
    [(place, detail)] = faults(questions=[BREAD, {**BREAD, "name": "Second", **question}])
    assert place == f"config.questions.2.{field}"
    assert told in detail
    if field in ("expression", "over") and "characters" not in told:
        assert "“Second”" in detail
        with speaking("es"):
            assert faults(questions=[BREAD, {**BREAD, "name": "Second", **question}])[0][1] != detail


def test_a_pattern_that_would_fill_the_memory_when_it_is_compiled_is_cheap_to_refuse_or_take() -> None:
    JobConfig.parse({"questions": [{**BREAD, "kind": "regex", "expression": "((((a{99}){99}){99}){99}){99}"}]})


def test_names_differ_in_more_than_the_case_of_their_letters_and_there_are_at_most_twenty() -> None:
    [(place, told)] = faults(questions=[BREAD, {**BREAD, "name": " BREAD "}])
    assert (place, "two questions “BREAD”" in told) == ("config.questions", True)
    assert faults(questions=[{**BREAD, "name": str(n)} for n in range(21)]) == [
        ("config.questions", "This may have at most 20 entries.")
    ]


@pytest.mark.parametrize("anew", [{"questions": [BREAD]}, {"extra_pages": 1}])
def test_old_reports_are_not_reused_for_what_they_were_not_asked(service: JobService, anew: dict[str, Any]) -> None:
    [(_field, told)] = faults(reuse_days=3, **anew)
    assert "reuse none (0 days)" in told
    job_id = new_job(service, ["h1.test"], start=False, config=anew)
    with pytest.raises(InvalidInput):
        service.update_job(job_id, config={"reuse_days": 3})


def test_a_retry_may_ask_for_extra_pages_of_a_job_that_reuses_reports_but_not_other_questions(
    service: JobService, database: Database
) -> None:
    job_id = new_job(service, ["h1.test"], config={"reuse_days": 3})
    settle(database, failed(claim(database)[0]))
    with pytest.raises(InvalidInput, match="questions"):
        service.retry(job_id, overrides={"questions": [BREAD]})
    service.retry(job_id, overrides={"extra_pages": 2})
    assert claim(database)[0].config.extra_pages == 2


def test_steps_are_sorted_by_how_often_their_pages_have_it(service: JobService, database: Database) -> None:
    name = "a.\"b' ñ"
    job_id = new_job(service, 4, config={"questions": [{**BREAD, "name": name}]})
    counts: dict[str, Any] = {"h1.test": {"count": 2, "found": ["x"]}, "h2.test": {"error": "timeout"}}
    counts["h3.test"] = {"count": 10, "found": ["y"]}
    first, second, third, fourth = claim(database)
    settle(database, *(completed(one, answers={name: counts[one.target]}) for one in (first, second, third)))
    settle(database, failed(fourth))

    def order(descending: bool) -> list[int]:
        with database.reading() as session:
            page = queries.steps.numbered(
                session, job_id, page=1, size=10, order_by=f"answer:{name}", descending=descending
            )
        return [step.step_number for step in page.items]

    assert order(descending=True) == [3, 1, 2, 4]
    assert order(descending=False) == [1, 3, 2, 4]


def test_answers_stand_in_the_report_and_have_columns_of_their_own_in_the_export(tmp_path: Path) -> None:
    questions = [
        BREAD,
        {"name": "title", "kind": "css", "expression": "h1"},
        {"name": "Mail", "kind": "regex", "expression": r"mailto:([^\"?]+)", "over": "html"},
        {"name": "Slow", "kind": "regex", "expression": "(.*a|b*.*)*Z$", "over": "html"},
    ]
    with Web.start() as web:
        service = JobService.open(web.settings(data_dir=tmp_path / "data", extract_processes=1))
        hosts = ["panaderia-elmolino.test", "notfound.test"]
        job_id = new_job(service, hosts, start=False, config={"questions": questions, "max_retries": 0})
        service.execute_job(job_id)
    step = steps_of(service.database, job_id)[0]
    answers = service.get_report(step.report_id or 0).answers
    assert list(answers) == ["Bread", "title", "Mail", "Slow"]
    assert answers["Bread"]["count"] >= 1
    assert "pan de" in answers["Bread"]["found"][0].casefold()
    assert answers["title"]["count"] == 1
    assert answers["Slow"] == {"error": "timeout"}
    with export(service.database, job_id, format="csv") as file:
        good, bad = csv.DictReader(io.StringIO(b"".join(file.chunks).decode("utf-8-sig")))
    assert good["Bread"] == answers["Bread"]["found"][0]
    assert good["title_answer"] == answers["title"]["found"][0] != good["title"]
    assert good["Mail"].splitlines() == answers["Mail"]["found"]
    assert good["Slow"] == "[not answered: it takes too long on this page]"
    assert json.loads(good["answers"]) == answers
    assert (bad["status"], bad["Bread"]) == ("failed", "")
    service.close()
