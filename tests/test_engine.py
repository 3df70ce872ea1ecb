"""The engine at work on the small web: batches end, failures are told, cancels stop work, dead engines lose nothing."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import owner, queries, queue
from core.demo.exchange import Exchange
from core.engine import Engine
from core.fetch import Fetcher
from core.job_service import JobService
from core.outbox import Outbox
from core.queries.rows import JobRow
from core.states import FINAL, JobStatus
from tests.site import Web, bulk_hosts
from tests.story import assert_counters_hold, claim, completed, job_of, new_job, steps_of
from tests.test_executors import slow

PATIENCE_SECONDS = 60


@pytest.fixture
def service(web: Web, tmp_path: Path) -> Iterator[JobService]:
    service = JobService.open(web.settings(data_dir=tmp_path / "data", extract_processes=1))
    yield service
    service.close()


@contextmanager
def engine_on(service: JobService) -> Iterator[Engine]:
    with Engine(service.settings, service.database) as engine:
        yield engine


def wait(condition: Callable[[], object], what: str) -> None:
    """Until the condition holds; the test fails when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


def ended(service: JobService, job_id: int) -> JobRow:
    wait(lambda: job_of(service.database, job_id).status in FINAL, f"job {job_id} ends")
    return job_of(service.database, job_id)


def test_a_batch_runs_end_to_end_and_tells_what_failed_and_why(service: JobService) -> None:
    hosts = ["panaderia-elmolino.test", "notfound.test", "flaky.test", "nothing.invalid", "empty.test", "inward.test"]
    job_id = new_job(service, hosts, config={"backoff_seconds": 0.1, "max_retries": 2})
    with engine_on(service):
        job = ended(service, job_id)
    by_host = {step.host: step for step in steps_of(service.database, job_id)}
    kinds = {host: step.error_kind for host, step in by_host.items()}
    assert kinds == {
        "panaderia-elmolino.test": None,
        "notfound.test": "http_404",
        "flaky.test": None,
        "nothing.invalid": "dns",
        "empty.test": "empty",
        "inward.test": "blocked_address",
    }
    assert (job.status, job.completed_steps, job.failed_steps) == (JobStatus.COMPLETED, 2, 4)
    assert by_host["flaky.test"].attempts == 3
    assert by_host["notfound.test"].attempts == 1
    with service.database.reading() as session:
        report = queries.reports.get(session, by_host["panaderia-elmolino.test"].report_id or 0)
        history = queries.steps.attempts(session, job_id, 3)
    assert report.https
    assert report.http_status == 200
    assert report.title
    assert report.word_count > 50
    assert report.text
    assert report.language_declared == "es"
    assert {"name": "Server", "value": "small-web"} in report.response_headers
    assert [(a.outcome, a.http_status) for a in history] == [("failed", 503), ("failed", 503), ("completed", 200)]
    assert_counters_hold(service.database, job_id)


def test_worthless_pages_are_flagged_and_a_wall_is_no_page(service: JobService) -> None:
    expected = {
        "dominio-aparcado.test": ["parked"],
        "lost-page.test": ["soft_404"],
        "thin.test": ["thin_text"],
        "mudanza.test": ["moved_domain"],
        "extranet-puerto.test": ["thin_text", "login_wall"],
        "app-orbita.test": ["thin_text", "js_only"],
        "panaderia-elmolino.test": [],
    }
    job_id = new_job(service, [*expected, "bot-wall.test", "captcha.test"], config={"max_retries": 2})
    with engine_on(service):
        job = ended(service, job_id)
    by_host = {step.host: step for step in steps_of(service.database, job_id)}
    with service.database.reading() as session:
        reports = {host: queries.reports.get(session, by_host[host].report_id or 0) for host in expected}
    assert {host: [flag["flag"] for flag in report.flags] for host, report in reports.items()} == expected
    assert all(flag["evidence"] for report in reports.values() for flag in report.flags)
    assert {host: report.flag_count for host, report in reports.items()} == {h: len(f) for h, f in expected.items()}
    walls = [by_host["bot-wall.test"], by_host["captcha.test"]]
    assert [(step.error_kind, step.attempts) for step in walls] == [("bot_wall", 1)] * 2
    assert (job.completed_steps, job.failed_steps) == (7, 2)


def test_a_job_of_nothing_but_failures_has_failed(service: JobService) -> None:
    job_id = new_job(service, ["notfound.test", "forbidden.test"])
    with engine_on(service):
        assert ended(service, job_id).status == JobStatus.FAILED


