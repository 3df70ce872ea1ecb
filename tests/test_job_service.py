"""The use-cases as a Python program has them."""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from core import queries, reasons
from core.errors import DatabaseUnusable, InvalidInput, Refused
from core.job_service import JobService
from core.settings import Settings
from core.targets import Policy, parse_rows
from tests.story import claim, completed, engine_lives, job_of, new_job, settle


def test_what_was_given_is_kept_line_by_line_and_comes_back(service: JobService) -> None:
    text = "# mine\nHTTPS://A.test/, b.test\nbad_!.test\na.test\n"
    created = service.create_batch_scraping_job(text, name="  Two\n names ", created_by="ana")
    assert (created.job.name, created.job.total_steps, created.job.created_by) == ("Two names", 2, "ana")
    assert [(r["line"], r["reason"]) for r in created.rejected] == [(3, "bad_character")]
    assert created.duplicates == [{"line": 4, "input": "a.test", "duplicate_of": 2}]
    assert service.input_text(created.id).split("\n") == ["HTTPS://A.test/", "b.test", "bad_!.test", "a.test"]


def test_the_other_columns_of_a_table_are_kept_in_their_order(service: JobService) -> None:
    rows = [(2, "a.test", {"z": "1", "a": "2"}), (3, "nope_!.test", {"z": "3", "a": "4"})]
    created = service.create_batch_scraping_job(parse_rows(rows, Policy.of(service.settings)))
    with service.database.reading() as session:
        lines = queries.lines.all_of(session, created.id)
        assert queries.lines.extra_columns(session, created.id) == ["z", "a"]
    assert [list((line.extra or {}).items()) for line in lines] == [[("z", "1"), ("a", "2")], [("z", "3"), ("a", "4")]]


def test_run_again_makes_the_same_job_anew(service: JobService) -> None:
    created = service.create_batch_scraping_job("a.test\nA.test\nbad_!.test", name="Weekly", config={"concurrency": 2})
    again = service.run_again(created.id, "ana")
    assert (again.name, again.total_steps, again.config["concurrency"]) == ("Weekly", 1, 2)
    assert again.is_queued
    with service.database.reading() as session:
        verdicts = [line.verdict for line in queries.lines.all_of(session, again.id)]
    assert verdicts == ["ok", "duplicate", "rejected"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"domains": []}, "No line of the list"),
        ({"domains": ["bad_!.test"]}, "No line of the list"),
        ({"domains": ["a.test"], "priority": 11}, "11"),
        ({"domains": ["a.test"], "name": "x" * 201}, "200"),
        ({"domains": ["a.test"], "config": {"concurrency": 0}}, "config.concurrency"),
        ({"domains": ["a.test"], "config": {"surprise": 1}}, "config.surprise"),
        ({"domains": [f"h{n}.test" for n in range(6)]}, "5 are allowed"),
    ],
)
def test_bad_input_is_named_and_creates_nothing(values: dict[str, object], said: str, tmp_path: Path) -> None:
    settings = Settings.load(data_dir=tmp_path, dns_overrides="*.test=127.0.0.1", max_steps_per_job=5)
    service = JobService.open(settings)
    with pytest.raises(InvalidInput, match=said):
        service.create_batch_scraping_job(**values)  # type: ignore[arg-type]
    assert service.list_jobs() == []
    service.close()


def test_a_single_scraping_takes_one_domain(service: JobService) -> None:
    assert service.create_single_scraping_job("a.test").job.job_type == "single_scraping"
    with pytest.raises(InvalidInput, match="2 domains"):
        service.create_single_scraping_job("a.test, b.test")


def test_before_the_start_all_may_change_and_afterwards_what_holds_for_the_whole_job(service: JobService) -> None:
    job_id = new_job(service, 2, start=False)
    assert service.update_job(job_id, config={"timeout_seconds": 9}).config["timeout_seconds"] == 9
    service.start_job(job_id)
    claim(service.database)
    changed = service.update_job(job_id, name="New", priority=3, config={"concurrency": 7, "interval_seconds": 2})
    assert (changed.name, changed.priority, changed.config["concurrency"]) == ("New", 3, 7)
    with pytest.raises(Refused, match="timeout_seconds cannot change any more"):
        service.update_job(job_id, config={"timeout_seconds": 10, "concurrency": 8})
    assert job_of(service.database, job_id).config["concurrency"] == 7


def test_a_waiting_job_says_why(service: JobService) -> None:
    database = service.database
    assert job_of(database, new_job(service, 1, start=False)).status_reason == {"code": "not_started"}
    new_job(service, 1, priority=5)
    waiting = new_job(service, 1)
    assert job_of(database, waiting).status_reason == {"code": "no_engine"}
    assert reasons.sentence(job_of(database, waiting)) == "Waiting: no engine is running"
    engine_lives(database)
    assert job_of(database, waiting).status_reason == {"code": "waiting", "ahead": 1}


def test_a_running_job_says_when_nobody_works_on_it(service: JobService) -> None:
    job_id = new_job(service, 1)
    claim(service.database)
    assert (job := job_of(service.database, job_id)).status_reason == {"code": "no_engine"}
    assert reasons.sentence(job) == "Waiting: no engine is running"
    engine_lives(service.database)
    assert job_of(service.database, job_id).status_reason is None


def test_lists_and_reports_are_at_hand(service: JobService) -> None:
    job_id = new_job(service, 2, name="Find me")
    settle(service.database, *(completed(c) for c in claim(service.database)))
    assert [job.id for job in service.list_jobs({"q": "find", "status": "completed"})] == [job_id]
    assert [job.id for job in service.list_jobs({"q": "h2.te"})] == [job_id]
    steps = service.list_steps(job_id)
    assert service.get_report(steps[1].report_id or 0).text == "Text of h2.test"


def test_comments_are_changed_by_their_authors_only(service: JobService) -> None:
    comment = service.add_comment(new_job(service, 1), "ana", "first")
    with pytest.raises(Refused, match="Only ana"):
        service.edit_comment(comment.id, "eva", "mine now")
    with pytest.raises(Refused, match="Only ana"):
        service.delete_comment(comment.id, "eva")
    assert service.edit_comment(comment.id, "ana", "second").body == "second"
    service.delete_comment(comment.id, "ana")


def _open_in_child(data_dir: Path, answer: Connection) -> None:
    try:
        JobService.open(Settings.load(data_dir=data_dir))
    except DatabaseUnusable as error:
        answer.send(str(error))


def test_a_script_without_its_main_guard_is_told_so(tmp_path: Path) -> None:
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_open_in_child, args=(tmp_path, there))
    child.start()
    assert '__name__ == "__main__"' in here.recv()
    child.join()
    child.close()
    here.close()
    there.close()
