"""An analyst's day in a real browser: paste, watch, read, comment, change, cancel, take home; and in Spanish."""

import re
import time
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app import App
from tests.site import Web, bulk_hosts

LINES = "\n".join(
    [
        "# clients of the north",
        "HTTPS://Tidewater-Bakery.test/",
        "panaderia-elmolino.test, www.ferreteria-eltornillo.test",
        "info@oakridge-council.test",
        "tidewater-bakery.test",
        "bad_name!.test",
        "10.0.0.7",
        "ftp://files.test",
        *[f"h{n:04}.bulk.test" for n in range(1, 24)],
    ]
)
"""31 lines: 27 targets, one duplicate, three that cannot be taken, one comment; line 3 has two targets."""


PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const options = { clipboardData: data, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def paste(page: Page, text: str) -> None:
    page.get_by_label("Domains").last.wait_for()
    box = page.locator("textarea").first
    box.click()
    box.fill(text)


def job_id_of(page: Page) -> int:
    page.wait_for_url(re.compile(r"/job\?(.*&)?id=\d+"))
    found = re.search(r"id=(\d+)", page.url)
    assert found
    return int(found[1])


def click_cell(page: Page, row: int, column_from_right: int = 1) -> None:
    """Click a cell of the Steps table, which is drawn on a canvas; rows count from 1."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 40 - 80 * (column_from_right - 1), box["y"] + 35 + 34 * row - 17)


def test_paste_and_create_at_once_makes_one_job_that_tells_what_was_not_taken(page: Page, app: App) -> None:
    before = app.get("/jobs")["total"]
    page.goto("/new")
    paste(page, LINES)
    page.get_by_role("button", name="Create and start").click()
    job_id = job_id_of(page)
    expect(page.get_by_text(re.compile(r"4 of 31 lines were not taken"))).to_be_visible()
    bar = page.get_by_role("progressbar").first
    seen = {bar.get_attribute("aria-valuenow")}
    while app.get(f"/jobs/{job_id}")["status"] in {"pending", "running"}:
        seen.add(bar.get_attribute("aria-valuenow"))
        time.sleep(0.2)
    assert len(seen) > 2, "the bar moves without a reload"
    expect(page.get_by_text("Completed").first).to_be_visible()
    assert app.get("/jobs")["total"] == before + 1
    job = app.get(f"/jobs/{job_id}")
    assert (job["total_steps"], job["created_by"], job["origin"]) == (27, "ana", "ui")
    expect(page.get_by_text(re.compile("took"))).to_be_visible()  # the refresh has told the end
    page.get_by_text(re.compile(r"lines were not taken")).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_report_is_read_and_its_neighbours_are_a_click_away(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test", "panaderia-elmolino.test"])
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    click_cell(page, 1)
    page.wait_for_url(re.compile(r"/report\?"))
    expect(page.get_by_role("heading", name="tidewater-bakery.test")).to_be_visible()
    expect(page.get_by_text("1 of 2")).to_be_visible()
    page.go_back()
    page.wait_for_url(re.compile(r"/job\?"))


def test_comments_are_written_edited_and_deleted(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test"])
    page.goto(f"/job?id={job_id}&tab=comments")
    page.get_by_role("textbox", name="Comment").fill("![x](https://evil.example/p.png) **fresh**")
    page.get_by_role("button", name="Comment", exact=True).click()
    written = page.get_by_test_id("stText")
    expect(written).to_have_text("![x](https://evil.example/p.png) **fresh**")
    assert page.locator("img[src*='evil.example']").count() == 0
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    page.get_by_role("textbox", name="Comment", exact=True).fill("stale")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(written).to_have_text("stale")
    assert app.get(f"/comments/job/{job_id}")["items"][0]["edited_at"] is not None
    page.get_by_role("button", name="Delete", exact=True).click()
    page.locator("[class*=st-key-comment_delete] button").click()
    expect(written).to_have_count(0)
    assert app.get(f"/comments/job/{job_id}")["total"] == 0


def test_a_job_is_created_without_starting_changed_and_started(page: Page, app: App) -> None:
    page.goto("/new")
    paste(page, "tidewater-bakery.test")
    page.get_by_role("button", name="Create without starting").click()
    job_id = job_id_of(page)
    expect(page.get_by_text("Not started").first).to_be_visible()
    page.goto(f"/job?id={job_id}&tab=configuration")
    page.get_by_role("textbox", name="Name").fill("Renamed beforehand")
    page.get_by_role("textbox", name="Name").press("Tab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=re.compile("Renamed beforehand"))).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    assert app.ended(job_id)["completed_steps"] == 1


def test_another_job_is_cancelled_in_mid_run(page: Page, app: App) -> None:
    job_id = app.batch(["very-slow.test", *bulk_hosts(3)], config={"timeout_seconds": 60})
    page.goto(f"/job?id={job_id}")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Cancel")).last.click()
    expect(page.get_by_text("Cancelled").first).to_be_visible()
    assert app.get(f"/jobs/{job_id}")["status"] == "cancelled"


def test_columns_are_chosen_and_stay_in_the_address(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test"])
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    page.get_by_role("button", name="Columns and order").click()
    page.get_by_role("combobox", name="Columns").fill("Emails")
    page.get_by_role("option", name=re.compile("mail", re.IGNORECASE)).first.click()
    page.wait_for_url(re.compile("columns="))
    page.reload()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    assert "columns=" in page.url


def test_the_workbook_is_taken_home(page: Page, app: App, tmp_path: Path) -> None:
    job_id = app.batch(["tidewater-bakery.test", "notfound.test", "10.0.0.7"])
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("xlsx|Excel", re.IGNORECASE)).click()
    path = tmp_path / "job.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    rows = list(book.worksheets[0].values)
    header, *lines = rows
    assert [row[header.index("verdict")] for row in lines] == ["ok", "ok", "rejected"]
    assert "Tidewater" in str(lines[0][header.index("title")])
    assert lines[1][header.index("error_kind")] == "http_404"
    book.close()


def test_a_long_paste_is_kept_as_a_file_and_an_immediate_click_takes_all_of_it(page: Page, app: App) -> None:
    lines = "\n".join(f"h{n:04}.bulk.test" for n in range(1, 3001))
    page.goto("/new")
    box = page.locator("textarea").first
    box.click()
    page.evaluate(PASTE, lines)
    page.get_by_role("button", name="Create without starting").click()
    assert app.get(f"/jobs/{job_id_of(page)}")["total_steps"] == 3000


def test_back_leads_where_the_reader_came_from(page: Page, app: App) -> None:
    first, second = app.batch(["tidewater-bakery.test"]), app.batch(["panaderia-elmolino.test"])
    app.ended(first)
    app.ended(second)
    page.goto(f"/job?id={first}")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    click_cell(page, 1)
    page.wait_for_url(re.compile(r"/report\?"))
    page.goto(f"/job?id={second}")
    expect(page.get_by_role("heading", name=re.compile(f"#{second}"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="tidewater-bakery.test")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=re.compile(f"#{first}"))).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_same_in_spanish(app: App, spanish: BrowserContext, width: int) -> None:
    page = spanish.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/")
    expect(page.get_by_role("heading", name="Trabajos")).to_be_visible()
    page.goto("/new")
    box = page.locator("textarea").first
    box.click()
    box.fill("panaderia-elmolino.test\nmalo_!.test")
    page.get_by_role("button", name="Crear e Iniciar Job").click()
    job_id = job_id_of(page)
    app.ended(job_id)
    expect(page.get_by_text("Completado").first).to_be_visible()
    expect(page.get_by_text("Pendientes").first).to_be_visible()
    expect(page.get_by_text(re.compile("Pasos")).first).to_be_visible()


def test_refreshes_take_no_typed_text_focus_or_scroll_away(page: Page, app: App) -> None:
    job_id = app.batch(["very-slow.test", *bulk_hosts(30)], config={"timeout_seconds": 120})
    page.goto(f"/job?id={job_id}&tab=comments")
    box = page.get_by_role("textbox", name="Comment")
    box.click()
    box.press_sequentially("half a sentence")
    page.mouse.wheel(0, 200)
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    runs = page.evaluate("performance.now()")
    page.wait_for_function(f"performance.now() > {runs} + 10000")  # three refreshes
    assert box.input_value() == "half a sentence"
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scrolled
    app.post(f"/jobs/{job_id}/cancel")


def test_the_javascript_client_creates_follows_and_cancels(page: Page, app: App) -> None:
    page.goto("/api/docs")
    result = page.evaluate(
        """async (token) => {
            const { JobManager } = await import("/api/client/job-manager.js");
            const jobs = new JobManager(undefined, { token });
            const job = await jobs.createBatchScrapingJob(["tidewater-bakery.test"], "By JavaScript", "");
            const seen = await new Promise((done) => {
                const states = [];
                jobs.startJobPolling(job.id, (now) => {
                    states.push(now.status);
                    if (["completed", "failed", "cancelled"].includes(now.status)) done(states);
                }, 200);
            });
            const listed = await jobs.listJobs({ q: "By JavaScript" });
            let refused = "";
            try { await jobs.cancelJob(job.id); } catch (error) { refused = error.message; }
            const wrong = new JobManager(undefined, { token: "lote_x" });
            const status = await wrong.getJob(job.id).catch((error) => error.status);
            const { name, created_by } = await jobs.getJob(job.id);
            return { last: seen.at(-1), name, created_by, n: listed.items.length, refused, status };
        }""",
        app.post("/tokens", {"name": "JavaScript", "scope": "write", "owner": "eva"}).json()["token"],
    )
    assert (result["created_by"], result["status"]) == ("eva", 401)
    assert result["last"] == "completed"
    assert (result["name"], result["n"]) == ("By JavaScript", 1)
    assert "cannot be cancelled" in result["refused"]


def test_a_foreign_page_cannot_cancel(page: Page, app: App, web: Web) -> None:
    job_id = app.batch(["very-slow.test"], config={"timeout_seconds": 60})
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status) if "/cancel" in response.url else None)
    page.goto(f"http://127.0.0.1:{web.http_port}/")  # another origin: the small web itself
    page.evaluate(f"fetch('{app.url}/api/jobs/{job_id}/cancel', {{method: 'POST', mode: 'no-cors'}}).catch(() => 0)")
    page.wait_for_function("performance.now() > 500")
    assert answers == [403]
    assert app.get(f"/jobs/{job_id}")["status"] in {"pending", "running"}
    app.post(f"/jobs/{job_id}/cancel")


def test_settings_tell_that_the_engine_of_this_process_works(page: Page) -> None:
    page.goto("/settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.get_by_text("LOTE_DNS_OVERRIDES")).to_be_visible()
    expect(page.get_by_text("works", exact=True).first).to_be_visible()


def test_the_table_offers_no_download_that_leaves_formulas_alive(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test"])
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    table.hover()
    expect(page.get_by_role("button", name="Download as CSV")).to_have_count(0)
