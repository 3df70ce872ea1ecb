"""The Jobs screen: what is going on, filters in the URL, pages, what can be done with a job."""

import pytest
from streamlit.testing.v1 import AppTest

from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.states import JobStatus
from pages.ui import draft
from pages.ui.menu import ITEMS
from tests.pages.conftest import Opened, followed
from tests.story import claim, completed, failed, job_of, new_job, settle


def names(screen: AppTest) -> list[str]:
    """The names of the jobs in the list, as their links bear them."""
    return [link.value.strip("*") for link in screen.page_link]


def written(screen: AppTest) -> str:
    """Everything that is written on the screen."""
    kinds = (screen.markdown, screen.caption, screen.info, screen.error, screen.subheader, screen.text, screen.warning)
    return "\n".join(element.value for elements in kinds for element in elements).replace("\\", "")


def figures(screen: AppTest) -> list[str]:
    """The line of figures of each job."""
    return [caption.value for caption in screen.caption if " of " in caption.value]


def finish(database: Database, job_id: int, failures: int = 0) -> None:
    """Run a started job to its end with that many failures."""
    claims = claim(database, only_job=job_id)
    settle(database, *(failed(one) if n < failures else completed(one) for n, one in enumerate(claims)))


def test_the_first_visit_says_what_lote_does_and_offers_a_sample(open_page: Opened) -> None:
    screen = open_page()
    assert "No jobs yet" in written(screen)
    assert "one report per domain" in written(screen)
    assert screen.button(key="sample").label == "Try with 5 sample domains"
    assert screen.button(key="new_job").label == "New job"


def test_a_job_is_told_with_its_state_its_origin_and_its_figures(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 4, name="Cartera Q4", created_by="ana")
    finish(database, job_id, failures=1)
    screen = open_page()
    assert names(screen) == ["Cartera Q4"]
    assert "Completed, 1 failed" in written(screen)
    assert "orange" in next(line.value for line in screen.markdown if "Completed, 1 failed" in line.value)
    assert figures(screen)[0].startswith("**100 %** · 4 of 4 · 3 ok · 1 failed · took")
    told = next(element.proto.body for element in screen.get("html") if "provenance" in element.proto.body)
    assert f"#{job_id} · batch · Python · ana" in told
    assert "UTC" in told


def test_names_of_people_are_shown_as_written(open_page: Opened, service: JobService) -> None:
    new_job(service, 1, name="**x** :smile: ![i](http://h.test/p.png)", created_by="<b>ana</b>", start=False)
    screen = open_page()
    [link] = screen.page_link
    assert r"\*\*x\*\*" in link.value
    assert ":smile:" not in link.value
    assert r"\!\[i\]\(" in link.value
    told = next(element.proto.body for element in screen.get("html") if "provenance" in element.proto.body)
    assert "&lt;b&gt;ana&lt;/b&gt;" in told


def test_tiles_count_each_state_and_filter(open_page: Opened, service: JobService, database: Database) -> None:
    new_job(service, 1, name="waits", start=False)
    finish(database, new_job(service, 1, name="fine"))
    finish(database, new_job(service, 1, name="broken"), failures=1)
    screen = open_page()
    assert screen.button(key="tile_completed").label.startswith("**1**")
    assert screen.button(key="tile_running").disabled
    screen.button(key="tile_failed").click().run()
    assert names(screen) == ["broken"]
    assert screen.query_params["status"] == "failed"
    screen.button(key="tile_failed").click().run()
    assert names(screen) == ["broken", "fine", "waits"]
    assert "status" not in screen.query_params


ASKED: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["broken", "half", "fine", "waits", "idle"]),
    ({"view": "active"}, ["waits"]),
    ({"view": "attention"}, ["broken", "half"]),
    ({"status": "pending"}, ["waits", "idle"]),
    ({"type": "single_scraping"}, ["broken"]),
    ({"owner": "luis"}, ["half"]),
    ({"q": "IN"}, ["fine"]),
    ({"q": "h4."}, ["half"]),
    ({"view": "attention", "owner": "luis", "q": "half"}, ["half"]),
    ({"view": "nonsense", "status": "nonsense", "page": "x"}, ["broken", "half", "fine", "waits", "idle"]),
]


