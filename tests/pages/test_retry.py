"""Retry with options: of ticked steps, of one kind, of the failed or the cancelled ones, and what is said of it."""

from typing import Any

from streamlit.testing.v1 import AppTest

from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.states import JobStatus
from pages.ui import dialog, picked
from tests.pages.conftest import Opened, click
from tests.pages.test_job import PAGE, ended, written
from tests.story import claim, completed, failed, job_of, new_job, settle, steps_of


def ticked(screen: AppTest, service: JobService, job_id: int, *numbers: int) -> AppTest:
    """The screen after the boxes of these steps were ticked: AppTest cannot click into a table."""
    job = service.get_job_status(job_id)
    screen.session_state[picked._TICKED] = (job.id, job.queued_at), numbers
    return screen.run()


def ask(screen: AppTest, key: str = "chosen_retry") -> AppTest:
    return click(screen, key)


def scope(screen: AppTest, job_id: int) -> Any:
    return screen.selectbox(key=f"retry_{job_id}_scope")


def told(screen: AppTest) -> str:
    """Texts and messages, as people read them."""
    return "\n".join([written(screen), *(each.value for each in (*screen.error, *screen.toast))]).replace("\\", "")


def answer(screen: AppTest, job_id: int) -> Any:
    return screen.button(key=f"retry_{job_id}_yes")