def test_a_stopped_scheduler_runs_nothing(service: JobService) -> None:
    with engine_on(service) as engine:
        first = new_job(service, ["h0001.bulk.test"])
        ended(service, first)
        engine._scheduler.pause()
        job_id = new_job(service, ["h0002.bulk.test"])
        wait(lambda: not engine._running, "the engine rests")
        time.sleep(1.5)  # longer than a tick
        assert job_of(service.database, job_id).is_queued
        engine._scheduler.resume()
        ended(service, job_id)


def test_execute_job_runs_one_job_here_and_now(service: JobService) -> None:
    other = new_job(service, ["h0001.bulk.test"])
    job_id = new_job(service, ["h0002.bulk.test", "h0003.bulk.test"], start=False)
    job = service.execute_job(job_id)
    assert (job.status, job.completed_steps) == (JobStatus.COMPLETED, 2)
    assert job_of(service.database, other).is_queued
    assert not service.engine_is_alive()


def test_lanes_and_hosts_are_kept_on_the_wire(service: JobService, web: Web) -> None:
    async def slow(exchange: Exchange) -> None:
        import asyncio

        await asyncio.sleep(0.05)
        await exchange.send(b"<html><title>t</title><p>" + b"word " * 100)

    hosts = [f"lane{n}.extra.test" for n in range(6)]
    for host in hosts:
        web.answers[host] = slow
    targets = [f"{host}/{path}" for path in range(3) for host in hosts[:2]] + hosts[2:]
    job_id = new_job(service, targets, config={"concurrency": 3, "interval_seconds": 0.1})
    with engine_on(service):
        assert ended(service, job_id).completed_steps == len(targets)
    mine = sorted((r for r in web.log if r.host in hosts and not r.is_robots), key=lambda r: r.began)
    edges = sorted([(r.began, 1) for r in mine] + [(r.ended or r.began, -1) for r in mine])
    open_now = most = 0
    for _at, change in edges:
        open_now += change
        most = max(most, open_now)
    assert most <= 3
    for host in hosts[:2]:
        assert web.max_concurrent(host) == 1
        assert min(web.pauses(host)) >= 0.1


def test_one_lane_is_strictly_the_order_of_the_list(service: JobService, web: Web) -> None:
    hosts = bulk_hosts(40)[30:]
    job_id = new_job(service, hosts, config={"concurrency": 1})
    with engine_on(service):
        ended(service, job_id)
    assert [r.host for r in web.requests() if r.host in hosts] == hosts


@pytest.mark.parametrize("host", ["very-slow.test", "slow-answer.extra.test"])
def test_a_cancel_stops_the_work_itself_within_two_seconds(host: str, service: JobService, web: Web) -> None:
    async def never(exchange: Exchange) -> None:
        import asyncio

        await asyncio.sleep(30)

    web.answers["slow-answer.extra.test"] = never
    job_id = new_job(service, [host], config={"timeout_seconds": 60})
    with engine_on(service) as engine:
        wait(lambda: web.requests(host, robots=True), "the visit begins")
        cancelled_at = time.monotonic()
        assert service.cancel_job(job_id).status == JobStatus.CANCELLED
        wait(lambda: not engine._running, "the work stops")
        assert time.monotonic() - cancelled_at < 2.5
    (step,) = steps_of(service.database, job_id)
    assert (step.status, step.attempts) == ("cancelled", 0)


def test_a_cancel_stops_a_hanging_look_up(service: JobService) -> None:
    asked, free = threading.Event(), threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        asked.set()
        free.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    job_id = new_job(service, ["somewhere.invalid"], config={"timeout_seconds": 60})
    engine = Engine(service.settings, service.database)
    engine._fetcher = Fetcher(service.settings, resolver=hanging)
    with engine:
        assert asked.wait(PATIENCE_SECONDS)
        cancelled_at = time.monotonic()
        service.cancel_job(job_id)
        wait(lambda: not engine._running, "the work stops")
        assert time.monotonic() - cancelled_at < 2.5
    free.set()


