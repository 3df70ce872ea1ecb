"""Contact, legal and about pages: which links lead to them, how they are asked for, what becomes of what they say."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import queries
from core.abort import Abort
from core.demo.exchange import HTML, Answer, Exchange
from core.errors import Aborted
from core.extract import Reach, Wish, extract
from core.extract.reach import merge
from core.job_service import JobService
from core.queries import hosts as ledger
from core.queries.rows import FullReportRow
from tests.site import Web
from tests.story import new_job, steps_of

URL = "https://www.acme.test/"


def found(*links: str, url: str = URL) -> dict[str, str]:
    """Kind → path of the pages that are found among links written as "path|text"."""
    anchors = "".join('<a href="{}">{}</a> '.format(*link.split("|")) for link in links)
    page = extract(f"<html><body>{anchors}</body></html>".encode(), url, None, Wish(site_pages=True))
    return {kind: address.removeprefix(url) for kind, address in page.site_pages}


@pytest.mark.parametrize(
    ("contact", "legal", "about"),
    [
        ("/contacto|Contacto", "/aviso-legal|Aviso legal", "/quienes-somos|Quiénes somos"),
        ("/p1|Kontakt", "/p2|Impressum", "/p3|Über uns"),
        ("/contact.html|x", "/mentions-legales|x", "/a_propos|x"),
        ("/1|Contactez-nous", "/2|Mentions légales", "/3|Qui sommes-nous ?"),
        ("/1|CONTATTI", "/2|Note legali", "/3|Chi siamo"),
        ("/1|Fale conosco", "/2|Informações legais", "/3|Quem somos"),
        ("/1|Επικοινωνία", "/2|Νομικές πληροφορίες", "/3|Ποιοι είμαστε"),
        ("/1|Контакти", "/2|Правна информация", "/3|За нас"),
        ("/1|Yhteystiedot", "/2|Oikeudelliset tiedot", "/3|Tietoa meistä"),
        ("/ContactUs.aspx|…", "/LegalNotice|…", "/about-us/|…"),
        ("/1|Kapcsolat", "/2|Impresszum &amp; ÁSZF", "/3|Rólunk"),
        ("/1|Get in touch with us", "/%C3%A9tat/mentions-l%C3%A9gales/|…", "/3|About us"),
    ],
)
def test_the_pages_are_known_by_their_words_in_the_languages_of_europe(contact: str, legal: str, about: str) -> None:
    expected = {"contact": contact, "legal": legal, "about": about}
    assert found("/|Home", about, "/news|News", legal, contact, "/cookies|Cookies") == {
        kind: link.partition("|")[0].lstrip("/") for kind, link in expected.items()
    }


def test_what_only_looks_like_such_a_page_or_is_elsewhere_is_none() -> None:
    assert found(
        "/blog/about-the-oak-in-winter|About the oak in winter",
        "/legal-advice|Legal advice",
        "/contact.pdf|Contact",
        "https://other.test/contact|Contact",
        "https://shop.acme.test/contact|Contact",
        "mailto:a@acme.test|Contact",
        "/n|We were in contact with the council about the new bridge and its lights",
    ) == {}  # fmt: skip
    assert found("/a/contact-lenses|Contact lenses", "/c|Contact") == {"contact": "c"}, "the plainest link wins"
    assert found("http://www.acme.test/contact|Contact") == {"contact": "contact"}, "asked for as the page was"
    assert found("/info|Contact", "/info|Legal notice") == {"contact": "info"}, "one page is asked for once"


def test_contact_fields_of_several_pages_are_one_list_that_says_where_each_was_found_first() -> None:
    home = Reach(["info@acme.test"], ["912 345 678"], [], [])
    contact = Reach(["INFO@acme.test", "jobs@acme.test"], ["+34912345678", "+34600111222"], ["https://x.com/acme"], [])
    assert merge([("/", home), ("/contact", contact)]) == (
        Reach(["info@acme.test", "jobs@acme.test"], ["912 345 678", "+34600111222"], ["https://x.com/acme"], []),
        {
            "info@acme.test": "/",
            "jobs@acme.test": "/contact",
            "912 345 678": "/",
            "+34600111222": "/contact",
            "https://x.com/acme": "/contact",
        },
    )


def test_a_wait_ends_at_once_when_the_work_is_stopped() -> None:
    abort = Abort()
    threading.Timer(0.05, abort.set).start()
    began = time.monotonic()
    with pytest.raises(Aborted):
        abort.wait(30)
    assert time.monotonic() - began < 5


# Through the engine


@pytest.fixture
def service(web: Web, tmp_path: Path) -> Iterator[JobService]:
    service = JobService.open(web.settings(data_dir=tmp_path / "data", extract_processes=1))
    yield service
    service.close()


def site(pages: dict[str, Any], robots: str = "") -> Answer:
    """A host with these pages: path → body, or (status, headers)."""

    async def answer(exchange: Exchange) -> None:
        if exchange.request.is_robots:
            return await exchange.send(robots.encode(), content_type="text/plain")
        match pages.get(exchange.request.path, (404, [])):
            case str(body):
                await exchange.send(f"<html lang=es><body>{body}</body></html>".encode(), content_type=HTML)
            case (status, headers):
                await exchange.send(b"<p>No</p>", status=status, headers=headers)

    return answer


HOME = (
    '<h1>Acme</h1><p>Escriba a info@acme.test</p><a href="/contacto">Contacto</a><a href="/aviso-legal">Aviso legal</a>'
    '<a href="/nosotros">Quiénes somos</a>'
)
CONTACT = '<p>Teléfono +34 912 345 678, pedidos@acme.test</p><a href="https://www.instagram.com/acme">I</a>'


def reports(service: JobService, hosts: list[str], **config: Any) -> list[FullReportRow]:
    job_id = new_job(service, hosts, start=False, config={"extra_pages": 3, **config})
    service.execute_job(job_id)
    with service.database.reading() as session:
        return [queries.reports.get(session, step.report_id or 0) for step in steps_of(service.database, job_id)]


def test_extra_pages_add_to_the_contact_fields_one_after_the_other_with_the_pause_of_the_job(
    service: JobService, web: Web
) -> None:
    host = "contact.extra.test"
    web.answers[host] = site({"/": HOME, "/contacto": CONTACT, "/aviso-legal": "<p>Acme S.L., info@acme.test</p>"})
    [report] = reports(service, [host], interval_seconds=0.2)
    home, contact = f"https://{host}/", f"https://{host}/contacto"
    assert report.extra_pages == [
        {"url": contact, "kind": "contact", "status": 200},
        {"url": f"https://{host}/aviso-legal", "kind": "legal", "status": 200},
        {"url": f"https://{host}/nosotros", "kind": "about", "status": 404},
    ]
    assert report.emails == ["info@acme.test", "pedidos@acme.test"]
    assert report.phones == ["+34912345678"]
    assert report.contact_sources == {
        "info@acme.test": home,
        "pedidos@acme.test": contact,
        "+34912345678": contact,
        "https://www.instagram.com/acme": contact,
    }
    assert web.max_concurrent(host) == 1
    assert min(web.pauses(host)) >= 0.2
    assert len(web.requests(host, robots=True)) == 5, "its robots.txt is asked for once"


def test_an_extra_page_that_fails_costs_nothing_but_itself(service: JobService, web: Web) -> None:
    hosts = {
        "robots.extra.test": site({"/": HOME, "/nosotros": CONTACT}, "User-agent: *\nDisallow: /contacto"),
        "away.extra.test": site({"/": HOME, "/contacto": (302, [("Location", "https://parked.test/")])}),
        "busy.extra.test": site({"/": HOME, "/contacto": (429, [("Retry-After", "90")]), "/nosotros": CONTACT}),
        "none.extra.test": site({"/": "<h1>Nothing</h1>"}),
        "moved.extra.test": site({"/": (301, [("Location", "https://panaderia-elmolino.test/")])}),
    }
    web.answers.update(hosts)
    elsewhere = len(web.requests("parked.test"))
    robots, away, busy, none, moved = reports(service, list(hosts))
    assert [page.get("error_kind") or page["status"] for page in robots.extra_pages] == ["robots", 404, 200]
    assert robots.phones == ["+34912345678"]
    assert away.extra_pages[0]["error_kind"] == "redirect_loop"
    assert len(web.requests("parked.test")) == elsewhere
    assert [page.get("error_kind") or page["status"] for page in busy.extra_pages] == [429, "http_429", "http_429"]
    assert [request.path for request in web.requests("busy.extra.test")] == ["/", "/contacto"]
    assert (none.extra_pages, none.contact_sources) == ([], {})
    assert moved.extra_pages == [], "only the site that was asked for"
    with service.database.reading() as session:
        [host] = ledger.beginning_with(session, "busy.extra.test")
    assert host.not_before is not None, "Retry-After holds for the next visit to the host"


def test_extra_pages_fit_into_the_time_limit_of_the_visit_and_into_a_pause_that_people_have_set(
    service: JobService, web: Web
) -> None:
    web.answers["set.extra.test"] = site({"/": HOME, "/contacto": CONTACT})
    service.set_host_interval("set.extra.test", 5)
    [report] = reports(service, ["set.extra.test"], timeout_seconds=3)
    assert [page["error_kind"] for page in report.extra_pages] == ["timeout"] * 3
    assert len(web.requests("set.extra.test")) == 1
