"""The Report screen: what a page said is shown as data, the ways to and from it, ids that name nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from core.states import JobType
from tests.pages.conftest import Opened
from tests.story import claim, completed, failed, job_of, new_job, settle, steps_of

PAGE = "pages/report.py"
TOLD = ["title", "description", "site_name", "author", "canonical_url", "generator", "meta_robots", "server"]
TOLD += ["content_type", "charset", "language_declared", "language_detected", "image_url", "tls_issuer"]
TOLD += ["x_robots_tag", "organisation_name"]
LISTED = ["h1s", "tags", "categories", "feeds", "emails", "phones", "social_profiles", "postal_addresses"]
HOSTILE = "<img src=x onerror=alert(1)> ![pixel](http://evil.test/p.png) [click](javascript:alert(1)) :red[x]"


def reports(service: JobService, database: Database, targets: int = 1, **columns: Any) -> list[int]:
    """A finished job over `h1.test` …; gives the ids of its reports."""
    job_id = new_job(service, targets, name="Cartera Q4")
    settle(database, *(completed(one, **columns) for one in claim(database, only_job=job_id)))
    return [step.report_id or 0 for step in steps_of(database, job_id)]


def texts(screen: AppTest) -> str:
    """What is shown as plain text."""
    return "\n".join(element.value for element in screen.text)


def rendered(screen: AppTest) -> str:
    """What passes through Markdown or HTML, labels and toasts included."""
    kinds = (screen.title, screen.markdown, screen.caption, screen.subheader, screen.page_link, screen.toast)
    parts = [element.value for elements in kinds for element in elements]
    parts += [element.proto.body for element in screen.get("html")]
    parts += [button.label for button in screen.button]
    return "\n".join(parts)


def test_a_report_tells_target_state_and_where_it_comes_from(
    open_page: Opened, service: JobService, database: Database
) -> None:
    [report_id] = reports(service, database, description="For use in examples.", language_detected="en")
    screen = open_page(PAGE, id=report_id)
    assert [title.value for title in screen.title] == [r"h1\.test"]
    assert any("HTTP 200" in line.value for line in screen.markdown)
    assert "0.5 s · en · 100 words" in texts(screen)
    assert "Title of h1.test — “For use in examples.”" in texts(screen)
    [provenance] = [caption.value for caption in screen.caption if caption.value.startswith("Fetched")]
    for part in ("job #1", "attempt 1", "extractor test", "1,000 B", "`0000"):
        assert part in provenance
    [link] = screen.link_button
    assert (link.value, link.proto.url) == ("Open site", "https://h1.test/")


def test_what_robots_txt_said_is_told_in_words(open_page: Opened, service: JobService, database: Database) -> None:
    [report_id] = reports(service, database, robots_verdict="no_file")
    assert "there is none: everything is allowed" in texts(open_page(PAGE, id=report_id, tab="headers"))


def test_what_a_page_said_is_never_markdown_or_html(open_page: Opened, service: JobService, database: Database) -> None:
    told = dict.fromkeys(TOLD, HOSTILE)
    lists = {name: [HOSTILE] for name in LISTED}
    links = {"internal_links": [HOSTILE], "external_links": ["javascript:alert(1)"], "external_hosts": [HOSTILE]}
    pairs = {
        "technologies": [{"name": HOSTILE, "version": HOSTILE}],
        "hreflang": [{"lang": HOSTILE, "url": "javascript:alert(1)"}],
        "outlinks": [{"host": HOSTILE, "links": 1}],
        "response_headers": [{"name": HOSTILE, "value": HOSTILE}],
        "redirect_chain": [{"url": HOSTILE, "status": 301}],
    }
    [report_id] = reports(service, database, **told, **lists, **links, **pairs)
    screen = open_page(PAGE, id=report_id)
    for tab in ("details", "text", "links", "headers", "history"):
        screen.query_params["tab"] = tab
        screen.run()
        assert HOSTILE in texts(screen)
        assert "evil" not in rendered(screen), tab
        assert "onerror" not in rendered(screen), tab


def test_only_addresses_of_the_web_can_be_clicked(open_page: Opened, service: JobService, database: Database) -> None:
    links = ["https://a.test/", "javascript:alert(1)", "mailto:x@a.test", "http://["]
    [report_id] = reports(service, database, external_links=links, final_url="javascript:alert(1)")
    screen = open_page(PAGE, id=report_id, tab="links")
    assert not screen.link_button
    [table] = [table for table in screen.dataframe if "address" in table.value]
    assert table.value["address"].tolist() == links
    assert [value for value in table.value["open"] if isinstance(value, str)] == ["https://a.test/"]


def test_the_text_can_be_copied_and_downloaded(open_page: Opened, service: JobService, database: Database) -> None:
    [report_id] = reports(service, database)
    screen = open_page(PAGE, id=report_id, tab="text")
    assert "Text of h1.test" in [code.value for code in screen.code]
    assert [button.label for button in screen.download_button] == ["Download"]


def test_the_way_leads_to_the_job_and_to_the_reports_beside(
    open_page: Opened, service: JobService, database: Database
) -> None:
    first, second, third = reports(service, database, targets=3)
    screen = open_page(PAGE, id=second)
    assert screen.page_link[0].value == "Cartera Q4 :gray[#1]"
    assert "2 of 3" in [caption.value for caption in screen.caption]
    assert not screen.button(key="before").disabled
    assert open_page(PAGE, id=first).button(key="before").disabled
    assert open_page(PAGE, id=third).button(key="after").disabled
    screen.button(key="after").click().run()
    assert screen.query_params["id"] == str(third)


def test_the_chosen_part_goes_into_the_url(open_page: Opened, service: JobService, database: Database) -> None:
    [report_id] = reports(service, database, server="nginx")
    screen = open_page(PAGE, id=report_id)
    assert "nginx" not in texts(screen)
    [tabs] = [group for group in screen.button_group if group.key == "tab"]
    tabs.set_value("headers").run()
    assert screen.query_params["tab"] == "headers"
    assert "nginx" in texts(screen)


def test_without_an_id_the_screen_says_where_reports_are(open_page: Opened) -> None:
    screen = open_page(PAGE)
    assert "opened from the steps of its job" in screen.info[0].value
    assert [link.value for link in screen.page_link] == ["Jobs"]


def test_an_id_that_names_nothing_is_told_with_the_way_home(open_page: Opened) -> None:
    screen = open_page(PAGE)
    for given in ("99", "0", "-1", "x", "1.5", "9" * 30, "<b>"):
        screen.query_params["id"] = given
        screen.run()
        assert any(error.value.startswith("There is no report") for error in screen.error), given
        assert [link.value for link in screen.page_link] == ["Jobs"]


def test_international_names_are_shown_in_their_script(
    open_page: Opened, service: JobService, database: Database
) -> None:
    settle(database, *(completed(one) for one in claim(database, only_job=new_job(service, ["españa.test/año"]))))
    screen = open_page(PAGE, id=1)
    assert screen.title[0].value.replace("\\", "").startswith("españa.test/")


def test_a_look_alike_is_marked_with_its_real_name(open_page: Opened, service: JobService, database: Database) -> None:
    settle(database, *(completed(one) for one in claim(database, only_job=new_job(service, ["\u0430pple.test"]))))
    assert "look-alike" in rendered(open_page(PAGE, id=1))
    [report_id] = reports(service, database)
    assert "look-alike" not in rendered(open_page(PAGE, id=report_id))


def test_the_time_of_the_visit_is_absolute_where_nothing_refreshes(
    open_page: Opened, service: JobService, database: Database
) -> None:
    [report_id] = reports(service, database)
    assert "Fetched 1 Mar 2026, 12:00:00 UTC" in rendered(open_page(PAGE, id=report_id))


def test_a_long_title_is_cut_in_the_head_and_whole_in_the_details(
    open_page: Opened, service: JobService, database: Database
) -> None:
    [report_id] = reports(service, database, title="long " * 200)
    lengths = [len(text.value) for text in open_page(PAGE, id=report_id).text]
    assert len([length for length in lengths if length > 900]) == 1
    assert max(lengths[:2]) <= 120


def ways(screen: AppTest) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Colour and icon, page and query of each run in the strip, oldest first."""
    links = [link.proto for link in screen.page_link if ":material/" in link.proto.label]
    return [(link.label.partition(" ")[0], link.page, parse_qs(link.query_string)) for link in links]


