"""Stored pages: once each, as long as a report has them; jobs that read them, which have to do with no host."""

import random
import threading
import time

import pytest
import sqlalchemy as sa

from core import queries, queue
from core.db import Database
from core.errors import InvalidInput, NotFound, Refused
from core.job_service import JobService
from core.models import HOSTS, JOB_STEPS, REPORTS
from core.queries import hosts as ledger
from core.queries import runs
from core.queries.rows import Deletion, StepRow
from core.states import JobStatus, JobType, StepStatus
from core.stored_page import LARGEST_BYTES
from tests.queue.locks import until_somebody_waits
from tests.story import (
    NOW,
    assert_counters_hold,
    claim,
    completed,
    failed,
    job_of,
    later,
    lost,
    new_job,
    settle,
    steps_of,
    stored,
)

PAGE = b"<title>Kept</title>"
POLITE = {"store_html": True, "interval_seconds": 60, "concurrency": 64}
SLOW = {"interval_seconds": 60, "concurrency": 1}


def scraped(service: JobService, targets: int | list[str] = 2, html: bytes | None = PAGE, **options: object) -> int:
    """A finished job; all its pages are the same, or each its own for None."""
    job_id = new_job(service, targets, **{"config": {"store_html": True}, **options})
    claims = claim(service.database, only_job=job_id)
    settle(service.database, *(stored(one, one.target.encode() if html is None else html) for one in claims))
    return job_id


def again(service: JobService, job_id: int, **options: object) -> int:
    return service.extract_again(job_id, **options).id


def pages(database: Database) -> int:
    with database.reading() as session:
        return queries.stored_pages.sizes(session).pages


def html_of(database: Database, step: StepRow) -> bytes:
    with database.reading() as session:
        return queries.stored_pages.html(session, step.report_id or 0).page


def test_a_page_is_stored_once_and_goes_with_its_last_report(service: JobService, database: Database) -> None:
    first, second = scraped(service, 2), scraped(service, 1)
    third = scraped(service, 3, None)
    assert pages(database) == 1 + 3
    with database.reading() as session:
        sizes = queries.stored_pages.sizes(session)
    assert (sizes.bytes, sizes.stored_bytes > 0) == (len(PAGE) + 3 * len("h1.test"), True)
    assert html_of(database, steps_of(database, first)[0]) == PAGE
    assert service.deletion_counts(first).stored_pages == 0
    assert service.delete_job(first) == Deletion(2, 2, 2, 0)
    assert html_of(database, steps_of(database, second)[0]) == PAGE
    assert service.delete_job(third).stored_pages == 3
    assert service.delete_job(second) == Deletion(1, 1, 1, 0, stored_pages=1)
    assert pages(database) == 0


def test_the_page_of_a_report_that_another_job_uses_stays(service: JobService, database: Database) -> None:
    first = new_job(service, 2, config={"store_html": True})
    settle(database, *(stored(one, one.target.encode(), fetched_at=later(-60)) for one in claim(database)))
    reusing = new_job(service, ["h1.test"], config={"reuse_days": 1, "store_html": True})
    assert service.deletion_counts(first) == Deletion(2, 2, 1, 0, kept_reports=1, stored_pages=1)
    service.delete_job(first)
    assert (pages(database), html_of(database, steps_of(database, reusing)[0])) == (1, b"h1.test")
    assert service.delete_job(reusing).stored_pages == 1
    assert pages(database) == 0


def test_a_job_that_stores_pages_reuses_only_reports_with_one(service: JobService, database: Database) -> None:
    plain = new_job(service, 1)
    settle(database, *(completed(one, fetched_at=later(-60)) for one in claim(database)))
    asked = {"reuse_days": 1, "store_html": True}
    [step] = steps_of(database, new_job(service, 1, config=asked))
    assert step.status is StepStatus.PENDING
    settle(database, *(stored(one, fetched_at=later(-30)) for one in claim(database)))
    [step] = steps_of(database, new_job(service, 1, config=asked))
    assert (step.is_reused, step.report_id != steps_of(database, plain)[0].report_id) == (True, True)