def test_a_cancel_stops_a_long_extraction(service: JobService, web: Web) -> None:
    page = slow(25)  # seconds, undisturbed

    async def heavy(exchange: Exchange) -> None:
        await exchange.send(page)

    web.answers["heavy.extra.test"] = heavy
    job_id = new_job(service, ["heavy.extra.test"], config={"timeout_seconds": 60, "max_bytes": 50 * 1024 * 1024})
    with engine_on(service) as engine:
        wait(lambda: any(worker._page for worker in list(engine._extractor._open)), "the extraction begins")
        cancelled_at = time.monotonic()
        service.cancel_job(job_id)
        wait(lambda: not engine._running, "the work stops")
        assert time.monotonic() - cancelled_at < 2.5
        other = new_job(service, ["h0001.bulk.test"])
        assert ended(service, other).completed_steps == 1
    assert steps_of(service.database, job_id)[0].status == "cancelled"


def test_running_steps_are_handed_back_at_a_stop_and_spend_nothing(service: JobService, web: Web) -> None:
    job_id = new_job(service, ["very-slow.test", "h0001.bulk.test"], config={"timeout_seconds": 60})
    engine = Engine(service.settings, service.database)
    engine.start()
    wait(lambda: job_of(service.database, job_id).completed_steps == 1, "the quick step ends")
    engine.stop(drain_seconds=0.2)
    slow, quick = steps_of(service.database, job_id)
    assert (slow.status, slow.attempts, slow.fence) == ("pending", 0, 1)
    assert quick.status == "completed"
    assert not service.engine_is_alive()


def test_claims_of_a_dead_process_are_taken_up_at_start(service: JobService) -> None:
    job_id = new_job(service, ["h0001.bulk.test", "h0002.bulk.test"])
    directory = service.settings.data_dir / "engines"
    directory.mkdir()
    (directory / "dead.lock").touch()
    assert len(claim(service.database, owner="dead")) == 2
    with engine_on(service):
        assert ended(service, job_id).completed_steps == 2
    assert [(s.attempts, s.fence) for s in steps_of(service.database, job_id)] == [(1, 2), (1, 2)]
    assert not (directory / "dead.lock").exists()


def test_a_killed_extraction_process_costs_no_attempt(service: JobService) -> None:
    job_id = new_job(service, bulk_hosts(30))
    with engine_on(service) as engine:
        wait(lambda: job_of(service.database, job_id).completed_steps > 2, "some steps end")
        for pid in engine._extractor.worker_pids():
            os.kill(pid, 9)
        job = ended(service, job_id)
    assert (job.completed_steps, job.failed_steps) == (30, 0)
    assert {s.attempts for s in steps_of(service.database, job_id)} == {1}


def test_a_result_that_cannot_be_stored_costs_its_own_step_only(service: JobService) -> None:
    jobs = [new_job(service, ["h0001.bulk.test"]), new_job(service, ["h0002.bulk.test", "h0003.bulk.test"])]
    claims = claim(service.database)
    ended: list[queue.Settled] = []
    outbox = Outbox(service.database, ended.append)
    outbox.put(completed(claims[0], http_status=2**70))
    for one in claims[1:]:
        outbox.put(completed(one))
    outbox.flush()
    assert len(outbox) == 0
    assert [job_of(service.database, job_id).status for job_id in jobs] == ["failed", "completed"]
    assert "could not be stored" in str(steps_of(service.database, jobs[0])[0].error_message)


def test_a_clock_set_back_does_not_stop_the_engine(service: JobService) -> None:
    with engine_on(service) as engine:
        wait(lambda: engine.status()["alive"], "the engine is alive")
        for tick in engine._scheduler.get_jobs():  # what the clock of an hour ago makes of them
            tick.modify(next_run_time=datetime.now(UTC) + timedelta(hours=1))
        assert ended(service, new_job(service, ["h0001.bulk.test"])).completed_steps == 1


def test_claims_that_a_stop_could_not_hand_back_are_free_at_once(service: JobService, tmp_path: Path) -> None:
    held = owner.Owner(tmp_path)
    held.release(holds_claims=True)
    assert owner.gone(tmp_path) == [held.id]
    clean = owner.Owner(tmp_path)
    assert owner.gone(tmp_path) == [held.id]  # the other one lives
    clean.release()
    assert owner.gone(tmp_path) == [held.id]


def test_the_engine_tells_how_it_is(service: JobService) -> None:
    with engine_on(service) as engine:
        wait(lambda: engine.status()["alive"], "the engine is alive")
        wait(service.engine_is_alive, "others see that it is")
        assert engine.status()["places"] == service.settings.fetch_threads
    assert not engine.status()["alive"]
    assert not service.engine_is_alive()
