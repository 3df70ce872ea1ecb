"""The Report screen in a real browser: what a page says is text, whatever it says; scrape again makes one job."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from core.db import Database
from core.demo.exchange import Exchange
from core.models import REPORTS
from core.rows import REPORT_COLUMNS, Kind
from tests.app import App
from tests.site import Web

HOST = "hostile-report.extra.test"
EVIL = (
    "<img src=http://evil.test/i onerror='window.pwned=1'><script>window.pwned=2</script><b>bold</b> "
    "![pixel](http://evil.test/p.png) [click](javascript:window.pwned=3) <http://evil.test/a> www.evil.test/w "
    r"**strong** # head `code` $\frac{1}{2}$ :smile: :material/delete: :red[red] :blue-badge[badge] -> &lt;i&gt; "
    "mailto:me@evil.test"
)
ADDRESSES = [
    "javascript:window.pwned=4", "JavaScript:window.pwned=4", " javascript:window.pwned=4",
    "data:text/html,<script>window.pwned=5</script>", "vbscript:x", "file:///etc/passwd", EVIL,
]  # fmt: skip
VALUES: dict[Kind, Any] = {
    Kind.TEXT: EVIL,
    Kind.URL: ADDRESSES[0],
    Kind.TEXTS: [EVIL, *ADDRESSES],
    Kind.REDIRECTS: [{"url": address, "status": 301} for address in ADDRESSES],
    Kind.FLAGS: [{"flag": "thin_text", "evidence": EVIL}],
}
OBJECTS = {
    "answers": {EVIL: {"count": 9, "found": [EVIL, *ADDRESSES]}},
    "contact_sources": {EVIL: ADDRESSES[0]},
    "extra_pages": [{"kind": EVIL, "url": address, "status": 200} for address in ADDRESSES],
    "technologies": [{"name": EVIL, "version": EVIL}],
    "hreflang": [{"lang": EVIL, "url": address} for address in ADDRESSES],
    "outlinks": [{"host": EVIL, "links": 1}],
    "response_headers": [{"name": EVIL, "value": EVIL}],
}
SET_APART = {"flags": VALUES[Kind.FLAGS], "content_hash": "e" * 64, "checked_at": None}
TABS = {
    "Details": "Site name",
    "Text": "Download",
    "Links and contact": "Postal addresses",
    "Headers and TLS": "IP address",
    "History": "Choose a row, with the mouse or the arrow keys.",
}
"""The parts of the screen, and what is on each of them alone."""
LIVE = """() => [...document.querySelectorAll('.stMain *, .stApp [data-testid=stTooltipContent] *')].filter((e) =>
    e.matches('.stMain img, script, iframe, .katex, h3 > h1, [onerror]')
    || (e.href && !/^https?:/.test(e.href)) || (e.src && !e.src.startsWith(location.origin))
    || (typeof e.href === 'string' && e.href.includes('evil'))).map((e) => e.outerHTML.slice(0, 300))"""


async def hostile(exchange: Exchange) -> None:
    """A page with something of the kind wherever a page can say something."""
    if exchange.request.is_robots:
        return await exchange.send(b"", status=404)
    told = EVIL.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    ld = '{"@type": "Organization", "name": "[x](javascript:1)", "email": "real@extra.test", "address": "![a](b)"}'
    html = f"""<!doctype html><html lang="en"><head><title>{told}</title><meta name="description" content="{told}">
        <meta name="generator" content="{told}"><link rel="canonical" href="/other">
        <script type="application/ld+json">{ld}</script></head><body><h1>{told}</h1><p>{told}</p>
        <a href="javascript:window.pwned=6">a</a><a href="data:text/html,x">b</a><a href="tel:<img src=x>">c</a>
        <a href="https://one.test/1">d</a><a href="https://one.test/2">e</a></body></html>"""
    headers = [
        ("Server", "<img src=x onerror=alert(1)>"),
        ("X-Powered-By", "PHP/8.2, <b>x</b>"),
        ("Set-Cookie", "sid=s3cret; Path=/"),
        ("X-Robots-Tag", "![p](http://evil.test/p.png)"),
    ]
    await exchange.send(html.encode(), headers=headers)


@pytest.fixture(scope="module")
def report_id(app: App, web: Web) -> Iterator[int]:
    """A report of the page above."""
    web.answers[HOST] = hostile
    job_id = app.batch([HOST], name=EVIL[:150])
    assert app.ended(job_id)["status"] == "completed"
    yield int(app.get(f"/jobs/{job_id}/steps")["items"][0]["result_data"]["report_id"])
    del web.answers[HOST]


def test_a_hostile_page_is_reported_as_data(app: App, report_id: int) -> None:
    report = app.get(f"/reports/{report_id}")
    assert report["title"] == EVIL
    assert report["canonical_differs"] is True
    assert report["outlinks"] == [{"host": "one.test", "links": 2}]
    assert report["emails"][0] == "real@extra.test"
    assert {"name": "Set-Cookie", "value": "sid=…; Path=/"} in report["response_headers"]
    assert {"name": "PHP", "version": "8.2"} in report["technologies"]
    assert report["organisation_name"] == "[x](javascript:1)"
    assert "s3cret" not in str(report)


def test_nothing_that_a_page_says_comes_alive(page: Page, app: App, report_id: int) -> None:
    poison(app, report_id)
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url))
    page.on("dialog", lambda dialog: foreign.append(dialog.message) or dialog.dismiss())
    page.context.on("page", lambda opened: foreign.append(f"opened {opened.url}"))
    page.goto(f"/report?id={report_id}")
    part = page.locator(".st-key-part")
    for tab, sign in TABS.items():
        page.locator(".st-key-tab").get_by_text(tab, exact=True).click()
        expect(part.get_by_text(sign, exact=True)).to_be_visible()
        if tab in ("Details", "Links and contact", "Headers and TLS"):
            expect(part.get_by_test_id("stDataFrame").first).to_be_visible()
            assert [text for text in part.get_by_test_id("stText").all_inner_texts() if EVIL in text], tab
        if tab == "Links and contact":
            press_cells(page)
        assert page.evaluate(LIVE) == [], tab
    page.get_by_test_id("stPageLink").last.hover()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_text("Hash of the text")).to_be_visible()
    expect(page.get_by_role("link", name="Open site")).to_have_count(0)
    assert page.evaluate(LIVE) == []
    assert page.evaluate("window.pwned") is None
    assert [url for url in foreign if not url.startswith((app.url, "data:image/", "blob:"))] == []


def poison(app: App, report_id: int) -> None:
    """Put something of the kind into every field of the report."""
    own = {column.name: OBJECTS.get(column.name, VALUES.get(column.kind)) for column in REPORT_COLUMNS}
    values = {name: value for name, value in {**own, **SET_APART}.items() if value is not None}
    database = Database(f"sqlite:///{app.data_dir / 'lote.db'}", app.data_dir)
    with database.writing() as session:
        session.execute(sa.update(REPORTS).where(REPORTS.c.id == report_id).values(values))
    database.close()


def press_cells(page: Page) -> None:
    """Open cells of the table of external links, as a double click does."""
    table = page.get_by_test_id("stDataFrame").nth(2)  # after the site's own other pages, and the hosts
    table.scroll_into_view_if_needed()
    expect(table.locator("canvas").first).to_be_visible()
    box = table.bounding_box()
    assert box
    for row, x in ((1, 30), (1, 200), (4, 200)):
        page.mouse.dblclick(box["x"] + x, box["y"] + 17 + 34 * row)
        page.keyboard.press("Escape")


def test_scraped_and_extracted_again_twice_is_one_job_each_that_leads_to_its_report(page: Page, app: App) -> None:
    first = app.batch(["h0411.bulk.test"], name="Once", config={"store_html": True})
    app.ended(first)
    page.goto(f"/report?id={app.get(f'/jobs/{first}/steps')['items'][0]['result_data']['report_id']}")
    expect(page.get_by_text("Last run", exact=True)).to_be_visible()
    page.get_by_role("button", name="Scrape again").dblclick()
    page.get_by_role("link", name="Open the new report").click()
    expect(page.get_by_text("Last 2 runs")).to_be_visible()
    jobs = [job["id"] for job in app.get("/jobs")["items"] if job["name"] == "h0411.bulk.test"]
    assert jobs == [first + 1]
    page.locator(".st-key-strip").get_by_role("link", name=re.compile("Completed.*HTTP 200")).first.click()
    page.wait_for_url(re.compile(r"/report\?"))
    expect(page.get_by_role("link", name=re.compile(rf"Once #{first}"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download HTML").click()
    assert download.value.suggested_filename.startswith("h0411.bulk.test-")
    page.get_by_role("button", name="Extract again…").click()
    page.get_by_role("dialog").get_by_role("button", name="Extract again", exact=True).dblclick()
    page.wait_for_url(re.compile(rf"/job\?id={first + 2}$"))
    assert app.ended(first + 2)["completed_steps"] == 1
    assert app.get("/jobs")["items"][0]["id"] == first + 2, "one job, however often it is clicked"
