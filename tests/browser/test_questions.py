"""A question as an analyst asks it: written in the options, tried on one URL, then asked of the whole list."""

import re

from playwright.sync_api import Page, expect

from tests.app import App
from tests.browser.test_analyst import job_id_of


def test_a_question_is_tried_on_one_url_before_it_is_asked_of_all(page: Page, app: App) -> None:
    page.goto("/new")
    box = page.locator("textarea").first
    box.fill("panaderia-elmolino.test\ntidewater-bakery.test")
    box.press("Control+Enter")
    expect(page.get_by_text("2 to scrape")).to_be_visible()
    page.get_by_text("change…").click()
    # what is drawn anew in this moment would take the click away
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_role("button", name="Add a question").click()
    page.get_by_role("textbox", name="Name of the column").fill("Legal notice")
    page.get_by_role("textbox", name="What to look for").fill("aviso  LEGAL")
    page.get_by_role("textbox", name="What to look for").press("Enter")
    expect(page.get_by_text("1 question", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Try", exact=True).click()
    result = page.locator(".st-key-new_trial_result")
    expect(result.get_by_text(re.compile("… ?.*aviso legal", re.IGNORECASE))).to_be_visible()
    expect(result.get_by_text("Completed")).to_be_visible()
    expect(result.get_by_role("link", name="Open the report")).to_be_visible()
    expect(box).to_have_value("panaderia-elmolino.test\ntidewater-bakery.test")
    page.get_by_role("button", name="Create and start").click()
    job_id = job_id_of(page)
    app.ended(job_id)
    reports = {report["target"]: report for report in app.get("/reports", job_id=job_id)["items"]}
    assert reports["panaderia-elmolino.test"]["answers"]["Legal notice"]["count"] >= 1
    assert reports["tidewater-bakery.test"]["answers"]["Legal notice"] == {"count": 0, "found": []}