def test_a_page_that_is_too_large_even_packed_is_not_stored_and_that_is_said(
    service: JobService, database: Database
) -> None:
    job_id = scraped(service, 1, random.Random(1).randbytes(LARGEST_BYTES + 1))
    [step] = steps_of(database, job_id)
    assert (step.status, pages(database)) == (StepStatus.COMPLETED, 0)
    with pytest.raises(NotFound, match="16 MiB"):
        html_of(database, step)
    with pytest.raises(Refused, match="no stored pages"):
        again(service, job_id)
    plain = new_job(service, 1)
    settle(database, *map(completed, claim(database)))
    with pytest.raises(NotFound, match="did not ask"):
        html_of(database, steps_of(database, plain)[0])


def test_a_report_that_gets_a_page_while_the_last_other_one_goes_keeps_it(
    service: JobService, database: Database
) -> None:
    first = scraped(service, 1)
    other = new_job(service, ["other.test"], config={"store_html": True})
    [one] = claim(database)
    going = threading.Thread(target=service.delete_job, args=(first,))
    with database.writing() as session:
        queue.settle(session, [stored(one, PAGE)], NOW)
        going.start()
        if not database.is_sqlite:
            until_somebody_waits(database)
    going.join()
    assert (pages(database), html_of(database, steps_of(database, other)[0])) == (1, PAGE)


def test_a_page_that_has_just_gone_with_its_last_report_is_stored_again(
    service: JobService, database: Database
) -> None:
    first = scraped(service, 1)
    other = new_job(service, ["other.test"], config={"store_html": True})
    [one] = claim(database)
    coming = threading.Thread(target=settle, args=(database, stored(one, PAGE)))
    with database.writing() as session:
        queue.delete(session, first)
        coming.start()
        if not database.is_sqlite:
            until_somebody_waits(database)
    coming.join()
    assert (pages(database), html_of(database, steps_of(database, other)[0])) == (1, PAGE)


def test_steps_read_the_stored_pages_of_a_job(service: JobService, database: Database) -> None:
    text = "h1.test\nH1.test\nno_domain\nh2.test/about\nh3.test"
    job_id = service.create_batch_scraping_job(text, "Shops", config=POLITE, priority=3, start=True).id
    one, two, three = claim(database)
    settle(database, stored(one), failed(two), stored(three))
    created = service.extract_again(job_id, config={"concurrency": 2}, created_by="ana")
    job = created.job
    assert (job.name, job.priority, job.created_by, job.job_type) == ("Shops", 3, "ana", JobType.BATCH_SCRAPING)
    with database.reading() as session:
        facts = queries.jobs.facts(session, job)
        assert (facts.is_extracted_again, facts.source_job_id) == (True, job_id)
        assert not queries.jobs.facts(session, job_of(database, job_id)).is_extracted_again
    assert job.config == {**job_of(database, job_id).config, "concurrency": 2}
    assert (job.total_steps, job.is_queued, created.rejected, created.duplicates) == (2, True, [], [])
    sources = steps_of(database, job_id)
    new = steps_of(database, job.id)
    assert [(step.step_number, step.name, step.host) for step in new] == [
        (1, "Extraction: h1.test", "h1.test"),
        (2, "Extraction: h3.test", "h3.test"),
    ]
    assert [step.source_report_id for step in new] == [sources[0].report_id, sources[2].report_id]
    with database.reading() as session:
        lines = queries.lines.all_of(session, job.id)
    assert [(line.line, line.input, line.verdict, line.step_id) for line in lines] == [
        (1, "h1.test", "ok", new[0].id),
        (2, "H1.test", "duplicate", new[0].id),
        (5, "h3.test", "ok", new[1].id),
    ]
    settle(database, *(stored(one) for one in claim(database)))
    assert job_of(database, job.id).status is JobStatus.COMPLETED
    assert_counters_hold(database, job.id)
    reports = [service.get_report(step.report_id or 0) for step in steps_of(database, job.id)]
    assert [report.source_report_id for report in reports] == [step.source_report_id for step in new]
    assert [step.source_report_id for step in steps_of(database, again(service, job.id))] == [r.id for r in reports]