def test_the_strip_leads_to_the_last_runs_and_the_history_to_all(
    open_page: Opened, service: JobService, database: Database
) -> None:
    now = datetime.now(UTC)
    for day, content in enumerate(["a", "a", None, "b"]):
        [one] = claim(database, only_job=new_job(service, ["h1.test"], name=f"Day {day}"))
        at = now + timedelta(days=day)
        flags = [{"flag": "thin_text", "evidence": "23 words"}] if content == "b" else []
        done = completed(one, fetched_at=at, content_hash=content * 64, flags=flags) if content else failed(one)
        settle(database, done, now=at)
    screen = open_page(PAGE, id=1, tab="history")
    assert ways(screen) == [
        (":green[:material/check_circle:]", "report", {"id": ["1"], "tab": ["history"]}),
        (":green[:material/check_circle:]", "report", {"id": ["2"], "tab": ["history"]}),
        (":red[:material/error:]", "job", {"id": ["3"], "q": ["h1.test"]}),
        (":orange[:material/check_circle:]", "report", {"id": ["3"], "tab": ["history"]}),
    ]
    [table] = screen.dataframe
    assert table.value["job"].tolist() == ["#4 Day 3", "#3 Day 2", "#2 Day 1", "#1 Day 0"]
    told = ["text changed", "The time limit ran out.", "same text", ""]
    assert table.value["result"].tolist() == told


