"""Domains are added to a job from its menu, in the middle of its refreshes; what is reused is seen and leads on."""

import re

from playwright.sync_api import Page, expect

from tests.app import App


def test_domains_are_added_from_the_menu_and_reports_reused(page: Page, app: App) -> None:
    first = app.batch(["h0391.bulk.test", "h0392.bulk.test"], name="First")
    app.ended(first)
    job_id = app.batch(["h0393.bulk.test", "h0391.bulk.test"], name="Second", start=False, config={"reuse_days": 7})
    page.goto(f"/job?id={job_id}")
    page.get_by_test_id("stMenuButton").get_by_role("button").click()
    page.get_by_role("menuitem", name="Add domains…").click()
    dialog = page.get_by_role("dialog")
    box = dialog.get_by_role("textbox")
    box.fill("h0392.bulk.test\nH0393.bulk.test\nftp://x.test")
    box.press("Control+Enter")
    expect(dialog.get_by_text("1 to scrape · 1 duplicate · 1 rejected")).to_be_visible()
    box.fill("h0392.bulk.test")
    dialog.get_by_role("button", name="Add to the job").click()  # at once: the click takes what stands in the box
    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("1 domain added")).to_be_visible()
    assert app.get(f"/jobs/{job_id}")["total_steps"] == 3
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile("2 reused"))).to_be_visible()
    app.ended(job_id)
    [_own, again, _third] = app.get(f"/jobs/{job_id}/steps")["items"]
    page.goto(f"/report?id={again['result_data']['report_id']}&job={job_id}")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    expect(page.get_by_role("link", name=f"Report of job #{first}")).to_be_visible()
