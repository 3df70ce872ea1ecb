"""Steps are ticked on two pages of the table and run again with another option, once however often it is clicked."""

import re

from playwright.sync_api import Page, expect

from tests.app import App
from tests.browser.test_job_screen import table_of
from tests.site import bulk_hosts


def tick(page: Page, row: int) -> None:
    """Click the box of a row, from 1."""
    box = table_of(page)
    page.mouse.click(box["x"] + 15, box["y"] + 17 + 34 * row)


def test_ticked_steps_of_two_pages_run_again_once_with_their_option(page: Page, app: App) -> None:
    job_id = app.batch(bulk_hosts(60), start=False)
    assert app.post(f"/jobs/{job_id}/cancel").ok
    page.goto(f"/job?id={job_id}")
    tick(page, 2)
    expect(page.get_by_role("button", name="Retry 1 with options…")).to_be_visible()
    page.get_by_role("button", name="Page 2").click()
    expect(page.get_by_test_id("glide-cell-1-0")).to_have_text("51")
    tick(page, 1)
    page.get_by_role("button", name="Retry 2 with options…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Steps")).to_have_value("The 2 chosen ones")
    seconds = dialog.get_by_role("spinbutton", name="Time limit (s)")
    expect(seconds).to_have_value("30")
    seconds.fill("400")
    seconds.press("Enter")
    expect(dialog.get_by_text("Time limit (s): This must be 300 or less.")).to_be_visible()
    seconds.fill("60")
    seconds.press("Enter")
    expect(dialog.get_by_text("Changed for them: Time limit (s) 60.")).to_be_visible()
    dialog.get_by_role("button", name="Retry 2 steps").dblclick()
    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("2 steps run again")).to_be_visible()
    expect(page.get_by_text(re.compile("cannot be retried"))).to_have_count(0)
    app.ended(job_id)
    steps = app.get(f"/jobs/{job_id}/steps", limit=60)["items"]
    ran = {step["step_number"]: step["overrides"] for step in steps if step["status"] == "completed"}
    assert ran == {number: {"timeout_seconds": 60} for number in (2, 51)}
    page.goto(f"/job?id={job_id}&status=completed")
    expect(page.get_by_test_id("glide-cell-6-0")).to_contain_text("with Time limit (s) 60 · ")
