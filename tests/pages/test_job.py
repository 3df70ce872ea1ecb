"""The Job screen: figures, the one button of each state, steps and their filters, comments, configuration."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from core import queries
from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.queries.progress import Progress, SecondsLeft
from core.states import JobStatus
from core.targets import Policy, parse_rows
from pages.ui import identity
from pages.ui.progress import pace
from pages.ui.status import LOOKS, WARNING
from tests.pages.conftest import Opened, click
from tests.story import claim, completed, failed, job_of, later, new_job, settle, steps_of

PAGE = "pages/job.py"
HOSTILE = "<b>x</b> ![pixel](http://evil.test/p.png) :red[x]"


def ended(service: JobService, database: Database, good: int, bad: int, kind: FailureKind = FailureKind.DNS) -> int:
    """A job that has ended with so many good and bad steps."""
    job_id = new_job(service, good + bad, name="Cartera Q4")
    claims = claim(database, only_job=job_id)
    settle(database, *map(completed, claims[:good]), *(failed(one, kind=kind) for one in claims[good:]))
    return job_id


def tiles(screen: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in screen.metric}


def written(screen: AppTest) -> str:
    return "\n".join(element.value for element in (*screen.markdown, *screen.caption))


def errors(screen: AppTest) -> str:
    return "\n".join(error.value for error in screen.error)


def provenance(screen: AppTest) -> str:
    return "".join(element.proto.body for element in screen.get("html") if "provenance" in element.proto.body)


def targets(screen: AppTest) -> list[str]:
    return list(screen.dataframe[0].value["target"]) if screen.dataframe else []


def as_ana(screen: AppTest) -> AppTest:
    screen.session_state[identity._slot(identity.NAME_COOKIE)] = "ana"
    return screen.run()


def test_figures_name_and_state_of_a_running_job(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = new_job(service, 4, name=HOSTILE)
    claims = claim(database)
    settle(database, completed(claims[0]))
    screen = open_page(PAGE, id=job_id)
    assert tiles(screen) == {"Total": "4", "Completed": "1", "Failed": "0", "Pending": "3"}
    assert [metric.delta for metric in screen.metric if metric.label == "Pending"] == ["3 running"]
    assert "![pixel]" not in screen.header[0].value
    assert screen.button(key="act_pause").label == "Pause"


@pytest.mark.parametrize(
    ("prepare", "key", "label"),
    [
        (lambda service, _database: new_job(service, start=False), "act_start", "Start"),
        (lambda service, _database: new_job(service), "act_pause", "Pause"),
        (lambda service, _database: service.pause_job(new_job(service)).id, "act_resume", "Resume"),
        (lambda service, database: ended(service, database, 2, 1), "act_retry", "Retry 1 failed"),
        (lambda service, database: ended(service, database, 2, 0), "act_export", "Export"),
        (lambda service, _database: service.cancel_job(new_job(service)).id, "act_remaining", "Run the remaining 3"),
    ],
)
def test_one_thing_to_do_in_each_state(
    open_page: Opened,
    service: JobService,
    database: Database,
    prepare: Callable[[JobService, Database], int],
    key: str,
    label: str,
) -> None:
    screen = open_page(PAGE, id=prepare(service, database))
    assert screen.button(key=key).label == label
    assert screen.button(key=key).proto.type == "primary"


def test_start_pause_resume_and_retry_move_the_job(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = new_job(service, 1, start=False)
    screen = click(open_page(PAGE, id=job_id), "act_start")
    assert job_of(database, job_id).is_queued
    claims = claim(database)
    screen = click(screen.run(), "act_pause")
    assert job_of(database, job_id).status is JobStatus.PAUSED
    screen = click(screen, "act_resume")
    settle(database, failed(claims[0]))
    click(screen.run(), "act_retry")
    assert job_of(database, job_id).is_queued


def test_a_waiting_job_says_what_it_waits_for(open_page: Opened, service: JobService) -> None:
    new_job(service)
    assert "Waiting" in written(open_page(PAGE, id=new_job(service)))
    assert "Not started" in written(open_page(PAGE, id=new_job(service, start=False)))


def test_results_and_reasons_stand_beside_the_targets(
    open_page: Opened, service: JobService, database: Database
) -> None:
    screen = open_page(PAGE, id=ended(service, database, 1, 1))
    assert list(screen.dataframe[0].value["result"]) == [
        "Title of h1.test · 100 words",
        "The name could not be found. (1 attempt)",
    ]


def test_a_step_that_waits_for_its_retry_says_until_when(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service, 1)
    settle(database, failed(claim(database)[0], retry_in=600))
    [result] = open_page(PAGE, id=job_id).dataframe[0].value["result"]
    assert result.startswith("waits until ")
    assert result.endswith(": attempt 2 of 3 · The time limit ran out.")


def test_the_url_filters_sorts_and_chooses_columns(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = ended(service, database, 2, 2)
    assert targets(open_page(PAGE, id=job_id, status="failed")) == ["h3.test", "h4.test"]
    assert targets(open_page(PAGE, id=job_id, kind="dns", q="h4")) == ["h4.test"]
    assert targets(open_page(PAGE, id=job_id, sort="-target"))[0] == "h4.test"
    screen = open_page(PAGE, id=job_id, columns="word_count|final_url")
    assert list(screen.dataframe[0].value["word_count"])[:2] == [100, 100]
    assert screen.dataframe[0].value["final_url"][0] == "https://h1.test/"


def test_the_header_of_the_column_that_sorts_says_so(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = ended(service, database, 2, 1)
    screen = open_page(PAGE, id=job_id, sort="-word_count", columns="word_count")
    assert json.loads(screen.dataframe[0].proto.columns)["word_count"]["label"] == "↓ Words"
    assert json.loads(screen.dataframe[0].proto.columns)["target"]["label"] == "Target"


def test_chosen_columns_stand_before_the_way_to_the_report(open_page: Opened, service: JobService) -> None:
    screen = open_page(PAGE, id=new_job(service), columns="emails|word_count")
    assert list(screen.dataframe[0].value.columns)[-3:] == ["emails", "word_count", "report"]


def test_a_column_of_the_list_sorts_the_job(open_page: Opened, service: JobService) -> None:
    rows = [(n, f"h{n}.test", {"Firma": name}) for n, name in ((1, "b"), (2, "c"), (3, "a"))]
    job_id = service.create_batch_scraping_job(parse_rows(rows, policy=Policy.of(service.settings))).job.id
    assert targets(open_page(PAGE, id=job_id, sort="-list:Firma")) == ["h2.test", "h1.test", "h3.test"]


def test_a_state_has_icon_and_word_in_the_table_too(open_page: Opened, service: JobService, database: Database) -> None:
    screen = open_page(PAGE, id=ended(service, database, 1, 1))
    chips = [f"{LOOKS['completed'].glyph} Completed", f"{LOOKS['failed'].glyph} Failed"]
    assert [chip for [chip] in screen.dataframe[0].value["status"]] == chips
    options = json.loads(screen.dataframe[0].proto.columns)["status"]["type_config"]["options"]
    assert {option["value"] for option in options} >= set(chips)


def test_look_alikes_are_marked_and_names_are_found_as_they_are_read(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service, ["\u0430pple.test", "españa.test"])
    marked, plain = targets(open_page(PAGE, id=job_id))
    assert marked == f"{WARNING} \u0430pple.test · look-alike"
    assert plain == "españa.test"
    assert targets(open_page(PAGE, id=job_id, q="españa")) == [plain]


def test_times_are_absolute_where_nothing_refreshes(open_page: Opened, service: JobService, database: Database) -> None:
    assert "ago" not in provenance(open_page(PAGE, id=ended(service, database, 1, 0)))
    assert "just now" not in provenance(open_page(PAGE, id=new_job(service, start=False)))
    job_id = new_job(service)
    claim(database, only_job=job_id)
    assert "just now" in provenance(open_page(PAGE, id=job_id))


def test_the_row_of_failures_is_there_before_the_first(open_page: Opened, service: JobService) -> None:
    assert "none" in written(open_page(PAGE, id=new_job(service)))


def test_what_the_url_says_wrongly_is_left_out(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = ended(service, database, 1, 1)
    screen = open_page(PAGE, id=job_id, status="x", kind="y", sort="z", page="0", columns="nothing|list:gone", tab="w")
    assert len(targets(screen)) == 2


def test_a_click_on_a_failure_shows_its_steps_and_another_all(
    open_page: Opened, service: JobService, database: Database
) -> None:
    screen = open_page(PAGE, id=ended(service, database, 2, 1))
    [kinds] = [group for group in screen.button_group if group.key == "failures"]
    kinds.set_value("dns").run()
    assert (targets(screen), screen.query_params["kind"]) == (["h3.test"], "dns")
    assert "The name could not be found." in written(screen)
    [kinds] = [group for group in screen.button_group if group.key == "failures"]
    kinds.set_value(None).run()
    assert len(targets(screen)) == 3


def test_failures_of_one_kind_run_again_with_what_may_help(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = ended(service, database, 1, 1, kind=FailureKind.TIMEOUT)
    screen = open_page(PAGE, id=job_id, kind="timeout")
    assert screen.button(key="act_recipe").label == "Retry this one with 60 s"
    click(screen, "act_recipe")
    assert job_of(database, job_id).is_queued
    assert [step.overrides for step in steps_of(database, job_id)] == [None, {"timeout_seconds": 60.0}]


def test_other_columns_of_the_list_can_be_shown(open_page: Opened, service: JobService) -> None:
    rows = parse_rows([(2, "h1.test", {"Firma": HOSTILE})], policy=Policy.of(service.settings))
    job_id = service.create_batch_scraping_job(rows).job.id
    screen = open_page(PAGE, id=job_id, columns="list:Firma")
    assert list(screen.dataframe[0].value["list:Firma"]) == [HOSTILE]


def test_fifty_steps_a_page(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service, 120)
    assert targets(open_page(PAGE, id=job_id, page=3)) == [f"h{n}.test" for n in range(101, 121)]


def test_a_job_where_nothing_could_be_reached_says_which_setting_to_look_at(
    open_page: Opened, service: JobService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    job_id = ended(service, database, 0, 2)
    assert "LOTE_PROXY_URL" in "".join(warning.value for warning in open_page(PAGE, id=job_id).warning)
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    assert "https_proxy" in "".join(warning.value for warning in open_page(PAGE, id=job_id).warning)
    job_id = ended(service, database, 0, 2, kind=FailureKind.HTTP_404)
    assert not open_page(PAGE, id=job_id).warning


def test_comments_are_shown_as_written_and_signed(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service)
    screen = as_ana(open_page(PAGE, id=job_id, tab="comments"))
    screen.text_area(key=f"comment_new_{job_id}").set_value(HOSTILE).run()
    screen = click(screen, "comment_add")
    assert [text.value for text in screen.text] == [HOSTILE]
    assert screen.text_area(key=f"comment_new_{job_id}").value == ""
    with service.database.reading() as session:
        assert [one.author for one in queries.comments.page(session, job_id).items] == ["ana"]


def test_a_comment_without_a_name_is_asked_for_one_and_stays(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service)
    screen = open_page(PAGE, id=job_id, tab="comments")
    screen.text_area(key=f"comment_new_{job_id}").set_value("Checked.").run()
    screen = click(screen, "comment_add")
    assert screen.text_area(key=f"comment_new_{job_id}").value == "Checked."
    assert "name" in screen.toast[0].value


def test_ones_own_comment_can_be_edited_and_deleted_and_no_other(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service)
    other = service.add_comment(job_id, "luis", "His")
    own = service.add_comment(job_id, "ana", "Mine")
    screen = as_ana(open_page(PAGE, id=job_id, tab="comments"))
    assert f"comment_edit_{other.id}" not in [button.key for button in screen.button]
    screen = click(screen, f"comment_edit_{own.id}")
    screen.text_area(key=f"comment_body_{own.id}").set_value("Mine, better").run()
    screen = click(screen, f"comment_save_{own.id}")
    assert [text.value for text in screen.text] == ["His", "Mine, better"]
    screen = click(screen, f"comment_delete_{own.id}")
    assert [text.value for text in screen.text] == ["His"]


def test_all_of_a_job_may_change_before_its_start(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = new_job(service, start=False)
    screen = open_page(PAGE, id=job_id, tab="configuration")
    screen.text_input(key=f"edit_{job_id}_name").set_value("New name")
    screen.number_input(key=f"edit_{job_id}_max_retries").set_value(7)
    screen = click(screen, f"edit_{job_id}_save")
    job = job_of(database, job_id)
    assert (job.name, job.config["max_retries"]) == ("New name", 7)
    assert '"max_retries": 7' in screen.code[0].value


def test_after_the_start_only_lanes_and_pause_of_the_options(
    open_page: Opened, service: JobService, database: Database
) -> None:
    job_id = new_job(service)
    screen = open_page(PAGE, id=job_id, tab="configuration")
    offered = {field.key for field in screen.number_input}
    assert offered == {f"edit_{job_id}_concurrency", f"edit_{job_id}_interval_seconds"}
    screen.number_input(key=f"edit_{job_id}_concurrency").set_value(2)
    screen.number_input(key=f"edit_{job_id}_interval_seconds").set_value(0.5)
    screen.slider(key=f"edit_{job_id}_priority").set_value(-3)
    screen = click(screen, f"edit_{job_id}_save")
    job = job_of(database, job_id)
    assert (job.config["concurrency"], job.config["interval_seconds"], job.priority) == (2, 0.5, -3)
    assert "priority -3" in provenance(screen)
    for lanes, told in ((0, "1 or more"), (10_000, "64 or less")):
        screen.number_input(key=f"edit_{job_id}_concurrency").set_value(lanes)
        screen = click(screen, f"edit_{job_id}_save")
        assert f"At a time: This must be {told}." in screen.toast[0].value.replace("\\", "")
    assert job_of(database, job_id) == job


def test_lines_that_were_not_taken_are_told_with_their_reasons(open_page: Opened, service: JobService) -> None:
    job_id = service.create_batch_scraping_job("h1.test\n192.168.1.1\nh1.test").job.id
    screen = click(open_page(PAGE, id=job_id), "not_taken")
    shown = next(frame.value for frame in screen.dataframe if "input" in frame.value)
    assert list(shown["line"]) == [2, 3]
    assert list(shown["verdict"][1]) == ["duplicate"]
    assert "line 1" in shown["why"][1]


def test_ids_that_name_nothing(open_page: Opened) -> None:
    assert "There is no job 7" in errors(open_page(PAGE, id=7))
    assert "There is no job seven" in errors(open_page(PAGE, id="seven"))
    assert "choose it from the list" in "".join(info.value for info in open_page(PAGE).info)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(84.2, SecondsLeft(130, 175), []), ["84/min", "2–3 min left"]),
        (Progress(0.5, SecondsLeft(7000, 12000), []), ["0.5/min", "1–4 h left"]),
        (Progress(90, SecondsLeft(3, 90), []), ["90/min", "up to 2 min left"]),
        (Progress(90, SecondsLeft(3, 30), []), ["90/min", "less than 1 min left"]),
        (Progress(0.0, None, []), ["estimating the time left…"]),
    ],
)
def test_pace_and_time_left_in_words(
    service: JobService, database: Database, progress: Progress, words: list[str]
) -> None:
    job = job_of(database, new_job(service, 60))
    assert pace(job, progress) == []
    assert pace(replace(job, status=JobStatus.RUNNING), progress) == words


def test_a_running_job_tells_its_slowest_hosts(open_page: Opened, service: JobService, database: Database) -> None:
    job_id = new_job(service, 8)
    screen = open_page(PAGE, id=job_id)
    assert not screen.table
    now = datetime.now(UTC)
    claims = claim(database, now=now)
    settle(database, *(failed(one, retry_in=600) for one in claims[:6]), now=later(30, now))
    screen = open_page(PAGE, id=job_id)
    shown = screen.table[0].value
    assert list(shown["Host"])[:2] == [r"h1\.test", r"h2\.test"]  # a table reads Markdown, and www. would be a link
    assert next(iter(shown["Time"])) == "30 s"
    assert "The time limit ran out." in next(iter(shown["Reason"]))
    assert any("min left" in caption.value for caption in screen.caption)