def test_the_url_says_what_is_listed(open_page: Opened, service: JobService, database: Database) -> None:
    new_job(service, 1, name="idle", start=False)
    waits = new_job(service, 1, name="waits", start=False)
    finish(database, new_job(service, 2, name="fine", created_by="ana"))
    finish(database, new_job(service, 4, name="half", created_by="luis"), failures=1)
    single = service.create_single_scraping_job("h9.test", "broken", start=True).job.id
    finish(database, single, failures=1)
    service.start_job(waits)
    screen = open_page()
    for query, expected in ASKED:  # the same screen, as Back and Forward do it
        screen.query_params.clear()
        screen.query_params.update(query)
        screen.run()
        assert names(screen) == expected, query


def test_choosing_a_view_goes_into_the_url_and_shows_its_count(open_page: Opened, service: JobService) -> None:
    new_job(service, 1, name="idle", start=False)
    new_job(service, 1, name="queued")
    screen = open_page(status="pending")
    [views] = [group for group in screen.button_group if group.key == "view"]
    assert views.options[:2] == ["All 2", "Active 1"]
    views.set_value("active").run()
    assert names(screen) == ["queued"]
    assert screen.query_params["view"] == "active"
    assert "status" not in screen.query_params


def test_mine_asks_for_the_name_once_and_then_lists_ones_own(open_page: Opened, service: JobService) -> None:
    new_job(service, 1, name="hers", created_by="ana", start=False)
    new_job(service, 1, name="his", created_by="luis", start=False)
    screen = open_page(view="mine")
    assert names(screen) == []
    screen.text_input(key="mine_name").set_value("  ana ").run()
    assert names(screen) == ["hers"]
    script = next(element.proto.body for element in screen.get("html") if "<script>" in element.proto.body)
    assert "lote_name=ana; path=/" in script


def test_search_without_a_hit_says_so_and_offers_the_way_back(open_page: Opened, service: JobService) -> None:
    new_job(service, 1, name="idle", start=False)
    screen = open_page()
    screen.text_input(key="q").set_value("zzz").run()
    assert "No job fits these filters." in written(screen)
    screen.button(key="show_all").click().run()
    assert names(screen) == ["idle"]
    assert screen.text_input(key="q").value == ""


def test_twenty_a_page(open_page: Opened, service: JobService) -> None:
    for n in range(1, 24):
        new_job(service, 1, name=f"job {n}", start=False)
    screen = open_page()
    assert names(screen) == [f"job {n}" for n in range(23, 3, -1)]
    screen.pagination[0].select(2).run()
    assert names(screen) == ["job 3", "job 2", "job 1"]
    assert screen.query_params["page"] == "2"
    screen.text_input(key="q").set_value("job 1").run()
    assert names(screen) == [*(f"job {n}" for n in range(19, 9, -1)), "job 1"]
    assert "page" not in screen.query_params
    assert names(open_page(page=99)) == ["job 3", "job 2", "job 1"]


def test_a_waiting_job_says_what_it_waits_for(open_page: Opened, service: JobService) -> None:
    new_job(service, 1, name="idle", start=False)
    new_job(service, 1, name="queued")
    said = written(open_page())
    assert "Not started" in said
    assert "Waiting: no engine is running" in said


def test_without_an_engine_a_banner_says_what_to_start(open_page: Opened) -> None:
    [banner] = open_page().error
    assert "No engine is running" in banner.value
    assert "python -m core worker" in banner.value


