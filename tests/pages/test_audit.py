"""The audit log on its screen: what happened in words, filters in the URL, newer and older, links to files."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from core import actor
from core.actor import Actor, Means, Role
from core.job_service import JobService
from core.queries.audit import EventFilter
from pages.ui import event_table
from pages.ui.events import ACTIONS, THINGS
from tests.pages.conftest import Opened, click, done
from tests.story import new_job

PAGE = "pages/audit.py"
BOSS = Actor("boss@example.com", Role.ADMIN, Means.LOGIN)


def rows(screen: AppTest) -> list[dict[str, Any]]:
    frame: pd.DataFrame = screen.dataframe[0].value
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def what(screen: AppTest) -> list[tuple[str, str, str]]:
    return [(row["Who"], row["What"], row["Of"]) for row in rows(screen)]


def test_who_did_what_stands_newest_first(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service, 2, start=False, name="Cartera", created_by="ana")
    with actor.acting(BOSS):
        service.update_job(job_id, priority=5, config={"concurrency": 8})
        service.set_host_interval("example.com", 30)
    screen = open_page(PAGE)
    assert what(screen) == [
        (BOSS.name, "Pause of a host set", "example.com"),
        (BOSS.name, "Job changed", f"#{job_id}"),
        ("ana", "Job created", f"#{job_id}"),
    ]
    details = [row["Details"] for row in rows(screen)]
    assert details[0] == "— → 30"
    assert details[1] == "priority: 0 → 5 · config.concurrency: 64 → 8"
    assert details[2] == "name: Cartera · steps: 2 · by way of: Python · started: no"
    assert [row["Known by"] for row in rows(screen)] == ["login", "login", "not verified"]
    assert "3 events, newest first" in [caption.value for caption in screen.caption]


def test_filters_are_in_the_url(open_page: Opened, service: JobService) -> None:
    first, second = new_job(service, 1, created_by="ana"), new_job(service, 1, created_by="eva", start=False)
    service.start_job(second)
    screen = open_page(PAGE, who="EV")
    assert what(screen) == [("eva", "Job created", f"#{second}")]
    assert len(rows(open_page(PAGE, job=second))) == 2
    assert len(rows(open_page(PAGE, what="job"))) == 3
    assert what(open_page(PAGE, what="job.started")) == [("—", "Job started", f"#{second}")]
    today = date.today().isoformat()
    assert len(rows(open_page(PAGE, **{"from": today, "to": "9999-12-31"}))) >= 3
    none = open_page(PAGE, to="2020-01-01")
    assert not none.dataframe
    assert len(rows(click(none, "show_all"))) == 3
    assert not open_page(PAGE, job="x").dataframe
    screen.selectbox(key="what").set_value("job.created")
    assert done(screen.run()).query_params["what"] == "job.created"
    assert first


def test_there_are_newer_and_older_ones(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service, 1, start=False)
    for n in range(60):
        service.update_job(job_id, name=f"n{n}")
    screen = open_page(PAGE)
    assert rows(screen)[0]["Details"].endswith("n59")
    assert screen.button(key="newer").disabled
    click(screen, "older")
    assert rows(screen)[-1]["What"] == "Job created"
    assert screen.button(key="older").disabled
    assert len(rows(click(screen, "newer"))) == 50
    assert rows(screen)[0]["Details"].endswith("n59")


def test_an_empty_log_says_what_will_stand_there(open_page: Opened) -> None:
    screen = open_page(PAGE)
    assert "What people and programs do will stand here" in screen.info[0].value


def test_links_to_files_ask_for_what_is_shown() -> None:
    url = event_table.export_url(EventFilter("a b", "job", 7), "xlsx")
    assert url.endswith("/api/audit-events/export?format=xlsx&actor=a+b&action=job&job_id=7")


def test_every_action_has_words_for_it() -> None:
    source = "".join(path.read_text() for path in (Path(__file__).parents[2] / "core").rglob("*.py"))
    written = set(re.findall(r'audit\.record\(\s*session, "([a-z_.]+)"', source))
    assert written
    assert written <= ACTIONS.keys()
    assert {action.partition(".")[0] for action in written} <= THINGS.keys()
