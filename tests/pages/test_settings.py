"""The Settings screen: what is in force and where it is set, facts, what is wrong, no secrets."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import presence, vitals
from core.i18n import speaking
from core.job_service import JobService
from core.presence import EngineKind, EngineRow
from core.settings import Settings
from tests.pages.conftest import Opened
from tests.story import claim, new_job

PAGE = "pages/settings.py"
WELL = {"alive": True, "can_extract": True, "running_steps": 2, "places": 32, "worker_processes": 1}


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the engine of this process tells; a test may change it."""
    status = dict(WELL)
    monkeypatch.setattr(vitals, "_source", lambda: status)
    return status


def shown(screen: AppTest) -> str:
    """Everything that stands on the screen."""
    kinds = (screen.title, screen.subheader, screen.markdown, screen.caption, screen.text, screen.error, screen.warning)
    return "\n".join(element.value for elements in kinds for element in elements)


def test_every_setting_stands_on_the_screen(open_page: Opened) -> None:
    screen = open_page(PAGE)
    assert [title.value for title in screen.title] == ["Settings"]
    names = [line.value.strip("`") for line in screen.markdown if line.value.startswith("`LOTE_")]
    assert names == [f"LOTE_{name.upper()}" for name in Settings.model_fields]
    assert "*.test=127.0.0.1" in [text.value for text in screen.text]
    assert any("environment" in line.value for line in screen.markdown)
    assert any("default" in line.value for line in screen.markdown)


def test_the_engine_and_the_database_are_told(open_page: Opened, service: JobService) -> None:
    with service.database.writing() as session:
        now = presence.moment(session)
        presence.show(session, EngineRow("of another machine", EngineKind.WORKER, now, now, {}))
    screen = open_page(PAGE)
    texts = [text.value for text in screen.text]
    for text in ("2 of 32", "works", service.database.revision(), str(service.settings.data_dir)):
        assert text in texts
    assert any("1 engine · SQLite" in caption.value for caption in screen.caption)
    assert not screen.error


def test_without_an_engine_the_screen_says_so(open_page: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vitals, "_source", None)
    screen = open_page(PAGE)
    assert any("No engine is running" in error.value for error in screen.error)
    assert "no engine" in [text.value for text in screen.text]


def test_an_engine_that_cannot_read_pages_is_told(open_page: Opened, engine: dict[str, Any]) -> None:
    engine["can_extract"] = False
    screen = open_page(PAGE)
    assert any("pages cannot be read" in error.value for error in screen.error)
    assert "does not work" in [text.value for text in screen.text]


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with all that a start warns of; the service is opened after it."""
    monkeypatch.setenv("LOTE_ALLOW_ANONYMOUS", "true")
    monkeypatch.setenv("LOTE_FETCH_THREAD_*x*", "7")
    monkeypatch.setenv("https_proxy", "http://ana:hush@proxy.example:3128")


def test_what_is_wrong_stands_at_the_top(careless: None, open_page: Opened) -> None:
    warnings = [warning.value.replace("\\", "") for warning in open_page(PAGE).warning]
    assert len(warnings) == 3
    for sentence, words in zip(warnings, ("https_proxy", "LOTE_FETCH_THREAD_*x*", "without a login"), strict=True):
        assert words in sentence


@pytest.fixture
def secretive(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with a secret and with Markdown; the service is opened after it."""
    monkeypatch.setenv("LOTE_PROXY_URL", "http://ana:hush@proxy.example:3128")
    monkeypatch.setenv("LOTE_CONTACT", "![x](http://evil.test/p.png)")


def test_secrets_are_not_shown_and_values_are_no_markdown(secretive: None, open_page: Opened) -> None:
    screen = open_page(PAGE)
    texts = [text.value for text in screen.text]
    assert "hush" not in shown(screen)
    assert "set" in texts
    assert "![x](http://evil.test/p.png)" in texts
    assert not any("evil" in element.value for element in [*screen.markdown, *screen.caption])


def test_the_screen_speaks_spanish(open_page: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_page(PAGE)
    speak: Callable[..., Any] = screen.button_group(key="language").set_value
    speak("es").run()
    assert [title.value for title in screen.title] == ["Ajustes"]
    assert "sin definir" in [text.value for text in screen.text]
    with speaking("es"):
        assert "Procesos de extracción" in shown(screen)


def test_a_pause_for_a_host_is_set_on_the_screen(open_page: Opened, service: JobService) -> None:
    screen = open_page(PAGE)
    screen.text_input(key="pause_host").input("shop.test")
    screen.number_input(key="pause_seconds").set_value(12.0)
    screen.button(key="pause_set").click().run()
    assert [message.value for message in screen.toast] == [r"shop\.test: 12 s between visits."]
    assert "shop.test" in str(screen.dataframe[-1].value)
    screen.number_input(key="pause_seconds").set_value(None)
    screen.button(key="pause_set").click().run()
    assert "How many seconds" in screen.toast[-1].value
    assert screen.text_input(key="pause_host").value == "shop.test"
    screen.button(key="pause_remove").click().run()
    assert "holds again" in screen.toast[-1].value


def test_every_engine_is_shown_with_what_it_holds(open_page: Opened, service: JobService) -> None:
    new_job(service, 3)
    held = claim(service.database, 2, owner="of another machine")
    with service.database.writing() as session:
        now = presence.moment(session)
        vitals_there = {"running_steps": 2, "places": 16, "worker_processes": 4, "idle_seconds": 1.0}
        presence.show(session, EngineRow(held[0].owner, EngineKind.WORKER, now, now, vitals_there))
    table = str(open_page(PAGE).table[0].value.iloc[0].to_dict())
    for text in ("worker", "2 of 16", "'Claims held': '2'"):
        assert text in table


def test_a_domain_is_forgotten_after_it_was_typed_again(open_page: Opened, service: JobService) -> None:
    job_id = new_job(service, ["gone.test", "stays.test"], start=False)
    screen = open_page(PAGE)
    screen.text_input(key="forget_domain").input("Gone.test")
    screen.button(key="forget_show").click().run()
    assert any("attempts and reports: **1**" in line.value for line in screen.markdown)
    screen.text_input(key="forget_typed").input("stays.test")
    screen.button(key="forget_yes").click().run()
    assert "nothing was deleted" in screen.toast[-1].value
    assert service.get_job_status(job_id).total_steps == 2
    screen.text_input(key="forget_typed").input("gone.test")
    screen.button(key="forget_yes").click().run()
    assert "forgotten: 1" in screen.toast[-1].value
    assert [step.host for step in service.list_steps(job_id)] == ["stays.test"]


def test_the_doctor_tells_what_to_do(open_page: Opened, service: JobService) -> None:
    screen = open_page(PAGE)
    screen.button(key="doctor_look").click().run()
    lines = [line.value.replace("\\", "") for line in screen.markdown]
    assert any("The counters of all jobs equal their steps." in line for line in lines)
    assert any("No engine lives." in line and "python -m core worker" in line for line in lines)
