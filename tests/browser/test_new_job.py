"""New job as an analyst meets it: files that cannot be taken, buttons that stay where they are, a telephone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from core.tables import UPLOAD_LIMIT_BYTES
from tests.app import App

BUTTONS = ("Try first 5", "Create without starting", "Create and start")
DRAG = """(zone, [name, kinds]) => {
    const data = new DataTransfer();
    data.items.add(new File(["%PDF"], name));
    for (const kind of kinds)
        zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
}"""


def file(name: str, content: bytes = b"tidewater-bakery.test\n") -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def open_upload(page: Page) -> Locator:
    page.goto("/new")
    page.get_by_text("File", exact=True).click()
    chooser = page.locator("input[type=file]")
    chooser.wait_for(state="attached")
    page.locator(".refused").first.wait_for(state="attached")
    return chooser


def refused(page: Page) -> Locator:
    return page.locator(".refused").filter(visible=True)


def test_a_file_that_cannot_be_taken_is_told_in_a_sentence_that_replaces_the_one_before(
    page: Page, tmp_path: Path
) -> None:
    chooser = open_upload(page)
    chooser.set_input_files(file("empty.csv", b""))
    expect(page.get_by_text("“empty.csv” is empty")).to_be_visible()
    large = tmp_path / "large.csv"
    with large.open("wb") as content:
        content.truncate(UPLOAD_LIMIT_BYTES + 1)
    chooser.set_input_files(large)
    expect(refused(page)).to_have_text(
        "“large.csv” is larger than 25 MiB, the most that is taken. Cut it into several files."
    )
    expect(page.get_by_text("“empty.csv” is empty")).to_be_hidden()
    chooser.set_input_files(file("report.pdf"))
    expect(refused(page)).to_have_text(re.compile("“report.pdf” cannot be read: csv, tsv, txt and xlsx can"))
    expect(page.get_by_test_id("stFileUploader")).not_to_contain_text("large.csv")
    chooser.set_input_files(file("list.txt"))
    expect(page.get_by_text("1 to scrape")).to_be_visible()
    expect(refused(page)).to_have_count(0)


def test_a_dropped_file_of_the_wrong_kind_is_told_too(page: Page) -> None:
    open_upload(page)
    zone = page.get_by_test_id("stFileUploaderDropzone")
    zone.evaluate(DRAG, ["report.pdf", ["dragenter", "dragover"]])
    expect(zone).to_contain_text("Drop the file here")
    zone.evaluate(DRAG, ["report.pdf", ["drop"]])
    expect(refused(page)).to_have_text(re.compile("“report.pdf” cannot be read"))
    expect(zone).not_to_contain_text("Drop the file here")


def test_columns_are_offered_by_the_names_that_the_file_gives_them(page: Page) -> None:
    chooser = open_upload(page)
    chooser.set_input_files(file("list.csv", b"web_site,*Notes*,a-b (c)\ntidewater-bakery.test,x,y\n"))
    expect(page.get_by_role("combobox", name="Column with the targets")).to_have_value("web_site")
    tags = page.get_by_role("group", name="Selected values").locator("[data-tag]")
    expect(tags.filter(visible=True)).to_have_text(["*Notes*", "a-b (c)"])


def test_an_old_refusal_is_gone_when_the_uploader_comes_back(page: Page) -> None:
    open_upload(page).set_input_files(file("report.pdf"))
    expect(refused(page)).to_have_count(1)
    page.get_by_text("Paste", exact=True).click()
    expect(page.locator("textarea").first).to_be_visible()
    page.get_by_text("File", exact=True).click()
    page.locator(".refused").first.wait_for(state="attached")
    expect(refused(page)).to_have_count(0)


def places(page: Page) -> list[object]:
    buttons = [page.get_by_role("button", name=name).bounding_box() for name in BUTTONS]
    return [*buttons, page.get_by_role("textbox", name="Description").bounding_box()]


def test_neither_the_preview_nor_an_error_moves_the_buttons_and_the_form(page: Page) -> None:
    page.goto("/new")
    expect(page.get_by_text("Nothing is saved before you create the job.")).to_be_visible()
    stand = places(page)
    page.get_by_role("button", name="Create and start").click()
    expect(page.get_by_text("There is no domain yet")).to_be_visible()
    assert places(page) == stand
    box = page.locator("textarea").first
    box.fill("tidewater-bakery.test\nbad_name!.test")
    box.press("Control+Enter")
    expect(page.get_by_text("1 to scrape")).to_be_visible()
    assert places(page) == stand
    fast = page.get_by_text("Fast", exact=True)
    options = fast.bounding_box()
    box.fill("10.0.0.7\nbad_name!.test\nftp://files.test")
    box.press("Control+Enter")
    expect(page.get_by_text("3 rejected")).to_be_visible()
    assert fast.bounding_box() == options, "a click on the options right after a paste meets them"


def test_on_a_telephone_the_first_button_is_the_first_and_as_wide_as_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/new")
    boxes = [page.get_by_role("button", name=name).bounding_box() for name in BUTTONS]
    tried, kept, started = boxes
    assert tried
    assert kept
    assert started
    assert started["y"] < tried["y"] == kept["y"]
    assert started["width"] > 340
    box = page.locator("textarea").first
    box.fill("tidewater-bakery.test\nbad_name!.test\nqu\u0456llpad.test")
    box.press("Control+Enter")
    expect(page.get_by_text("3 qu\u0456llpad.test: look-alike")).to_be_visible()
    reason = page.get_by_text("2 bad_name!.test: rejected: a character that a name cannot have")
    expect(reason).to_be_visible()
    place = reason.bounding_box()
    assert place
    assert place["x"] + place["width"] <= 390, "the reason is read without scrolling to the side"
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(reason).to_be_hidden()


@pytest.mark.parametrize("delay", [0, 15, 35, 55])
def test_a_double_click_that_also_leaves_the_box_makes_one_job(page: Page, app: App, delay: int) -> None:
    """Several times: the second click may meet any moment of what the first one does."""
    before = app.get("/jobs")["total"]
    page.goto("/new")
    page.get_by_role("textbox", name="Name").fill(f"Clicked twice, {delay}")
    box = page.locator("textarea").first
    box.click()
    box.press_sequentially("tidewater-bakery.test\nnotfound.test")
    page.get_by_role("button", name="Create and start").dblclick(delay=delay)
    page.wait_for_url(re.compile(r"/job\?(.*&)?id=\d+"))
    expect(page.get_by_role("heading", name=re.compile(f"Clicked twice, {delay}"))).to_be_visible()
    assert app.get("/jobs")["total"] == before + 1


def test_the_console_tells_nothing_but_streamlits_search_for_its_server(page: Page) -> None:
    """Below /new, Streamlit first asks whether its server lives there, is told 404, and goes on to the root."""
    failed: list[str] = []
    told: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto("/new")
    page.locator("textarea").first.fill("tidewater-bakery.test")
    page.locator("textarea").first.press("Control+Enter")
    expect(page.get_by_text("1 to scrape")).to_be_visible()
    assert {url.partition("/new/")[2] for url in failed} <= {"_stcore/health", "_stcore/host-config"}
    assert [text for text in told if "404" not in text] == []
