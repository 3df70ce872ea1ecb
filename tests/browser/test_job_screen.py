"""The Job screen in a real browser: by keyboard, sorted as a whole, in sync with its filters, and nothing moves."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app import App
from tests.site import bulk_hosts

NAME = "Cartera Q4 de los clientes del norte, con cada tienda que cambió de manos desde la campaña anterior en el valle"


def table_of(page: Page) -> dict[str, float]:
    """Where the Steps table is."""
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    box = table.bounding_box()
    assert box
    return dict(box)


def focus_on_row(page: Page, row: int) -> None:
    """From the controls above the table to a row of it (from 1), by keys alone."""
    page.get_by_role("button", name="Columns and order").focus()
    page.keyboard.press("Tab")
    chosen = page.locator(".chosen")
    for number in range(1, row + 1):
        if number > 1:
            page.keyboard.press("ArrowDown")
        expect(chosen).to_contain_text(f"#{number}")


def press_before_table(page: Page, name: str) -> None:
    """Back out of the table, maybe by way of the table as a whole, to the button before it; and press it.

    A table that is being drawn anew takes the focus back.
    """
    button = page.get_by_role("button", name=name)
    expect(button).to_be_enabled()
    for _key in range(6):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def test_history_and_report_of_a_step_are_opened_by_keyboard_alone(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test", "panaderia-elmolino.test", "notfound.test"])
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    table_of(page)
    focus_on_row(page, 3)
    press_before_table(page, "History")  # a failed step has no report: the history is the nearest button
    expect(page.get_by_role("dialog")).to_contain_text("notfound.test")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="History").focus()
    page.keyboard.press("Tab")  # the table is as it was left
    page.wait_for_function("document.activeElement.closest('[data-testid=stDataFrame]')")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".chosen")).to_contain_text("#2")
    press_before_table(page, "Open the report")
    page.wait_for_url(re.compile(r"/report\?"))
    expect(page.get_by_role("heading", name="panaderia-elmolino.test")).to_be_visible()


def test_nothing_moves_from_the_start_to_the_end(page: Page, app: App) -> None:
    page.goto("/new")
    page.locator("textarea").first.fill("\n".join([*bulk_hosts(12), "notfound.test", *bulk_hosts(30)[12:]]))
    page.get_by_role("button", name="Create without starting").click()
    page.wait_for_url(re.compile(r"/job\?"))
    tops = {table_of(page)["y"]}
    page.get_by_role("button", name="Start", exact=True).click()
    failed = page.locator("[data-testid=stMetricValue]").nth(2)
    seen = set()
    deadline = time.monotonic() + 60
    while not page.get_by_text(re.compile(r"took ")).count():
        assert time.monotonic() < deadline
        seen.add(failed.inner_text())
        tops.add(table_of(page)["y"])
    expect(page.get_by_role("button", name="Retry 1 failed")).to_be_visible()
    tops.add(table_of(page)["y"])
    figures = page.locator("[class*=st-key-figures_] p").first  # they are longer in Spanish, and with flags
    figures.evaluate("line => line.append(' · 14 fallidos · quedan hasta 2 min · 11 con avisos')")
    tops.add(table_of(page)["y"])
    assert seen >= {"0", "1"}, "the first failure came while we looked"
    assert len(tops) == 1, tops


def test_a_header_sorts_the_whole_job_and_stays_in_the_address(page: Page, app: App) -> None:
    job_id = app.batch(bulk_hosts(60))
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    box = table_of(page)
    page.mouse.click(box["x"] + 100, box["y"] + 17)
    page.wait_for_url(re.compile(r"sort=target"))
    expect(page.locator("[data-testid=stDataFrame] th", has_text="↑ Target")).to_have_count(1)
    page.mouse.click(box["x"] + 100, box["y"] + 17)
    page.wait_for_url(re.compile(r"sort=-target"))
    expect(page.get_by_test_id("glide-cell-1-0")).to_have_text("h0060.bulk.test")  # of the second page, unsorted
    page.get_by_role("button", name="Columns and order").click()
    expect(page.get_by_role("switch", name="Descending")).to_be_checked()
    page.get_by_role("combobox", name="Columns").fill("e-mail")  # names are read as they are, not as Markdown
    expect(page.get_by_role("option", name="E-mail addresses", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.go_back()
    expect(page.get_by_test_id("glide-cell-1-0")).to_have_text("h0001.bulk.test")


def test_the_menu_of_a_column_offers_no_sorting_of_one_page(page: Page, app: App) -> None:
    job_id = app.batch(bulk_hosts(2))
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    box = table_of(page)
    menu = page.get_by_test_id("stDataFrameColumnMenu")
    for x in range(230, 200, -3):  # the dots are at the end of the second header
        page.mouse.move(box["x"] + x, box["y"] + 17)
        page.mouse.click(box["x"] + x, box["y"] + 17)
        if menu.count():
            break
    expect(menu.get_by_text("Pin column")).to_be_visible()
    expect(menu.get_by_text("Sort ascending")).to_be_hidden()
    expect(menu.get_by_text("Sort descending")).to_be_hidden()


def test_a_button_can_be_read_in_the_dark_while_its_menu_is_open(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test"])
    app.ended(job_id)
    page.emulate_media(color_scheme="dark")
    page.goto(f"/job?id={job_id}")
    button = page.get_by_role("button", name="Slowest hosts")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.mouse.move(5, 5)
    expect(button).to_have_css("color", "rgb(140, 194, 242)")  # 9.6 on the background, where the theme's is 1.4


def test_a_failure_that_is_clicked_is_chosen_in_the_filter_too(page: Page, app: App) -> None:
    job_id = app.batch(["notfound.test", *bulk_hosts(2)])
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    table_of(page)
    box = page.get_by_role("combobox", name="Failure")
    page.get_by_role("radio", name=re.compile("http_404")).or_(page.get_by_role("button", name="http_404")).click()
    page.wait_for_url(re.compile("kind=http_404"))
    expect(box).to_have_value("http_404")
    page.go_back()
    expect(box).to_have_value("")


def test_the_toast_of_the_end_covers_no_button_of_the_head(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test"], start=False)
    page.goto(f"/job?id={job_id}")
    page.get_by_role("button", name="Start", exact=True).click()  # from then on its end is told, however fast it comes
    toast = page.get_by_test_id("stToast")
    expect(toast).to_be_visible(timeout=30_000)
    said, head = toast.bounding_box(), page.locator(".st-key-heading").bounding_box()
    assert said
    assert head
    assert said["y"] > head["y"] + head["height"] + 300


def test_a_long_name_leaves_the_buttons_where_they_are(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test", "notfound.test"], name=NAME)
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    primary = page.get_by_role("button", name="Retry 1 failed")
    expect(primary).to_be_visible()
    for width in (1280, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        button, title = primary.bounding_box(), page.locator(".st-key-title").bounding_box()
        assert button
        assert title
        assert button["x"] >= title["x"] + title["width"]
        assert abs((button["y"] + button["height"] / 2) - (title["y"] + title["height"] / 2)) < 6


def test_a_job_that_is_deleted_elsewhere_is_told_once(page: Page, app: App, context: BrowserContext) -> None:
    job_id = app.batch(["notfound.test"])
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    table_of(page)
    assert context.request.delete(f"{app.url}/api/jobs/{job_id}").ok
    page.get_by_role("button", name="Retry 1 failed").click()
    expect(page.get_by_text("Jobs", exact=True).last).to_be_visible()
    expect(page.locator(".st-key-heading")).to_have_count(0)
    expect(page.get_by_text(f"There is no job {job_id}")).to_have_count(1)
    expect(page.get_by_test_id("stToast")).to_have_count(0)


@pytest.mark.parametrize("last", ["History", "Historial"])
def test_the_parts_of_a_report_are_all_seen_on_a_phone(page: Page, app: App, last: str) -> None:
    job_id = app.batch(["tidewater-bakery.test"])
    app.ended(job_id)
    report = app.get("/reports", job_id=job_id)["items"][0]["id"]
    page.set_viewport_size({"width": 390, "height": 844})
    language = "es" if last == "Historial" else "en"
    page.context.add_cookies([{"name": "lote_language", "value": language, "url": app.url}])
    page.goto(f"/report?id={report}")
    parts = page.locator(".st-key-tab button")
    expect(parts.last).to_have_text(last)
    frame = page.locator(".st-key-tab").bounding_box()
    rows = set()
    for part in parts.all():
        box = part.bounding_box()
        assert box
        assert frame
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        rows.add(box["y"])
    assert len(rows) == 1


def test_addresses_in_texts_of_people_are_no_links(page: Page, app: App) -> None:
    job_id = app.batch(["www.ferreteria-eltornillo.test"], name="www.a.test https://b.test/ c@d.test")
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    heading = page.get_by_role("heading", name=re.compile(f"#{job_id}"))
    expect(heading).to_be_visible()
    assert heading.get_by_role("link").count() == 0
    box = table_of(page)
    page.mouse.click(box["x"] + 100, box["y"] + 50)
    page.get_by_role("button", name="History").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("ferreteria-eltornillo.test")
    assert dialog.get_by_role("link").count() == 0
    page.goto("/")
    card = page.locator(f".st-key-card_{job_id}")
    expect(card.get_by_role("link")).to_have_count(1)
