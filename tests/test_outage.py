"""The engine when the network goes: a job pauses with its reason, goes on by itself, and nothing is spent by it."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core import queries, reasons
from core.engine import Engine
from core.fetch import Fetcher
from core.job_service import JobService
from core.queries.rows import JobRow
from core.states import JobStatus
from tests.site import Web, bulk_hosts
from tests.story import assert_counters_hold, job_of, new_job, steps_of
from tests.test_engine import ended, wait

WEB = "web.invalid"
"""The name that every `.test` host leads to, so that the resolver decides whether there is a network."""


class Network:
    """A resolver that knows one name while the network works; `asked` counts what was asked of it."""

    def __init__(self) -> None:
        self.works = True
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        if not self.works:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if host != WEB:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["127.0.0.1"]


@pytest.fixture
def service(web: Web, tmp_path: Path) -> Iterator[JobService]:
    overrides = web.overrides().replace("127.0.0.1", WEB)
    service = JobService.open(web.settings(data_dir=tmp_path / "data", extract_processes=1, dns_overrides=overrides))
    yield service
    service.close()


def engine_on(service: JobService, network: Network, *, only_job: int | None = None) -> Engine:
    engine = Engine(service.settings, service.database, only_job=only_job, probe_seconds=0.3)
    engine._fetcher = Fetcher(service.settings, resolver=network)
    return engine


def paused(service: JobService, job_id: int) -> JobRow:
    wait(lambda: job_of(service.database, job_id).status is JobStatus.PAUSED, f"job {job_id} pauses")
    return job_of(service.database, job_id)


CONFIG: Mapping[str, object] = {"concurrency": 16, "max_retries": 1, "backoff_seconds": 0, "respect_robots": False}


def test_a_job_pauses_while_the_network_is_away_and_loses_nothing(service: JobService) -> None:
    network, hosts = Network(), bulk_hosts(60)
    with engine_on(service, network):
        assert ended(service, new_job(service, hosts[:2], config=CONFIG)).completed_steps == 2
        network.works = False
        job_id = new_job(service, hosts[2:], config=CONFIG)
        job = paused(service, job_id)
        assert job.status_reason is not None
        assert job.status_reason["code"] == reasons.BREAKER
        assert job.status_reason["asked"] == {"h0001.bulk.test": "dns", "h0002.bulk.test": "dns"}
        assert reasons.sentence(job).startswith(f"Paused: {job.status_reason['failed']} of the last ")
        asked = network.asked
        wait(lambda: network.asked >= asked + 4, "it is tried again and again")
        assert job_of(service.database, job_id).status is JobStatus.PAUSED
    assert {(s.status, s.attempts) for s in steps_of(service.database, job_id)} == {("pending", 0)}

    told: list[JobStatus] = []
    with engine_on(service, network, only_job=job_id) as engine:

        def tell(job: JobRow) -> None:
            told.append(job.status)
            network.works = told.count(JobStatus.PAUSED) > 2

        engine.wait_for_job(tell)
    assert told[:3] == [JobStatus.PAUSED] * 3  # whoever runs the job here and now waits for the network
    job = job_of(service.database, job_id)
    assert (job.status, job.completed_steps, job.failed_steps) == (JobStatus.COMPLETED, 58, 0)
    assert {step.attempts for step in steps_of(service.database, job_id)} == {1}
    assert_counters_hold(service.database, job_id)


def test_a_list_of_dead_domains_goes_on_while_a_witness_answers(service: JobService, web: Web) -> None:
    network = Network()
    with engine_on(service, network):
        ended(service, new_job(service, bulk_hosts(1), config=CONFIG))
        seen = len(web.log)
        dead = ended(service, new_job(service, [f"dead{n}.invalid" for n in range(60)], config=CONFIG))
    assert (dead.status, dead.failed_steps) == (JobStatus.FAILED, 60)
    assert {step.error_kind for step in steps_of(service.database, dead.id)} == {"dns"}
    asked = [request.path for request in web.log[seen:]]
    assert set(asked) == {"/robots.txt"}
    assert len(asked) <= 3  # one witness, at first and before the job ends; retries of judged hosts are no news


@pytest.mark.parametrize("is_one_job", [False, True])
def test_a_verdict_on_a_dead_list_says_nothing_of_an_outage_after_it(service: JobService, is_one_job: bool) -> None:
    network, hosts, dead = Network(), bulk_hosts(50), [f"dead{n}.invalid" for n in range(40)]
    with engine_on(service, network):
        ended(service, new_job(service, hosts[:2], config=CONFIG))
        once = {**CONFIG, "max_retries": 0}
        first = job_id = new_job(service, [*dead, "very-slow.test"], config=once)  # that one keeps it from its end
        wait(lambda: job_of(service.database, job_id).failed_steps == 40, "the dead ones are judged theirs")
        network.works = False
        if is_one_job:
            service.add_targets(job_id, hosts[2:])
        else:
            job_id = new_job(service, hosts[2:], config=once)
        assert (paused(service, job_id).status_reason or {})["code"] == reasons.BREAKER
        network.works = True
        wait(lambda: job_of(service.database, job_id).completed_steps == 48, "all that lives is visited")
        service.cancel_job(first)
    lively = [step for step in steps_of(service.database, job_id) if step.host in hosts]
    assert [(step.status, step.attempts) for step in lively] == [("completed", 1)] * 48


def test_without_a_witness_a_first_batch_fails_as_a_whole(service: JobService) -> None:
    network = Network()
    network.works = False
    with engine_on(service, network):
        job = ended(service, new_job(service, bulk_hosts(40), config=CONFIG))
    assert (job.status, job.failed_steps) == (JobStatus.FAILED, 40)


def test_a_proxy_that_refuses_needs_no_witness(web: Web, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    settings = web.settings(data_dir=tmp_path / "data", extract_processes=1, proxy_url=f"http://127.0.0.1:{port}")
    service = JobService.open(settings)
    engine = Engine(settings, service.database, probe_seconds=0.3)
    with engine:
        job_id = new_job(service, bulk_hosts(40), config=CONFIG)
        job = paused(service, job_id)
        assert "The proxy cannot be reached" in (job.status_reason or {})["proxy"]
        assert "proxy" in reasons.sentence(job)
        engine._fetcher = Fetcher(settings.model_copy(update={"proxy_url": None}))
        assert ended(service, job_id).completed_steps == 40
    assert {step.attempts for step in steps_of(service.database, job_id)} == {1}
    with service.database.reading() as session:
        history = queries.steps.attempts(session, job_id, 1)
    assert [attempt.outcome for attempt in history][-1] == "completed"
    service.close()
