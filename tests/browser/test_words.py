"""No English of Streamlit's own is left on a Spanish screen, whatever is opened; and English comes back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pages.ui.borrowed import WORDS
from tests.app import App

COLLECT = """() => {
    const texts = new Set(), seen = (node) => node.checkVisibility?.() ?? true;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const skipped = "script, style, noscript, canvas, [data-testid=stIconMaterial], [aria-hidden=true]";
    for (let node; (node = walk.nextNode());)
        if (node.nodeValue.trim() && !node.parentElement.closest(skipped) && seen(node.parentElement))
            texts.add(node.nodeValue.trim());
    for (const element of document.body.querySelectorAll("*"))
        if (!element.closest("canvas") && seen(element))
            for (const name of ["title", "aria-label", "placeholder", "alt"])
                if (element.getAttribute(name)) texts.add(element.getAttribute(name).trim());
    return [...texts];
}"""
BOTH = {"Error", "Euro", "Yen", "streamlit run yourscript.py", "Logo"}
"""The same word in Spanish, or a command."""
TOLD_BY_REVIEWERS = (
    r"\d+MB per file",
    "Drag and drop",
    "must be .* or smaller",
    "^Press ",
    "to apply",
    "^No results",
    "Made with",
    "Record",
    "opens in new tab",
    "^Remove",
    "^Add ",
    "^Choose",
    "^Sort ",
    "Fullscreen",
    "Connecting",
    "^(Next|Previous) ",
    "^Page ",
    r"\b(the|your|this|with|please|are|is|and) ",
)


def theirs() -> re.Pattern[str]:
    """Whatever Streamlit says of which we know, and whatever looks like English."""
    words = {word if isinstance(word, str) else word[0] for words in WORDS.values() for word in words} - BOTH
    known = [".+".join(re.escape(part) for part in re.split(r"\{\w+\}", word)) for word in words]
    return re.compile("|".join([*(f"^{word}$" for word in known), *TOLD_BY_REVIEWERS]))


ENGLISH = theirs()


def english(page: Page) -> list[str]:
    return sorted(text for text in page.evaluate(COLLECT) if ENGLISH.search(text))


def speaks_spanish(page: Page) -> None:
    """Wait until the words that have just been written are said; what is left after that is a fault."""
    for _ in range(50):
        if not (left := english(page)):
            return
        page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert left == []


def jobs(page: Page, job_id: int) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Trabajos")).to_be_visible()
    speaks_spanish(page)
    page.get_by_test_id("stMainMenuButton").click()
    expect(page.get_by_text("Oscuro")).to_be_visible()
    speaks_spanish(page)
    page.keyboard.press("Escape")
    select = page.get_by_role("combobox").first
    select.click()
    select.press_sequentially("zzz")
    expect(page.get_by_text("Sin resultados")).to_be_visible()
    speaks_spanish(page)


def pasted(page: Page, job_id: int) -> None:
    page.goto("/new")
    box = page.locator("textarea").first
    box.click()
    box.press_sequentially("panaderia-elmolino.test\nmalo_!.test\n10.0.0.7")
    expect(page.get_by_text("Pulse Ctrl+Intro para aplicar")).to_be_visible()
    speaks_spanish(page)
    box.press("Control+Enter")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    page.get_by_text("cambiar…").click()
    page.get_by_role("spinbutton", name="A la vez").fill("900")
    speaks_spanish(page)
    page.get_by_test_id("stDataFrame").hover()
    speaks_spanish(page)


def uploaded(page: Page, job_id: int) -> None:
    page.goto("/new")
    page.get_by_text("Archivo", exact=True).click()
    expect(page.get_by_text("Subir", exact=True)).to_be_visible()
    speaks_spanish(page)
    table = b"Empresa;Web\nEl Molino;panaderia-elmolino.test\nOtra;malo_!.test\n"
    page.locator("input[type=file]").set_input_files({"name": "lista.csv", "mimeType": "text/csv", "buffer": table})
    expect(page.get_by_text("Columna de los objetivos")).to_be_visible()
    speaks_spanish(page)
    page.get_by_role("combobox").first.click()
    page.get_by_role("combobox").first.press_sequentially("zzz")
    speaks_spanish(page)


def job(page: Page, job_id: int) -> None:
    said = {"job_id": job_id, "author": "ana", "body": "Revisar"}
    assert page.request.post("/api/comments/job", data=said).ok
    for tab in ("", "&tab=comments", "&tab=configuration"):
        page.goto(f"/job?id={job_id}{tab}")
        expect(page.get_by_role("heading", name=re.compile(f"#{job_id}"))).to_be_visible()
        speaks_spanish(page)
    page.goto(f"/job?id={job_id}")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 200, box["y"] + 17, button="right")
    speaks_spanish(page)


def dialogs(page: Page, job_id: int) -> None:
    page.goto(f"/job?id={job_id}")
    page.get_by_role("button", name="Exportar").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    speaks_spanish(page)
    page.goto("/nada/nada")
    page.goto("/nada")
    expect(page.get_by_role("dialog").get_by_text("Estos son los trabajos")).to_be_visible()
    speaks_spanish(page)


def report(page: Page, job_id: int) -> None:
    [step] = page.request.get(f"/api/jobs/{job_id}/steps").json()["items"]
    page.goto(f"/report?id={step['result_data']['report_id']}")
    for tab in ("Enlaces y contacto", "Cabeceras y TLS", "Historial"):
        page.locator(".st-key-tab").get_by_text(tab).click()
        expect(page.locator(".st-key-part").get_by_test_id("stDataFrame").first).to_be_visible()
        speaks_spanish(page)


def others(page: Page, job_id: int) -> None:
    page.goto("/settings")
    expect(page.get_by_role("heading", name="Ajustes")).to_be_visible()
    speaks_spanish(page)


@pytest.mark.parametrize("walk", [jobs, pasted, uploaded, job, report, dialogs, others], ids=lambda walk: walk.__name__)
def test_nothing_on_a_spanish_screen_is_english(
    spanish: BrowserContext, app: App, walk: Callable[[Page, int], None]
) -> None:
    job_id = app.batch(["panaderia-elmolino.test"], name="Cartera")
    app.ended(job_id)
    walk(spanish.new_page(), job_id)


def test_the_language_changes_without_a_reload_and_back(spanish: BrowserContext) -> None:
    page = spanish.new_page()
    page.goto("/new")
    menu = page.get_by_test_id("stMainMenuButton")
    expect(menu).to_have_attribute("aria-label", "Menú principal")
    assert page.evaluate("document.documentElement.lang") == "es"
    page.get_by_text("English", exact=True).click()
    expect(menu).to_have_attribute("aria-label", "Main menu")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_text("Español", exact=True).click()
    expect(menu).to_have_attribute("aria-label", "Menú principal")


def test_what_people_wrote_stays_as_they_wrote_it(spanish: BrowserContext, app: App) -> None:
    job_id = app.batch(["panaderia-elmolino.test"], name="Print", description="No results")
    app.ended(job_id)
    page = spanish.new_page()
    page.goto(f"/job?id={job_id}")
    expect(page.get_by_role("heading", name=re.compile("Print"))).to_be_visible()
    expect(page.get_by_text("No results")).to_be_visible()
    expect(page.get_by_test_id("stMainMenuButton")).to_have_attribute("aria-label", "Menú principal")
    expect(page.get_by_role("heading", name=re.compile("Print"))).to_be_visible()