def test_reused_reports_are_sources_too_and_named_steps_alone(service: JobService, database: Database) -> None:
    first = new_job(service, 2, config={"store_html": True})
    settle(database, *(stored(one, fetched_at=later(-60)) for one in claim(database)))
    reusing = new_job(service, ["h1.test", "h2.test"], config={"store_html": True, "reuse_days": 1})
    reports = [step.report_id for step in steps_of(database, first)]
    job = service.extract_again(reusing, name="One", steps=[2]).job
    assert (job.name, job.job_type, job.config["reuse_days"]) == ("One", JobType.SINGLE_SCRAPING, 0)
    assert [step.source_report_id for step in steps_of(database, job.id)] == [reports[1]]
    assert [step.source_report_id for step in steps_of(database, again(service, reusing))] == reports


def test_what_cannot_be_extracted_again_is_refused(service: JobService, database: Database) -> None:
    job_id = new_job(service, 2, config={"store_html": True})
    one, two = claim(database)
    settle(database, stored(one))
    with pytest.raises(Refused, match="has not ended"):
        again(service, job_id)
    assert len(steps_of(database, again(service, job_id, steps=[1], start=False))) == 1
    settle(database, failed(two))
    with pytest.raises(Refused, match="None of the named steps"):
        again(service, job_id, steps=[2, 7])
    for config, fault in (({"reuse_days": 3}, "reuse_days"), ({"questions": [{"name": "x"}]}, "questions")):
        with pytest.raises(InvalidInput, match=fault):
            again(service, job_id, config=config)
    with pytest.raises(NotFound):
        again(service, 99)
    with database.reading() as session:
        assert queries.jobs.summary(session).total == 2


def test_no_host_holds_back_what_reads_stored_pages_and_they_hold_back_no_host(
    service: JobService, database: Database
) -> None:
    targets = [f"h1.test/{n}" for n in range(3)]
    job_id = new_job(service, targets, config={**POLITE, "interval_seconds": 0})
    ended = later(0)
    for _ in targets:
        settle(database, *map(stored, claim(database, now=ended)), now=ended)
    with database.writing() as session:
        asked_to_wait = {"not_before": later(300, ended), "crawl_delay_seconds": 30.0}
        session.execute(sa.update(HOSTS).values(asked_to_wait))
    reading = again(service, job_id, config={"interval_seconds": 3600})
    now = later(100, ended)  # later than whatever is created meanwhile
    claims = claim(database, now=now)
    assert [one.target for one in claims] == targets
    assert {one.source_report_id for one in claims} == {step.report_id for step in steps_of(database, job_id)}
    visiting = new_job(service, ["h1.test/9"])
    assert claim(database, now=now) == [], "the host has asked to be left alone"
    with database.reading() as session:
        [host] = ledger.noteworthy(session, now)
        waits = queries.waits.of_steps(session, job_of(database, visiting), steps_of(database, visiting), now)
    assert (host.host, host.is_visited) == ("h1.test", False)
    assert [wait.kind.value for wait in waits.values()] == ["retry_after"]
    settle(database, stored(claims[0]), lost(claims[1]), now=now)
    [second] = claim(database, now=now)
    assert second.step_id == claims[1].step_id, "its lane does not rest"
    service.cancel_job(reading)
    with database.reading() as session:
        [host] = ledger.noteworthy(session, now)
    assert (host.last_ended_at, host.not_before) == (ended, later(300, ended)), "nobody was there"
    assert [one.target for one in claim(database, now=later(301, ended))] == ["h1.test/9"]


