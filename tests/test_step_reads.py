"""Steps as lists ask for them: sorted by any column, found by the name that people read."""

from typing import Any

import pytest
import sqlalchemy as sa

from core import queries
from core.db import Database
from core.job_service import JobService
from core.models import Report
from core.queries.steps import EXTRA, ORDERS
from core.targets import Policy, parse_rows
from tests.story import claim, completed, failed, new_job, settle

LISTED = {"emails": ["a@h1.test"], "tags": ["x", "y"]}


def numbers(database: Database, job_id: int, **asked: Any) -> list[int]:
    """The numbers of the steps on the first page."""
    with database.reading() as session:
        page = queries.steps.numbered(session, job_id, page=1, size=50, **asked)
    return [step.step_number for step in page.items]


@pytest.fixture
def job_id(service: JobService, database: Database) -> int:
    """Three good steps and a failed one."""
    job_id = new_job(service, 4)
    first, second, third, fourth = claim(database)
    told = [
        completed(first, title="beta", word_count=3, language_detected="en", **LISTED),
        completed(second, title="Alpha", word_count=20, emails=["a@h2.test", "b@h2.test"]),
        completed(third, title=None, word_count=100, answers={"x": "1"}),
        failed(fourth),
    ]
    for one in told:
        settle(database, one)
    return job_id


@pytest.mark.parametrize(
    ("order_by", "upwards", "downwards"),
    [
        ("word_count", [1, 2, 3, 4], [3, 2, 1, 4]),
        ("title", [2, 1, 3, 4], [1, 2, 3, 4]),
        ("emails", [3, 1, 2, 4], [2, 1, 3, 4]),
        ("language_detected", [1, 2, 3, 4], [1, 2, 3, 4]),
        ("error_kind", [4, 1, 2, 3], [4, 1, 2, 3]),
        ("step_number", [1, 2, 3, 4], [4, 3, 2, 1]),
    ],
)
def test_the_whole_job_is_sorted_and_what_has_no_value_comes_last(
    database: Database, job_id: int, order_by: str, upwards: list[int], downwards: list[int]
) -> None:
    assert numbers(database, job_id, order_by=order_by) == upwards
    assert numbers(database, job_id, order_by=order_by, descending=True) == downwards


def test_every_column_of_a_report_can_be_sorted_by(database: Database, job_id: int) -> None:
    for name in (*ORDERS, *(column.name for column in sa.inspect(Report).columns)):
        assert queries.steps.is_order(name)
        assert sorted(numbers(database, job_id, order_by=name)) == [1, 2, 3, 4], name
    assert not queries.steps.is_order("nothing")


def test_columns_of_the_list_can_be_sorted_by_whatever_they_are_called(service: JobService, database: Database) -> None:
    for name in ("Firma", 'a "quoted" name', "with.dots", "año", "$"):
        given = [(n, f"h{n}.test", {name: value}) for n, value in ((1, "b"), (2, "C"), (3, "a"))]
        job_id = service.create_batch_scraping_job(parse_rows(given, policy=Policy.of(service.settings))).job.id
        assert numbers(database, job_id, order_by=EXTRA + name) == [3, 1, 2], name
        assert numbers(database, job_id, order_by=f"{EXTRA}gone") == [1, 2, 3]


def test_names_are_found_as_they_are_read_typed_and_stored(service: JobService, database: Database) -> None:
    shown = ["españa.test", "other.test/año", "аpple.test", "plain.test"]
    job_id = new_job(service, shown)
    assert numbers(database, job_id, q="españa") == [1]
    assert numbers(database, job_id, q="ESPAÑA.test") == [1]
    assert numbers(database, job_id, q="spañ") == [1]
    assert numbers(database, job_id, q="xn--espaa") == [1]
    assert numbers(database, job_id, q="other.test/año") == [2]
    assert numbers(database, job_id, q="аpple") == [3]
    assert numbers(database, job_id, q="apple") == []
    assert numbers(database, job_id, q="ñ..-\u200b") == []