@pytest.mark.parametrize(
    ("story", "offered"),
    [
        ("not started", "open start cancel more duplicate curl audit delete"),
        ("queued", "open pause cancel more duplicate export curl audit"),
        ("paused", "open resume cancel more duplicate export curl audit"),
        ("completed", "open again duplicate export curl audit delete"),
        ("failed", "open retry options again duplicate export curl audit delete"),
        ("cancelled", "open remaining options again duplicate export curl audit delete"),
    ],
)
def test_the_menu_offers_what_the_state_allows(
    open_page: Opened, service: JobService, database: Database, story: str, offered: str
) -> None:
    job_id = new_job(service, 2, start=story != "not started")
    if story in {"completed", "failed"}:
        finish(database, job_id, failures=2 if story == "failed" else 0)
    elif story == "paused":
        service.pause_job(job_id)
    elif story == "cancelled":
        service.cancel_job(job_id)
    [menu] = open_page().menu_button
    labels = [option.split(": ", 1)[1] for option in menu.options]
    words = {"retry": "Retry 2 failed", "remaining": "Run the remaining 2"}
    assert labels == [words.get(item, ITEMS[item][1]) for item in offered.split()]


def test_menu_actions_change_the_job(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = new_job(service, 1, start=False)
    screen = open_page()
    screen.menu_button[0].click("start").run()
    assert job_of(database, job_id).is_queued
    screen.menu_button[0].click("pause").run()
    assert job_of(database, job_id).status is JobStatus.PAUSED
    screen.menu_button[0].click("resume").run()
    assert job_of(database, job_id).status is not JobStatus.PAUSED
    finish(database, job_id, failures=1)
    screen.run()
    screen.menu_button[0].click("retry").run()
    assert job_of(database, job_id).is_queued
    finish(database, job_id)
    screen.run()
    screen.menu_button[0].click("again").run()
    assert len(names(screen)) == 2


def test_the_menu_leads_to_the_job_and_to_a_copy_of_its_list(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service, ["h1.test"], start=False)
    screen = open_page()
    screen.menu_button[0].click("duplicate").run()
    assert followed(screen).text_area(key=draft.TEXT).value == "h1.test"
    screen = open_page()
    screen.menu_button[0].click("open").run()
    assert followed(screen).query_params["id"] == str(job_id)


def test_a_job_that_is_run_again_from_its_own_screen_leads_to_the_new_one(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 1)
    finish(database, job_id)
    screen = open_page("pages/job.py", id=job_id)
    screen.menu_button[0].click("again").run()
    assert followed(screen).query_params["id"] == str(job_id + 1)


def test_a_job_is_deleted_after_a_question_that_says_what_goes(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service, 2, start=False)
    screen = open_page()
    screen.menu_button[0].click("delete").run()
    assert "- 2 steps" in written(screen)
    screen.button(key=f"delete_{job_id}_yes").click().run()
    assert not screen.exception
    assert service.list_jobs() == []


def test_what_another_tab_did_first_is_told_and_nothing_breaks(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 1)
    screen = open_page()
    finish(database, job_id)
    screen.menu_button[0].click("pause").run()
    assert not screen.exception
    assert rf"Job {job_id} cannot be paused\. It is completed\." in [toast.value for toast in screen.toast]
    assert job_of(database, job_id).status is JobStatus.COMPLETED


def test_the_end_of_a_job_is_told_once(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = new_job(service, 2, name="Cartera *Q4*")
    screen = open_page()
    assert not screen.toast
    finish(database, job_id, failures=1)
    screen.run()
    [toast] = screen.toast
    assert toast.value == f"**Cartera \\*Q4\\*** #{job_id}: Completed, 1 failed"
    screen.run()
    assert not screen.toast


def test_a_first_job_that_reaches_nothing_says_which_setting_to_look_at(
    open_page: Opened, service: JobService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    claims = claim(database, only_job=new_job(service, 2))
    settle(database, *(failed(one, kind=FailureKind.DNS) for one in claims))
    screen = open_page()
    assert "https_proxy" in written(screen)
    assert "LOTE_PROXY_URL" in written(screen)
    new_job(service, 1, start=False)
    assert "LOTE_PROXY_URL" not in written(screen.run())
