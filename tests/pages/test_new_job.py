"""The New job screen: what the preview says, what becomes of a click, that nothing typed is lost."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core import queries
from core.job_service import JobService
from core.queries.rows import JobRow
from pages.ui import draft
from pages.ui.lines import NARROW
from tests.pages.conftest import Opened, click, done, followed
from tests.story import new_job

PAGE = "pages/new_job.py"
LIST = "shop.test\nHTTPS://Other.TEST/\nshop.test\n192.168.1.1\nfoo.exmaple\n"


def paste(screen: AppTest, text: str) -> AppTest:
    return done(screen.text_area(key=draft.TEXT).set_value(text).run())


def written(screen: AppTest) -> str:
    return "\n".join(element.value for element in (*screen.markdown, *screen.caption))


def errors(screen: AppTest) -> str:
    told = [element.value for element in screen.markdown if element.value.startswith(":red[:material/error:")]
    return "\n".join([*told, *(error.value for error in screen.error if "engine" not in error.value)])


def jobs(service: JobService) -> list[JobRow]:
    return service.list_jobs()


def verdicts(service: JobService, job_id: int) -> list[tuple[int, str, str]]:
    with service.database.reading() as session:
        return [(line.line, line.input, line.verdict) for line in queries.lines.all_of(session, job_id)]


def test_the_preview_counts_and_explains_before_anything_is_saved(form: Opened, service: JobService) -> None:
    screen = paste(form(), LIST)
    assert "**5 lines**: 2 to scrape (1 corrected) · 1 duplicate · 2 rejected" in written(screen)
    assert "2 pages + 2 robots.txt · 2 hosts" in written(screen)
    assert jobs(service) == []


def test_one_long_reason_makes_its_column_wider_and_no_row_higher(form: Opened) -> None:
    def shown(screen: AppTest) -> tuple[bool, int]:
        [table] = screen.dataframe
        return table.proto.HasField("row_height"), json.loads(table.proto.columns)["why"]["width"]

    assert shown(paste(form(), LIST)) == (False, NARROW["why"])
    is_high, width = shown(paste(form(), "-shop-.test\nshop.test"))
    assert not is_high
    assert width > 6 * len("a part of the name is empty, too long, or begins or ends with a hyphen")


def test_paste_and_click_at_once_gives_one_started_job_that_tells_of_every_line(
    form: Opened, service: JobService
) -> None:
    screen = form()
    screen.text_area(key=draft.TEXT).set_value(LIST)
    screen.text_input(key=draft.NAME).set_value("Cartera *Q4*")
    screen = followed(click(screen, "new_start"))
    [job] = jobs(service)
    assert (job.name, job.total_steps, job.is_queued) == ("Cartera *Q4*", 2, True)
    assert [verdict for _line, _input, verdict in verdicts(service, job.id)] == [
        "ok",
        "corrected",
        "duplicate",
        "rejected",
        "rejected",
    ]
    assert [header.value for header in screen.header] == [r"Cartera \*Q4\* :gray[#1]"]
    assert screen.button(key="not_taken").label == "3 of 5 lines were not taken"


def test_a_second_click_leads_to_the_same_job(form: Opened, service: JobService) -> None:
    screen = click(paste(form(), LIST), "new_start")
    screen = followed(click(done(screen.switch_page(PAGE).run()), "new_start"))
    assert len(jobs(service)) == 1
    assert screen.header


def test_a_click_long_after_on_the_emptied_form_makes_nothing(form: Opened, service: JobService) -> None:
    screen = click(paste(form(), LIST), "new_start")
    screen.session_state["new__made"].at -= 60
    screen = click(done(screen.switch_page(PAGE).run()), "new_start")
    assert "There is no domain yet" in errors(screen)
    assert len(jobs(service)) == 1


def test_created_without_starting_waits_for_its_start(form: Opened, service: JobService) -> None:
    screen = followed(click(paste(form(), "shop.test"), "new_create"))
    assert jobs(service)[0].is_not_started
    assert screen.button(key="act_start").label == "Start"


def test_a_list_without_a_target_says_so_and_stays(form: Opened, service: JobService) -> None:
    screen = paste(form(), "192.168.1.1\n")
    screen.text_input(key=draft.NAME).set_value("Kept")
    screen = click(screen, "new_start")
    assert "No line of the list can be scraped" in errors(screen)
    assert screen.text_area(key=draft.TEXT).value == "192.168.1.1\n"
    assert screen.text_input(key=draft.NAME).value == "Kept"
    assert jobs(service) == []


def test_try_first_five_leaves_the_list_where_it_is(form: Opened, service: JobService) -> None:
    text = "\n".join(f"h{n}.test" for n in range(9))
    screen = click(paste(form(), text), "new_try")
    assert [job.total_steps for job in jobs(service)] == [5]
    assert done(screen.switch_page(PAGE).run()).text_area(key=draft.TEXT).value == text


def test_back_from_a_try_of_a_duplicate_finds_the_list_as_it_was(form: Opened, service: JobService) -> None:
    made = service.create_batch_scraping_job("shop.test")
    screen = click(paste(form(**{"from": made.job.id}), "shop.test\nmore.test"), "new_try")
    screen = followed(screen)
    assert screen.query_params == {"id": "2"}
    screen.query_params.clear()
    screen.query_params["from"] = str(made.job.id)  # what Back does
    screen = done(screen.switch_page(PAGE).run())
    assert screen.text_area(key=draft.TEXT).value == "shop.test\nmore.test"


def test_an_unknown_ending_is_taken_when_the_analyst_says_so(form: Opened) -> None:
    screen = paste(form(), LIST)
    screen = done(screen.toggle(key=draft.ANYWAY).set_value(True).run())
    assert "3 to scrape (1 corrected) · 1 duplicate · 1 rejected" in written(screen)
    screen = done(screen.toggle(key=draft.ANYWAY).set_value(False).run())
    assert "2 to scrape" in written(screen)


def test_names_with_and_without_www_can_be_merged(form: Opened) -> None:
    screen = paste(form(), "www.shop.test\nshop.test\n")
    screen = done(screen.toggle(key=draft.MERGE).set_value(True).run())
    assert "**2 lines**: 1 to scrape · 1 duplicate" in written(screen)


def test_a_long_list_is_kept_as_a_file_and_can_be_cleared(form: Opened, service: JobService) -> None:
    screen = paste(form(), "\n".join(f"h{n}.test" for n in range(2_500)))
    assert "**2,500 lines**" in written(screen)
    assert not screen.text_area
    screen = click(screen, "new_clear")
    assert screen.text_area(key=draft.TEXT).value == ""


def test_a_file_shows_what_was_understood_and_its_other_columns_come_along(form: Opened, service: JobService) -> None:
    screen = form()
    screen = done(screen.segmented_control(key=draft.SOURCE).set_value(draft.UPLOAD).run())
    table = "Firma;Web;Ort\nÄpfel;shop.test;Süd\nBirnen;nothing;Nord\n".encode("cp1252")
    screen = done(screen.file_uploader[0].set_value(("clients.csv", table, "text/csv")).run())
    assert "2 rows · read as cp1252 · separated by semicolon" in written(screen)
    assert screen.selectbox(key=draft.COLUMN).value == "Web"
    assert screen.text_input(key=draft.NAME).placeholder.startswith("clients, ")
    click(screen, "new_start")
    with service.database.reading() as session:
        lines = queries.lines.all_of(session, 1)
    assert (lines[0].line, lines[0].extra) == (2, {"Firma": "Äpfel", "Ort": "Süd"})


def test_a_file_that_cannot_be_read_says_why_and_the_pasted_text_stays(form: Opened) -> None:
    screen = paste(form(), LIST)
    screen = done(screen.segmented_control(key=draft.SOURCE).set_value(draft.UPLOAD).run())
    screen = done(screen.file_uploader[0].set_value(("empty.csv", b"", "text/csv")).run())
    assert "empty.csv" in errors(screen).replace("\\", "")
    assert screen.file_uploader[0].value is None, "what cannot be read does not stay beside the next file"
    screen = done(screen.file_uploader[0].set_value(("heading.csv", b"domain,city", "text/csv")).run())
    assert "There is a heading and no row below it." in written(screen)
    screen = click(screen, "new_file_remove")
    screen = done(screen.segmented_control(key=draft.SOURCE).set_value(draft.PASTE).run())
    assert screen.text_area(key=draft.TEXT).value == LIST


def test_a_list_that_is_too_long_is_told_in_the_preview_before_anything_fails(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("LOTE_MAX_STEPS_PER_JOB", "1000")
    form: Opened = request.getfixturevalue("form")
    sentence = "The list has 1,001 domains; 1,000 are allowed in one job."
    screen = paste(form(), "\n".join(f"h{n}.test" for n in range(1_001)))
    assert [warning.value.replace("\\", "").partition(" Split")[0] for warning in screen.warning] == [sentence]
    screen = click(screen, "new_start")
    assert sentence in errors(screen).replace("\\", "")
    assert jobs(request.getfixturevalue("service")) == []


def test_what_went_wrong_is_told_in_the_line_below_the_buttons(form: Opened) -> None:
    screen = form()
    assert "Nothing is saved before you create the job." in written(screen)
    screen = click(screen, "new_start")
    assert "Nothing is saved before you create the job." not in written(screen)
    assert "There is no domain yet" in errors(screen)


def test_presets_set_lanes_and_pause_and_a_change_is_no_preset_any_more(form: Opened, service: JobService) -> None:
    screen = paste(form(), "shop.test")
    screen = done(screen.segmented_control(key="new_preset").set_value("fast").run())
    assert "16 at a time, 0.2 s pause, 2 retries, 30 s limit" in written(screen)
    screen = done(screen.number_input(key="new_max_retries").set_value(0).run())
    screen = done(screen.number_input(key="new_concurrency").set_value(1).run())
    assert screen.segmented_control(key="new_preset").value is None
    click(screen, "new_start")
    config = jobs(service)[0].config
    assert (config["concurrency"], config["interval_seconds"], config["max_retries"]) == (1, 0.2, 0)


def test_a_priority_is_told_and_stands_in_call_job_and_duplicate(form: Opened, service: JobService) -> None:
    screen = paste(form(), "shop.test")
    screen = done(screen.slider(key="new_priority").set_value(5).run())
    assert "robots.txt respected, priority +5" in written(screen)
    [call] = screen.code
    assert '"priority": 5' in call.value
    click(screen, "new_start")
    [job] = jobs(service)
    assert job.priority == 5
    assert form(**{"from": job.id}).slider(key="new_priority").value == 5


def test_the_switch_of_robots_txt_is_told_counted_and_stands_in_call_and_job(form: Opened, service: JobService) -> None:
    screen = paste(form(), "shop.test")
    assert "robots.txt respected" in written(screen)
    [call] = screen.code
    assert "respect_robots" not in call.value
    screen = done(screen.toggle(key="new_respect_robots").set_value(False).run())
    assert "robots.txt not respected" in written(screen)
    assert "1 page · 1 host" in written(screen)
    [call] = screen.code
    assert '"respect_robots": false' in call.value
    click(screen, "new_start")
    assert jobs(service)[0].config["respect_robots"] is False


def test_options_are_said_with_the_decimals_of_the_reader(form: Opened) -> None:
    screen = form()
    screen.session_state["kept_lote_language"] = "es"
    screen = done(screen.segmented_control(key="new_preset").set_value("fast").run())
    assert "pausa de 0,2 s" in written(screen)


def test_options_that_cannot_be_used_are_told_and_create_nothing(form: Opened, service: JobService) -> None:
    screen = paste(form(), "shop.test")
    screen.text_input(key="new_user_agent").set_value("ñandú")
    screen.number_input(key="new_max_bytes").set_value(99.0)
    for lanes, told in ((0, "This must be 1 or more."), (10_000, "This must be 64 or less.")):
        screen.number_input(key="new_concurrency").set_value(lanes)
        screen = click(screen, "new_start")
        said = errors(screen).replace("\\", "")
        assert f"At a time: {told}" in said
        assert "User-Agent: This contains a character that is not allowed." in said
        assert "Largest page (MiB): From 1 KiB to 50 MiB." in said
        assert screen.number_input(key="new_concurrency").value == lanes
    assert screen.text_input(key="new_user_agent").value == "ñandú"
    assert jobs(service) == []


def test_the_same_as_an_api_call_is_quoted_for_the_shell(form: Opened) -> None:
    screen = paste(form(), "shop.test")
    screen = done(screen.text_input(key=draft.NAME).set_value("Ana's list").run())
    [call] = screen.code
    assert call.value.startswith("curl -X POST http://localhost")
    assert "/api/jobs/batch-scraping" in call.value
    assert """Ana'"'"'s list""" in call.value


def test_duplicate_brings_the_list_as_given_the_name_and_the_options(form: Opened, service: JobService) -> None:
    made = service.create_batch_scraping_job(LIST, name="Q4", description="North", config={"concurrency": 7})
    screen = form(**{"from": made.job.id})
    assert screen.text_area(key=draft.TEXT).value == LIST.strip("\n")
    assert (screen.text_input(key=draft.NAME).value, screen.text_input(key=draft.DESCRIPTION).value) == ("Q4", "North")
    assert screen.number_input(key="new_concurrency").value == 7


def test_duplicate_of_a_job_that_is_gone_says_so(form: Opened, service: JobService) -> None:
    new_job(service)
    assert "There is no job 99" in errors(form(**{"from": 99}))


def test_a_sample_fills_the_list(form: Opened) -> None:
    screen = form(sample=1)
    assert len(screen.text_area(key=draft.TEXT).value.split()) == 5
    assert "5 to scrape" in written(screen)
