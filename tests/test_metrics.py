"""The figures of the metrics equal those of plain SQL, on both databases; what happens to them when jobs change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core import queue
from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.models import STEP_RESULTS, STEP_TIMES
from core.models.step_sums import Span
from core.period import Period, custom, named
from core.queries import metrics, metrics_hosts, metrics_now
from core.queries.metrics import Slot
from tests import bulk, plain_metrics
from tests.story import claim, completed, engine_lives, failed, flagged, lost, new_job, settle, worker_gone

MADRID = ZoneInfo("Europe/Madrid")
STEPS, EACH = 1_200, 200
NOW = (datetime.now(UTC) + timedelta(hours=1)).replace(minute=27, second=31, microsecond=250_000)
"""After the jobs of the stories are made, and not at the end of an hour."""


def read(database: Database, period: Period, owner: str | None = None) -> metrics.Metrics:
    with database.reading() as session:
        return metrics.read(session, period, owner)


def ever(database: Database) -> Slot:
    with database.reading() as session:
        return metrics.ever(session)


def equal_sql(database: Database, period: Period, owner: str | None) -> None:
    """Each slot, the whole, its percentiles and the lists of hosts."""
    found = read(database, period, owner)
    asked = period.begins_at, period.ends_at, owner
    with database.reading() as session:
        for slot, (begin, end) in zip(found.slots, pairwise((*period.slots, period.ends_at)), strict=True):
            assert plain_metrics.of_slot(slot) == plain_metrics.told(session, begin, end, owner)
        assert plain_metrics.of_slot(found.whole) == plain_metrics.told(session, *asked)
        seconds = plain_metrics.durations([row for row in plain_metrics.ended(session, *asked) if row.is_last])
        failing = metrics_hosts.failing(session, period, owner)
        assert [(one.host, one.failed) for one in failing] == plain_metrics.failing(session, *asked)[:10]
        slow = metrics_hosts.slowest(session, period, owner)
        assert [(one.host, one.visits, one.seconds) for one in slow] == plain_metrics.slowest(session, *asked)[:10]
    assert found.whole.steps == len(seconds)
    for percent, told in ((50, found.whole.median), (95, found.whole.high)):
        assert (told is None) == (not seconds)
        if told is not None:
            true = plain_metrics.nearest_rank(seconds, percent)
            assert told.low <= true <= (told.high or true)


def test_figures_equal_those_of_plain_sql(database: Database) -> None:
    now = datetime.now(UTC)
    bulk.fill(database, STEPS, now, each=EACH)
    bulk.summed(database)
    today = now.astimezone(MADRID).date()
    periods = [named(name, now, MADRID) for name in ("24h", "7d", "90d")]
    periods += [named("30d", now, ZoneInfo("America/New_York")), named("7d", now, ZoneInfo("Asia/Kolkata"))]
    periods += [custom(today - timedelta(days=40), today - timedelta(days=21), MADRID)]
    for period in periods:
        equal_sql(database, period, None)
    for owner in (bulk.OWNERS[0], bulk.OWNERS[-1], "nobody"):
        equal_sql(database, named("30d", now, MADRID), owner)
    with database.reading() as session:
        assert metrics.owners(session) == sorted(filter(None, bulk.OWNERS))
    whole = ever(database)
    assert (whole.steps, sum(whole.times)) == (STEPS, STEPS)


def test_what_is_settled_counts_at_once(service: JobService, database: Database) -> None:
    new_job(service, 7, created_by="ana")
    claims = claim(database, now=NOW - timedelta(seconds=3))
    one, two, three, four, five, six, seven = claims
    settle(database, completed(one, total_seconds=12.5), flagged(two, "thin_text"), now=NOW)
    settle(database, failed(three), failed(four, retry_in=0, kind=FailureKind.DNS), now=NOW + timedelta(seconds=8))
    settle(database, lost(five), worker_gone(six), now=NOW)
    settle(database, completed(one), completed(seven), now=NOW + timedelta(minutes=5))
    [again] = [one for one in claim(database, now=NOW + timedelta(minutes=5)) if one.step_id == four.step_id]
    settle(database, completed(again), now=NOW + timedelta(minutes=6))
    later = NOW + timedelta(minutes=20)
    for name in ("1h", "24h", "7d", "30d"):
        equal_sql(database, named(name, later, MADRID), None)
    found = read(database, named("1h", later, UTC), "ana").whole
    assert (found.completed, found.flagged, found.failed, found.retried_attempts) == (4, 1, 1, 1)
    assert read(database, named("1h", later, UTC), "luis").whole.steps == 0
    assert plain_metrics.of_slot(ever(database)) == plain_metrics.of_slot(found)


def test_a_clock_that_is_set_back_takes_no_time(service: JobService, database: Database) -> None:
    new_job(service, 1)
    settle(database, *map(completed, claim(database, now=NOW)), now=NOW - timedelta(hours=1))
    whole = ever(database)
    assert (whole.times[0], whole.seconds) == (1, 0.0)


def test_steps_stay_counted_when_their_job_is_deleted(service: JobService, database: Database) -> None:
    job_id = new_job(service, 2, created_by="ana")
    first, second = claim(database, now=NOW)
    settle(database, completed(first, total_seconds=20.0, fetched_at=NOW), failed(second), now=NOW)
    period = named("24h", NOW, UTC)
    before = plain_metrics.of_slot(read(database, period).whole)
    service.delete_job(job_id)
    assert plain_metrics.of_slot(read(database, period).whole) == before
    assert (ever(database).completed, ever(database).failed) == (1, 1)
    with database.reading() as session:
        assert metrics.owners(session) == ["ana"]
        assert metrics_hosts.failing(session, period) == metrics_hosts.slowest(session, period) == []


def test_a_step_that_is_retried_counts_each_time_that_it_ends(service: JobService, database: Database) -> None:
    job_id = new_job(service, 1)
    settle(database, *map(failed, claim(database, now=NOW)), now=NOW)
    service.retry(job_id)
    period = named("1h", NOW, UTC)
    with database.reading() as session:
        assert metrics_hosts.failing(session, period) == []
    settle(database, *map(completed, claim(database, now=NOW)), now=NOW)
    whole = read(database, period).whole
    assert (whole.completed, whole.failed) == (1, 1)


def test_failures_that_were_our_own_are_taken_back(service: JobService, database: Database) -> None:
    from core.breaker import Suspicion

    job_id = new_job(service, 3)
    first, second, third = claim(database, now=NOW)
    settle(database, completed(first), now=NOW)
    dns = FailureKind.DNS
    settle(database, failed(second, kind=dns), failed(third, retry_in=0, kind=dns), now=NOW + timedelta(seconds=1))
    with database.writing() as session:
        found = Suspicion(2, 3, dns, frozenset({dns}))
        assert queue.trip(session, job_id, found, NOW + timedelta(seconds=1), {}, NOW) == 2
    for name in ("1h", "30d"):
        equal_sql(database, named(name, NOW, UTC), None)
    assert read(database, named("1h", NOW, UTC)).whole.failed == 0
    assert ever(database).failures[dns] == 1  # a counter never falls


def test_old_sums_go_and_counters_stay(service: JobService, database: Database) -> None:
    new_job(service, 1)
    settle(database, *map(completed, claim(database, now=NOW)), now=NOW)
    for days, spans in ((0, set(Span)), (3, {Span.HOUR, Span.EVER}), (401, {Span.EVER})):
        with database.writing() as session:
            queue.drop_old_sums(session, NOW + timedelta(days=days))
            for table in (STEP_RESULTS, STEP_TIMES):
                assert set(session.scalars(sa.select(table.c.span))) == spans


def test_the_present_is_told(service: JobService, database: Database) -> None:
    new_job(service, 2)
    new_job(service, 3, start=False)
    engine_lives(database)
    waiting = datetime.now(UTC) + timedelta(seconds=90)
    with database.reading() as session:
        now = metrics_now.read(session, waiting)
    assert (now.waiting_jobs, now.unfinished_steps, now.running_steps, now.engines) == (1, 2, 0, 1)
    assert 89 < now.queue_age_seconds < 120
    assert now.database_bytes > 0
    claim(database, 1)
    with database.reading() as session:
        now = metrics_now.read(session, waiting)
    assert (now.waiting_jobs, now.queue_age_seconds, now.unfinished_steps, now.running_steps) == (0, 0.0, 2, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL reads small tables as a whole
def test_hosts_are_found_by_indexes_of_what_failed_or_was_slow(database: Database) -> None:
    period = named("90d", NOW, UTC)
    statements: list[tuple[str, Any]] = []

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_others: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    with database.reading() as session:
        for owner in (None, "ana"):
            metrics_hosts.failing(session, period, owner)
            metrics_hosts.slowest(session, period, owner)
        sa.event.remove(database.engine, "before_cursor_execute", _heard)
        for statement, parameters in statements:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            told = " ".join(row.detail for row in plan)
            assert "COVERING INDEX ix_job_steps_failed" in told or "COVERING INDEX ix_reports_slow" in told, told
    assert len(statements) == 6