def test_engines_that_die_with_stored_pages_do_not_touch_their_hosts(service: JobService, database: Database) -> None:
    again(service, scraped(service, 2))
    with database.reading() as session:
        before = session.execute(sa.select(HOSTS)).all()
    assert len(claim(database, owner="dead")) == 2
    with database.writing() as session:
        assert len(queue.rescue(session, "alive", ["dead"], later(0))) == 2
    with database.reading() as session:
        assert session.execute(sa.select(HOSTS)).all() == before
    assert len(claim(database, owner="alive")) == 2


def test_a_job_whose_pages_are_to_be_read_stays(service: JobService, database: Database) -> None:
    job_id = scraped(service, 2)
    reading = again(service, job_id, start=False)
    with pytest.raises(Refused, match=f"job {reading} is to read"):
        service.delete_job(job_id)
    assert pages(database) == 1
    service.start_job(reading)
    settle(database, stored(claim(database)[0], PAGE))
    service.cancel_job(reading)
    assert service.delete_job(job_id).stored_pages == 0
    step = steps_of(database, reading)[0]
    assert (html_of(database, step), step.source_report_id is not None) == (PAGE, True)


def test_extracting_again_is_no_run_of_the_target(service: JobService, database: Database) -> None:
    job_id = scraped(service, 1)
    reading = again(service, job_id)
    with database.reading() as session:
        assert len(runs.last(session, "h1.test", "h1.test")) == 1
    settle(database, *map(stored, claim(database)))
    settle(database, *map(failed, claim(database, only_job=again(service, reading))))
    with database.reading() as session:
        [run] = runs.last(session, "h1.test", "h1.test")
        assert runs.page(session, "h1.test", "h1.test", page=1, size=9).total == 1
    assert run.job_id == job_id


def test_the_time_left_knows_that_neither_host_nor_lane_rests(service: JobService, database: Database) -> None:
    reading = again(service, scraped(service, [f"h{n}.test" for n in range(40)], config=POLITE), config=SLOW)
    for second in range(20):
        at = later(second)
        settle(database, *map(stored, claim(database, now=at)), now=later(0.5, at))
    with database.reading() as session:
        left = queries.progress.of_job(session, job_of(database, reading), later(20)).seconds_left
    assert left is not None
    assert 5 < left.high < 60, "20 pages, one in half a second; with rests of a minute these were 20 minutes"


def test_many_pages_are_taken_by_a_few_statements(service: JobService, database: Database) -> None:
    n = 3_000
    job_id = scraped(service, 1)
    service.cancel_job(new := new_job(service, [f"h{i % 3}.test/{i}" for i in range(n)], config={"store_html": True}))
    with database.writing() as session:
        of_step = ("id", "job_id", "target", "host")
        names = [column.name for column in REPORTS.c if column.name not in ("step_id", *of_step)]
        columns = [*(JOB_STEPS.c[name] for name in of_step), *(REPORTS.c[name] for name in names)]
        pairs = sa.join(JOB_STEPS, REPORTS, (JOB_STEPS.c.job_id == new) & (REPORTS.c.job_id == job_id))
        copied = sa.select(*columns).select_from(pairs)
        session.execute(sa.insert(REPORTS).from_select(["step_id", "job_id", "target", "host", *names], copied))
        document = sa.literal('{"report_id": ') + sa.cast(REPORTS.c.id, sa.String) + sa.literal("}")
        made = sa.type_coerce(document, sa.String) if database.is_sqlite else sa.cast(document, sa.JSON)
        session.execute(sa.update(JOB_STEPS).where(REPORTS.c.step_id == JOB_STEPS.c.id).values(result_data=made))
    began = time.perf_counter()
    job = service.extract_again(new).job
    seconds = time.perf_counter() - began
    assert job.total_steps == n
    assert seconds < 3  # 100,000 take 4 s on SQLite, 6 s on PostgreSQL