def test_ticked_steps_run_again_with_other_options(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = ended(service, database, 1, 3)
    screen = ask(ticked(open_page(PAGE, id=job_id), service, job_id, 1, 2, 4))
    assert scope(screen, job_id).options[0] == "The 3 chosen ones"
    assert "1 of them has neither failed nor was it cancelled, and stays as it is." in told(screen)
    assert answer(screen, job_id).label == "Retry 2 steps"
    assert screen.number_input(key=f"retry_{job_id}_timeout_seconds").value == 30
    screen.number_input(key=f"retry_{job_id}_timeout_seconds").set_value(60.0)
    screen.toggle(key=f"retry_{job_id}_respect_robots").set_value(False).run()
    assert "Changed for them: Time limit (s) 60, Respect robots.txt no." in told(screen)
    screen = click(screen, f"retry_{job_id}_yes")
    changed = {"timeout_seconds": 60.0, "respect_robots": False}
    assert [step.overrides for step in steps_of(database, job_id)] == [None, changed, None, changed]
    assert [claim.step_number for claim in claim(database, only_job=job_id)] == [2, 4]
    assert [toast.value for toast in screen.toast] == ["2 steps run again"]
    assert not screen.selectbox(key="steps_status").value
    assert f"retry_{job_id}_yes" not in [button.key for button in screen.button]


def test_the_dialog_offers_what_can_run_again_with_the_options_of_the_job(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 5, config={"max_retries": 7, "user_agent": "Mine"})
    claims = claim(database, 3)
    settle(database, failed(claims[0]), failed(claims[1], kind=FailureKind.DNS), completed(claims[2]))
    service.cancel_job(job_id)
    screen = ask(open_page(PAGE, id=job_id, kind="dns"), "act_recipe_options")
    states = ["All 2 that failed", "All 2 that were cancelled", "All 4 that failed or were cancelled"]
    assert scope(screen, job_id).options[:3] == states
    assert set(scope(screen, job_id).options[3:]) == {"dns: 1", "timeout: 1"}
    assert scope(screen, job_id).value == "dns"
    assert screen.number_input(key=f"retry_{job_id}_max_retries").value == 7
    assert screen.text_input(key=f"retry_{job_id}_user_agent").value == "Mine"
    of_the_job = {f"retry_{job_id}_{name}" for name in ("concurrency", "interval_seconds", "reuse_days")}
    assert not of_the_job & {field.key for field in screen.number_input}
    screen = scope(screen, job_id).set_value("all").run()
    assert answer(screen, job_id).label == "Retry 4 steps"
    screen.text_input(key=f"retry_{job_id}_user_agent").set_value("")
    click(screen, f"retry_{job_id}_yes")
    assert {claim.config.user_agent for claim in claim(database, only_job=job_id)} == {None}
    assert job_of(database, job_id).cancelled_steps == 0


def test_options_that_cannot_be_used_are_refused_in_words(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = ended(service, database, 0, 2)
    screen = ask(ticked(open_page(PAGE, id=job_id), service, job_id, 1))
    screen.number_input(key=f"retry_{job_id}_timeout_seconds").set_value(301.0)
    screen.text_input(key=f"retry_{job_id}_user_agent").set_value("ñandú").run()
    assert "Time limit (s): This must be 300 or less." in told(screen)
    assert "User-Agent: This contains a character that is not allowed." in told(screen)
    assert answer(screen, job_id).disabled
    screen.text_input(key=f"retry_{job_id}_user_agent").set_value("").run()
    screen.number_input(key=f"retry_{job_id}_timeout_seconds").set_value(300.0).run()
    screen.number_input(key=f"retry_{job_id}_timeout_seconds").set_value(0.5)
    screen = click(screen, f"retry_{job_id}_yes")  # at once, as drawn before
    assert "This must be 1 or more." in told(screen)
    assert job_of(database, job_id).status is JobStatus.FAILED
    assert screen.number_input(key=f"retry_{job_id}_timeout_seconds").value == 0.5


def test_the_form_replaces_what_earlier_retries_have_given(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = ended(service, database, 0, 2)
    service.retry(job_id, steps=[1], overrides={"timeout_seconds": 60, "max_bytes": 2048})
    settle(database, *map(failed, claim(database, only_job=job_id)))
    screen = open_page(PAGE, id=job_id)
    reasons = list(screen.dataframe[0].value["result"])
    assert reasons == [
        "with 2 other options · The time limit ran out. (1 attempt)",
        "The name could not be found. (1 attempt)",
    ]
    screen = ask(ticked(screen, service, job_id, 1, 2))
    assert "which these replace: Time limit (s) 60, Largest page (MiB) 0.001953" in told(screen)
    screen.number_input(key=f"retry_{job_id}_max_retries").set_value(5)
    click(screen, f"retry_{job_id}_yes")
    [first, second] = claim(database, only_job=job_id)
    assert (first.config, first.config.max_retries, first.config.timeout_seconds) == (second.config, 5, 30)


def test_a_job_that_runs_says_why_nothing_of_it_can_be_retried_yet(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 2)
    settle(database, failed(claim(database, 1)[0]))
    screen = open_page(PAGE, id=job_id, kind="timeout")
    for key in ("act_recipe", "act_recipe_options", "chosen_retry"):
        assert screen.button(key=key).disabled
        assert screen.button(key=key).proto.help == "Possible when the job has finished."


def test_two_tabs_with_the_dialog_start_the_job_once(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = ended(service, database, 1, 2)
    first, second = (ask(ticked(open_page(PAGE, id=job_id), service, job_id, 2)) for _tab in range(2))
    first.number_input(key=f"retry_{job_id}_timeout_seconds").set_value(60.0)
    click(first, f"retry_{job_id}_yes")
    second.number_input(key=f"retry_{job_id}_timeout_seconds").set_value(90.0)
    second = click(second, f"retry_{job_id}_yes")
    assert "cannot be retried: only a finished job can. It is pending." in told(second)
    assert answer(second, job_id).disabled
    assert second.number_input(key=f"retry_{job_id}_timeout_seconds").value == 90
    assert [step.overrides for step in steps_of(database, job_id)] == [None, {"timeout_seconds": 60.0}, None]


def test_a_retry_that_another_tab_has_begun_stands(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = ended(service, database, 1, 2)
    first, second = (open_page(PAGE, id=job_id) for _tab in range(2))
    click(first, "act_retry")
    begun = job_of(database, job_id)
    second = click(second, "act_retry")
    assert not second.toast
    assert job_of(database, job_id) == begun


def test_the_history_tells_which_attempt_had_other_options(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = ended(service, database, 0, 1)
    for overrides in ({"timeout_seconds": 60, "user_agent": "Mozilla/5.0"}, {"timeout_seconds": 30}):
        service.retry(job_id, overrides=overrides)
        settle(database, *map(failed, claim(database, only_job=job_id)))
    screen = open_page(PAGE, id=job_id)
    screen.session_state[dialog.OPEN] = dialog.Open("attempts", job_id, 1, screen.session_state[dialog.HERE])
    history = screen.run().dataframe[-1].value
    agent = "User-Agent “Mozilla/5.0”"
    assert list(history["options"]) == ["", f"Time limit (s) 60, {agent}", agent]
    assert "1 step has other options from a retry" in told(open_page(PAGE, id=job_id, tab="configuration"))