def test_scrape_again_makes_one_job_of_the_target_with_the_same_options(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, ["h1.test", "h2.test"], config={"timeout_seconds": 77, "reuse_days": 5})
    settle(database, *(completed(one) for one in claim(database, only_job=job_id)))
    screen = open_page(PAGE, id=2)
    screen.button(key="scrape_again").click().run()
    screen.button(key="scrape_again").click().run()
    again = job_of(database, job_id + 1)
    assert (again.name, again.job_type, again.was_started) == ("h2.test", JobType.SINGLE_SCRAPING, True)
    assert (again.config["timeout_seconds"], again.config["reuse_days"]) == (77, 0)
    assert len(service.list_jobs()) == 2
    assert f"Job #{again.id}" in [link.value for link in screen.page_link]
    settle(database, *(completed(one) for one in claim(database, only_job=again.id)))
    screen.run()
    assert "Open the new report" in [link.value for link in screen.page_link]


@pytest.mark.parametrize(
    ("days", "told"),
    [(12, "certificate ends in 12 days"), (40, None), (-3, "the certificate of this visit ended on")],
)
def test_a_certificate_that_ends_soon_is_told(
    open_page: Opened, service: JobService, database: Database, days: int, told: str | None
) -> None:
    [report_id] = reports(service, database, tls_expires_at=datetime.now(UTC) + timedelta(days=days, hours=1))
    shown = rendered(open_page(PAGE, id=report_id))
    assert told in shown if told else "certificate" not in shown


def test_a_report_of_an_older_version_tells_the_hosts_it_knows(
    open_page: Opened, service: JobService, database: Database
) -> None:
    [report_id] = reports(service, database, external_hosts=["a.test", "b.test"])
    screen = open_page(PAGE, id=report_id, tab="links")
    assert [table.value["host"].tolist() for table in screen.dataframe] == [["a.test", "b.test"]]
