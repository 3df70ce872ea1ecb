"""Why a pending step waits and until when, from the rows that the queue writes; in words."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core import hosts, i18n, queries, queue
from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.models import JOBS
from core.targets import Policy
from core.waits import Wait, WaitKind, sentence
from tests.story import claim, completed, failed, later, lost, new_job, settle, steps_of

NOW = datetime(2030, 3, 1, 10, 0, tzinfo=UTC)


def waits(database: Database, job_id: int, now: datetime) -> dict[int, Wait]:
    """Step number → wait."""
    with database.reading() as session:
        job = queries.jobs.get(session, job_id)
        steps = queries.steps.page(session, job_id, limit=100).items
        found = queries.waits.of_steps(session, job, steps, now)
    return {step.step_number: found[step.id] for step in steps if step.id in found}


def test_a_retry_waits_for_its_moment(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 2, config={"max_retries": 2}), datetime.now(UTC)
    first, _second = claim(database, now=now)
    settle(database, failed(first, retry_in=30), now=now)
    assert waits(database, job_id, now) == {1: Wait(WaitKind.RETRY, "h1.test", later(30, now), attempt=2, attempts=3)}
    assert waits(database, job_id, later(31, now)) == {}


def test_options_of_a_retried_step_count(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 1, config={"max_retries": 0}), datetime.now(UTC)
    settle(database, failed(claim(database, now=now)[0]), now=now)
    service.retry(job_id, overrides={"max_retries": 5})
    now = datetime.now(UTC)
    settle(database, failed(claim(database, now=now)[0], retry_in=30), now=now)
    assert waits(database, job_id, now)[1].attempts == 6


def test_retry_after_is_named_also_for_the_other_pages(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, ["a.test/1", "a.test/2"]), datetime.now(UTC)
    [only] = claim(database, now=now)
    answer = queue.Failed(only, FailureKind.HTTP_429, "429", 429, 120.0, retry_after_seconds=120.0)
    settle(database, answer, now=now)
    assert claim(database, now=later(1, now)) == []
    asked = Wait(WaitKind.RETRY_AFTER, "a.test", later(120, now))
    assert waits(database, job_id, later(2, now)) == {1: asked, 2: asked}


def test_pages_wait_for_the_visit_and_then_for_the_pause(service: JobService, database: Database) -> None:
    job_id, now = (
        new_job(service, ["a.test/1", "a.test/2", "a.test/3"], config={"interval_seconds": 10}),
        datetime.now(UTC),
    )
    [only] = claim(database, now=now)
    assert {n: one.kind for n, one in waits(database, job_id, later(1, now)).items()} == {
        2: WaitKind.VISIT,
        3: WaitKind.OTHER_PAGES,
    }
    settle(database, completed(only), now=later(2, now))
    claim(database, now=later(3, now))
    assert waits(database, job_id, later(3, now)) == {
        2: Wait(WaitKind.INTERVAL, "a.test", later(12, now), seconds=10),
        3: Wait(WaitKind.OTHER_PAGES, "a.test"),
    }


def test_a_crawl_delay_and_a_pause_set_by_people_are_named(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, ["a.test/1", "a.test/2"], config={"interval_seconds": 1}), datetime.now(UTC)
    [only] = claim(database, now=now)
    settle(database, queue.Completed(only, completed(only).report, "text", crawl_delay_seconds=20.0), now=now)
    claim(database, now=later(2, now))
    assert waits(database, job_id, later(2, now)) == {
        2: Wait(WaitKind.CRAWL_DELAY, "a.test", later(20, now), seconds=20)
    }
    with database.writing() as session:
        hosts.set_interval(session, "a.test", 50, Policy.of(service.settings))
    claim(database, now=later(2, now))
    assert waits(database, job_id, later(2, now)) == {2: Wait(WaitKind.SET_PAUSE, "a.test", later(50, now), seconds=50)}


def test_a_step_that_was_handed_back_waits_for_its_moment(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 1), datetime.now(UTC)
    [only] = claim(database, now=now)
    settle(database, queue.Lost(only, 30.0), now=now)
    assert waits(database, job_id, now) == {1: Wait(WaitKind.MOMENT, "h1.test", later(30, now))}


def test_who_waits_for_a_lane_only_has_nothing_to_tell(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 5, config={"concurrency": 1}), datetime.now(UTC)
    claim(database, now=now)
    assert waits(database, job_id, now) == {}


def test_a_job_that_does_not_run_has_nothing_to_tell_by_step(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 2), datetime.now(UTC)
    first, second = claim(database, now=now)
    settle(database, failed(first, retry_in=300), lost(second), now=now)
    service.pause_job(job_id)
    assert waits(database, job_id, now) == {}
    with database.writing() as session:
        bad = sa.update(JOBS).where(JOBS.c.id == job_id).values(status="running", config={"concurrency": 0})
        session.execute(bad)
    assert waits(database, job_id, now) == {}


def test_the_read_is_one_query_whatever_the_page(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, [f"a.test/{n}" for n in range(90)]), datetime.now(UTC)
    claim(database, now=now)
    statements: list[str] = []
    with database.reading() as session:
        job, steps = queries.jobs.get(session, job_id), steps_of(database, job_id)
        listen = lambda *given: statements.append(given[2])  # noqa: E731 - SQLAlchemy wants the same object to forget it
        sa.event.listen(database.engine, "before_cursor_execute", listen)
        found = queries.waits.of_steps(session, job, steps, later(1, now))
        sa.event.remove(database.engine, "before_cursor_execute", listen)
    assert len(statements) == 1
    assert sum(one.kind is WaitKind.VISIT for one in found.values()) == 1
    assert sum(one.kind is WaitKind.OTHER_PAGES for one in found.values()) == len(found) - 1 > 50


@pytest.mark.parametrize(
    ("wait", "english", "spanish"),
    [
        (
            Wait(WaitKind.RETRY, "foo.es", NOW, 2, 3),
            "waits until 10:00: attempt 2 of 3",
            "espera hasta 10:00: intento 2 de 3",
        ),
        (
            Wait(WaitKind.RETRY_AFTER, "foo.es", NOW),
            "waits until 10:00: Retry-After of foo.es",
            "espera hasta 10:00: Retry-After de foo.es",
        ),
        (
            Wait(WaitKind.INTERVAL, "foo.es", NOW, seconds=1.5),
            "waits until 10:00: 1.5 s between visits to foo.es",
            "espera hasta 10:00: 1,5 s entre visitas a foo.es",
        ),
        (
            Wait(WaitKind.CRAWL_DELAY, "foo.es", NOW, seconds=20.0),
            "waits until 10:00: Crawl-delay of 20 s of foo.es",
            "espera hasta 10:00: Crawl-delay de 20 s de foo.es",
        ),
        (
            Wait(WaitKind.SET_PAUSE, "foo.es", NOW, seconds=50.0),
            "waits until 10:00: a pause of 50 s is set for foo.es",
            "espera hasta 10:00: foo.es tiene una pausa fijada de 50 s",
        ),
        (Wait(WaitKind.MOMENT, "foo.es", NOW), "waits until 10:00", "espera hasta 10:00"),
        (
            Wait(WaitKind.VISIT, "foo.es"),
            "waits: a visit to foo.es is on its way",
            "espera: hay una visita a foo.es en curso",
        ),
        (
            Wait(WaitKind.OTHER_PAGES, "foo.es"),
            "waits: other pages of foo.es come first",
            "espera: otras páginas de foo.es van antes",
        ),
    ],
)
def test_a_wait_in_words(wait: Wait, english: str, spanish: str) -> None:
    for language, words in (("en", english), ("es", spanish)):
        i18n.use(language)
        assert sentence(wait, lambda moment: f"{moment:%H:%M}") == words
    i18n.use("en")
