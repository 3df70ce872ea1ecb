"""From the number of flagged ones to a report, which is checked by hand: then the job needs no attention any more."""

import re

from playwright.sync_api import Page, expect

from tests.app import App


def test_what_is_flagged_is_found_and_checked_by_hand(page: Page, app: App) -> None:
    job_id = app.batch(["tidewater-bakery.test", "parked.test"], name="Worth")
    app.ended(job_id)
    page.goto(f"/job?id={job_id}")
    expect(page.get_by_text("Completed, 1 flagged")).to_be_visible()
    page.get_by_role("button", name="1 flagged").click()
    page.wait_for_url(re.compile("flag=any"))
    expect(page.get_by_text("1 step", exact=True)).to_be_visible()
    [step] = app.get(f"/jobs/{job_id}/steps", flag="any")["items"]
    page.goto(f"/report?id={step['result_data']['report_id']}")
    page.get_by_role("button", name="Mark as checked by hand").click()
    page.get_by_role("textbox", name="Note").fill("**Mine** <img src=x>")
    page.get_by_role("button", name="Mark as checked", exact=True).click()  # at once: it takes what stands in the box
    expect(page.get_by_role("button", name="Take back")).to_be_visible()
    expect(page.get_by_text("**Mine** <img src=x>")).to_be_visible()
    assert app.get(f"/jobs/{job_id}")["unchecked_steps"] == 0
    page.get_by_role("link", name="Worth").click()
    expect(page.get_by_role("heading", name="Worth")).to_be_visible()
    expect(page.get_by_text("Completed, 1 flagged")).to_have_count(0)
    expect(page.get_by_role("button", name="1 flagged")).to_be_visible()
