"""Flagged reports that a person has looked at: what the mark says, who may set it, how it goes away again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core import checks
from core.db import Database
from core.errors import InvalidInput, LoteError, NotFound, Refused
from core.job_service import JobService
from core.queries.rows import FullReportRow
from tests.story import claim, completed, flagged, job_of, later, new_job, settle, steps_of


@pytest.fixture
def job_id(service: JobService, database: Database) -> int:
    """A finished job: one report with a flag, one without."""
    job_id = new_job(service, 2)
    first, second = claim(database)
    settle(database, flagged(first, "thin_text"), completed(second))
    return job_id


@pytest.fixture
def report_id(database: Database, job_id: int) -> int:
    """The report with a flag."""
    return steps_of(database, job_id)[0].report_id or 0


def said(report: FullReportRow) -> tuple[bool, str | None, str | None]:
    return report.checked_at is not None, report.checked_by, report.checked_note


def test_a_check_says_who_when_and_why_and_can_be_taken_back(
    service: JobService, database: Database, job_id: int, report_id: int
) -> None:
    assert job_of(database, job_id).unchecked_steps == 1
    report = service.check_report(report_id, " ana ", " A small site,\nbut theirs. ")
    assert said(report) == (True, "ana", "A small site,\nbut theirs.")
    assert report.checked_at and report.checked_at <= later(0)
    assert (report.flag_count, [flag["flag"] for flag in report.flags]) == (1, ["thin_text"])
    assert (job_of(database, job_id).flagged_steps, job_of(database, job_id).unchecked_steps) == (1, 0)
    assert service.get_report(report_id) == report
    for _tab in range(2):
        assert said(service.uncheck_report(report_id)) == (False, None, None)
    assert job_of(database, job_id).unchecked_steps == 1


def test_the_same_check_from_another_tab_changes_nothing(service: JobService, report_id: int) -> None:
    first = service.check_report(report_id, "ana", "fine")
    assert service.check_report(report_id, "ana", "fine ") == first
    for author, note in (("bea", "fine"), ("ana", "worthless")):
        with pytest.raises(Refused, match="ana has checked this report already: “fine”"):
            service.check_report(report_id, author, note)
    assert service.get_report(report_id) == first
    service.uncheck_report(report_id)
    assert said(service.check_report(report_id, "bea")) == (True, "bea", None)


def test_of_two_checks_at_once_one_stands_whole(service: JobService, report_id: int) -> None:
    def check(author: str) -> str | None:
        try:
            return service.check_report(report_id, author, f"seen by {author}").checked_by
        except LoteError:
            return None

    with ThreadPoolExecutor(4) as threads:
        won = [author for author in threads.map(check, ["ana", "bea", "carl", "dora"]) if author]
    assert said(service.get_report(report_id)) == (True, won[0], f"seen by {won[0]}")
    assert len(won) == 1


def test_without_flags_there_is_nothing_to_check(service: JobService, database: Database, job_id: int) -> None:
    with pytest.raises(Refused, match="has no flags"):
        service.check_report(steps_of(database, job_id)[1].report_id or 0, "ana")


@pytest.mark.parametrize("report_id", [0, -1, 99, 2**63])
def test_a_report_that_is_not_there_is_told(service: JobService, report_id: int) -> None:
    with pytest.raises(NotFound):
        service.check_report(report_id, "ana")
    with pytest.raises(NotFound):
        service.uncheck_report(report_id)


@pytest.mark.parametrize(
    ("author", "note", "field"),
    [("", "x", "author"), (" ", "x", "author"), ("a" * 201, "x", "author"), ("ana", "x" * 1_001, "note")],
)
def test_a_check_needs_a_name_and_a_note_that_fits(
    service: JobService, report_id: int, author: str, note: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.check_report(report_id, author, note)
    assert [fault["field"] for fault in refused.value.errors] == [field]
    assert said(service.get_report(report_id)) == (False, None, None)


def test_what_no_database_takes_is_cleaned_and_still_the_same_check(service: JobService, report_id: int) -> None:
    note = "a\x00b\ud800" + "x" * (checks.LONGEST_NOTE - 4)
    assert service.check_report(report_id, "ana", note) == service.check_report(report_id, "ana", note)
