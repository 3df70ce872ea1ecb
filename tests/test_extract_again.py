"""Extract again, by the real engine: pages are stored as they came, and read again with every site out of reach."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from core import queries
from core.demo.exchange import Answer, Exchange
from core.engine import Engine
from core.failures import EXPLANATIONS, FailureKind
from core.job_service import JobService
from core.queries.rows import FullReportRow
from core.states import JobStatus
from tests.site import Web
from tests.story import new_job, steps_of
from tests.test_engine import ended

BAKERY, COPY = "bakery.extra.test", "copy.extra.test"
HOME = (
    "<html lang=es><title>Panadería</title><body><h1>Pan de leña</h1><p>Escriba a info@bakery.extra.test</p>"
    "<p>Nuestro menú vegano cambia cada día.</p><a href=/contacto>Contacto</a></body></html>"
).encode("cp1252")
CONTACT = b"<p>+34 912 345 678, pedidos@bakery.extra.test</p>"
QUESTION = {"name": "Vegan", "kind": "text", "expression": "vegano"}
OWN = ("id", "step_id", "job_id", "attempts", "answers", "source_report_id")
"""What a report has of its own when it is extracted again."""


def bakery(crawl_delay: str) -> Answer:
    async def answer(exchange: Exchange) -> None:
        if exchange.request.is_robots:
            return await exchange.send(crawl_delay.encode(), content_type="text/plain")
        body = HOME if exchange.request.path == "/" else CONTACT
        headers = [("X-Powered-By", "PHP/8.2.1")]
        await exchange.send(body, content_type="text/html; charset=windows-1252", headers=headers)

    return answer


@pytest.fixture
def web() -> Iterator[Web]:
    with Web.start() as web:
        web.answers |= {BAKERY: bakery(""), COPY: bakery("User-agent: *\nCrawl-delay: 50")}
        yield web


@pytest.fixture
def service(web: Web, database_url: str, tmp_path: Path) -> Iterator[JobService]:
    settings = web.settings(database_url=database_url, data_dir=tmp_path / "data", extract_processes=1)
    service = JobService.open(settings)
    yield service
    service.close()


def reports(service: JobService, job_id: int) -> list[FullReportRow]:
    return [service.get_report(step.report_id or 0) for step in steps_of(service.database, job_id)]


def test_stored_pages_are_extracted_again_without_any_visit(service: JobService, web: Web) -> None:
    with Engine(service.settings, service.database):
        job_id = new_job(service, [BAKERY, COPY], config={"store_html": True, "extra_pages": 1})
        assert ended(service, job_id).status is JobStatus.COMPLETED
        first, copy = before = reports(service, job_id)
        assert (first.title, first.charset, copy.answers) == ("Panadería", "windows-1252", {})
        assert first.emails == ["info@bakery.extra.test", "pedidos@bakery.extra.test"]
        with service.database.reading() as session:
            assert queries.stored_pages.html(session, first.id).page == HOME
            assert queries.stored_pages.sizes(session).pages == 1, "two hosts answer with the same page"
        web.close()

        pace = {"interval_seconds": 3600, "concurrency": 1}
        again = service.extract_again(job_id, config={"questions": [QUESTION], **pace}).id
        assert ended(service, again).status is JobStatus.COMPLETED
        for old, new in zip(before, reports(service, again), strict=True):
            assert {**asdict(new), **dict.fromkeys(OWN)} == {**asdict(old), **dict.fromkeys(OWN)}
            assert new.source_report_id == old.id
            assert new.answers["Vegan"]["count"] == 1

        gone = service.extract_again(job_id, start=False).id
        service.cancel_job(gone)
        service.delete_job(job_id)
        service.delete_job(again)
        service.retry(gone, states=["cancelled"])
        assert ended(service, gone).status is JobStatus.FAILED
    step = steps_of(service.database, gone)[0]
    assert (step.error_kind, step.attempts) == (FailureKind.PAGE_GONE, 1)
    assert step.error_message == f"The stored page of report {first.id} is gone: it was deleted"
    assert EXPLANATIONS[FailureKind.PAGE_GONE].advice == "Scrape the target again."
