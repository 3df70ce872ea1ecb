"""Flags on the screens: counted apart, a way to them, told with their evidence, checked by hand."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from pages.ui.status import CHECKED, FLAGGED, LOOKS
from tests.pages.conftest import Opened, click
from tests.pages.test_job import as_ana, ended, targets, tiles, written
from tests.pages.test_report import HOSTILE, rendered, texts
from tests.story import claim, completed, failed, flagged, job_of, new_job, settle, steps_of

JOB, REPORT = "pages/job.py", "pages/report.py"


@pytest.fixture
def job_id(service: JobService, database: Database) -> int:
    """A good step, two flagged ones and one that failed."""
    job_id = new_job(service, 4, name="Cartera Q4")
    first, second, third, fourth = claim(database, only_job=job_id)
    settle(database, completed(first), flagged(second, "thin_text"), flagged(third, "parked", "thin_text"))
    settle(database, failed(fourth))
    return job_id


def report_of(database: Database, job_id: int, step_number: int) -> int:
    return steps_of(database, job_id)[step_number - 1].report_id or 0


def chips(screen: AppTest, key: str) -> list[str]:
    return [option.content for group in screen.button_group if group.key == key for option in group.proto.options]


def badges(screen: AppTest) -> str:
    return "\n".join(line.value for line in screen.markdown if "-badge[" in line.value)


def test_the_number_of_flagged_ones_stands_in_its_tile_and_leads_to_them(open_page: Opened, job_id: int) -> None:
    screen = open_page(JOB, id=job_id, status="failed", kind="timeout")
    assert tiles(screen) == {"Total": "4", "Completed": "3", "Failed": "1", "Pending": "0"}
    link = screen.button(key="flagged")
    assert "2 flagged" in link.label
    assert link.help == "Show them. 2 are not checked by hand."
    screen = click(screen, "flagged")
    assert dict(screen.query_params) == {"id": str(job_id), "flag": "any"}
    assert targets(screen) == ["h2.test", "h3.test"]


def test_chips_count_the_flags_and_filter_by_them(open_page: Opened, job_id: int) -> None:
    screen = open_page(JOB, id=job_id, kind="timeout")
    assert chips(screen, "flags") == ["thin text 2", "parked 1"]
    [group] = [group for group in screen.button_group if group.key == "flags"]
    group.set_value("parked").run()
    assert (screen.query_params["flag"], "kind" in screen.query_params) == ("parked", False)
    assert targets(screen) == ["h3.test"]
    assert "The domain is parked" in written(screen)


def test_a_job_without_flags_says_nothing_of_them(open_page: Opened, service: JobService, database: Database) -> None:
    screen = open_page(JOB, id=ended(service, database, 2, 1))
    assert "flags" not in [group.key for group in screen.button_group]
    assert "flagged" not in [button.key for button in screen.button]
    assert "flagged" not in written(screen)


def test_the_filter_of_flags_offers_what_there_is_and_what_nobody_has_checked(
    open_page: Opened, service: JobService, database: Database, job_id: int
) -> None:
    service.check_report(report_of(database, job_id, 2), "bea")
    screen = open_page(JOB, id=job_id)
    select = screen.selectbox(key="steps_flag")
    assert select.options == ["Any flag", "Not checked", "thin text", "parked"]
    select.set_value("unchecked").run()
    assert screen.query_params["flag"] == "unchecked"
    assert targets(screen) == ["h3.test"]
    assert open_page(JOB, id=job_id, flag="nonsense").selectbox(key="steps_flag").value is None


def test_rows_look_amber_until_they_are_checked(
    open_page: Opened, service: JobService, database: Database, job_id: int
) -> None:
    service.check_report(report_of(database, job_id, 2), "bea", HOSTILE)
    screen = open_page(JOB, id=job_id, columns="flags|flag_count|checked_by|checked_note")
    rows = screen.dataframe[0].value
    good = f"{LOOKS['completed'].glyph} Completed"
    assert [list(chip) for chip in rows["status"][:3]] == [[good], [good], [f"{good} {FLAGGED.glyph}"]]
    assert rows["result"][1] == f"{CHECKED.glyph} thin text · Title of h2.test · 100 words"
    assert rows["result"][2] == f"{FLAGGED.glyph} parked, thin text · Title of h3.test · 100 words"
    assert [list(words) for words in rows["flags"][:3]] == [[], ["thin text"], ["parked", "thin text"]]
    assert (rows["checked_by"][1], rows["checked_note"][1]) == ("bea", HOSTILE)


@pytest.mark.parametrize(
    ("make", "label", "color"),
    [
        (lambda service, database: ended(service, database, 2, 0), "Completed", "green"),
        (lambda service, database: flags_alone(service, database), "Completed, 2 flagged", "orange"),
        (lambda service, database: checked(service, database), "Completed", "green"),
    ],
)
def test_a_card_is_amber_while_a_flag_is_unchecked(
    open_page: Opened,
    service: JobService,
    database: Database,
    make: Callable[[JobService, Database], int],
    label: str,
    color: str,
) -> None:
    make(service, database)
    screen = open_page()
    assert f":{color}-badge[:material/check_circle: {label}]" in badges(screen)
    needing = 1 if color == "orange" else 0
    [view] = [group for group in screen.button_group if group.key == "view"]
    assert f"Needs attention {needing}" in [option.content for option in view.proto.options]


def flags_alone(service: JobService, database: Database) -> int:
    job_id = new_job(service, 2)
    settle(database, *(flagged(one, "js_only") for one in claim(database, only_job=job_id)))
    return job_id


def checked(service: JobService, database: Database) -> int:
    job_id = flags_alone(service, database)
    for step in steps_of(database, job_id):
        service.check_report(step.report_id or 0, "ana")
    return job_id


def test_failures_and_flags_are_both_told(open_page: Opened, job_id: int) -> None:
    screen = open_page()
    assert "Completed, 1 failed, 2 flagged" in badges(screen)
    assert "3 ok (2 flagged) · 1 failed" in written(screen)


def test_a_report_tells_its_flags_with_evidence_and_advice(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 1)
    settle(database, *(flagged(one, "parked", evidence=HOSTILE) for one in claim(database)))
    screen = open_page(REPORT, id=report_of(database, job_id, 1))
    assert ":orange-badge[:material/warning: parked]" in badges(screen)
    assert "look for another domain" in written(screen)
    assert HOSTILE in texts(screen)
    assert "evil" not in rendered(screen)


def test_a_report_is_checked_by_hand_and_that_is_taken_back(
    open_page: Opened, service: JobService, database: Database, job_id: int
) -> None:
    report_id = report_of(database, job_id, 2)
    screen = as_ana(open_page(REPORT, id=report_id))
    screen.text_area(key=f"check_note_{report_id}").set_value(HOSTILE)
    screen = click(screen, "check")
    assert job_of(database, job_id).unchecked_steps == 1
    assert ":green-badge[:material/how_to_reg: Checked by hand]" in badges(screen)
    assert ":gray-badge[:material/warning: thin text]" in badges(screen)
    assert "ana · " in written(screen)
    assert HOSTILE in texts(screen)
    assert "evil" not in rendered(screen)
    screen = click(screen, "check_undo")
    assert job_of(database, job_id).unchecked_steps == 2
    assert screen.text_area(key=f"check_note_{report_id}").value == ""


def test_a_check_needs_a_name_first(open_page: Opened, service: JobService, database: Database, job_id: int) -> None:
    report_id = report_of(database, job_id, 2)
    screen = open_page(REPORT, id=report_id)
    screen.text_area(key=f"check_note_{report_id}").set_value("fine")
    screen = click(screen, "check")
    assert "Write your name first" in screen.toast[0].value
    screen.text_input(key="check_name").set_value("ana").run()
    click(screen, "check")
    assert service.get_report(report_id).checked_note == "fine"


def test_a_check_of_another_tab_stands_and_is_told(
    open_page: Opened, service: JobService, database: Database, job_id: int
) -> None:
    report_id = report_of(database, job_id, 2)
    screen = as_ana(open_page(REPORT, id=report_id))
    service.check_report(report_id, "bea", "theirs")
    screen.text_area(key=f"check_note_{report_id}").set_value("mine")
    screen = click(screen, "check")
    assert "bea has checked this report already" in screen.toast[0].value
    assert "bea · " in written(screen)
    assert service.get_report(report_id).checked_note == "theirs"


def test_a_report_without_flags_offers_no_check(open_page: Opened, database: Database, job_id: int) -> None:
    screen = open_page(REPORT, id=report_of(database, job_id, 1))
    assert not screen.text_area
    assert "check" not in [button.key for button in screen.button]
