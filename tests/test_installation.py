"""What the installation tells about itself: settings in force without secrets, facts, what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import __version__, installation, presence, vitals
from core.engine import Engine
from core.i18n import speaking
from core.installation import MEANINGS, Installation, SettingRow, look, problems, settings_in_force
from core.job_service import JobService
from core.owner import Owner
from core.presence import EngineKind, EngineRow
from core.settings import Settings

WELL = {"alive": True, "can_extract": True, "running_steps": 2, "places": 8, "worker_processes": 1}
WORDS = "LOTE_ALLOW_ANONYMOUS is on"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """`registered(alive=False)`: an engine of this process that tells this of itself."""
    monkeypatch.setattr(vitals, "_source", None)
    yield lambda **status: vitals.register(lambda: {**WELL, **status})


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without settings and proxies."""
    for name in ("http_proxy", "https_proxy", "all_proxy", *(f"lote_{name}" for name in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def rows(settings: Settings) -> dict[str, SettingRow]:
    return {row.variable: row for row in settings_in_force(settings)}


def sentences(found: Installation, **options: Any) -> list[str]:
    return [problem.sentence for problem in problems(found, **options)]


def test_every_setting_is_explained_in_every_language() -> None:
    assert set(MEANINGS) == set(Settings.model_fields)
    english = [row.meaning for row in settings_in_force(Settings.load())]
    with speaking("es"):
        spanish = [row.meaning for row in settings_in_force(Settings.load())]
    assert all(english)
    assert not set(english) & set(spanish)


def test_a_setting_tells_where_it_is_set(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("LOTE_FETCH_THREADS", "7")
    bare.setenv("lote_contact", "ops@example.com")
    found = rows(Settings.load())
    assert [name for name, row in found.items() if row.in_environment] == ["LOTE_FETCH_THREADS", "LOTE_CONTACT"]
    assert found["LOTE_FETCH_THREADS"].value == "7"
    assert found["LOTE_MAX_RUNNING_JOBS"].value == "4"


def test_what_counts_is_told_where_nothing_is_set(bare: pytest.MonkeyPatch) -> None:
    found = rows(Settings.load())
    assert found["LOTE_DATA_DIR"].value == str(Path("data").absolute())
    assert found["LOTE_DATABASE_URL"].value == f"sqlite:///{Path('data').absolute()}/lote.db"
    assert (found["LOTE_USER_AGENT"].value or "").startswith(f"Lote/{__version__}")
    assert found["LOTE_ALLOW_ANONYMOUS"].value == "false"
    for name in ("LOTE_PROXY_URL", "LOTE_CA_BUNDLE", "LOTE_CONTACT", "LOTE_DNS_OVERRIDES"):
        assert (found[name].value, found[name].is_set) == (None, False)


def test_values_are_written_as_in_the_environment() -> None:
    overrides, networks = "*.test=127.0.0.1, shop.test:443=127.0.0.1:8443", "10.0.0.0/8, fd00::/8"
    found = rows(Settings.load(dns_overrides=overrides, allowed_private_networks=networks))
    assert found["LOTE_DNS_OVERRIDES"].value == overrides
    assert found["LOTE_ALLOWED_PRIVATE_NETWORKS"].value == networks


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ana:hush@db.example/lote", "postgresql+psycopg://ana:***@db.example/lote"),
        (
            "postgresql://db.example/lote?user=ana&password=hush&sslpassword=hush&sslmode=require",
            "postgresql+psycopg://db.example/lote?sslmode=require&user=ana",
        ),
        ("postgresql://ana@db.example/lote", "postgresql+psycopg://ana@db.example/lote"),
    ],
)
def test_the_password_of_the_database_is_not_shown(url: str, shown: str) -> None:
    assert rows(Settings.load(database_url=url))["LOTE_DATABASE_URL"].value == shown


def test_a_secret_tells_only_that_it_is_set() -> None:
    row = rows(Settings.load(proxy_url="http://ana:hush@proxy.example:3128"))["LOTE_PROXY_URL"]
    assert (row.value, row.is_secret, row.is_set) == (None, True, True)
    assert "hush" not in repr(row)


def test_the_facts_are_those_of_the_database_and_the_disk(
    service: JobService, registered: Callable[..., None], bare: pytest.MonkeyPatch
) -> None:
    found = look(service.settings, service.database)
    assert found.database == ("SQLite" if service.database.is_sqlite else "PostgreSQL")
    assert (found.version, found.revision) == (__version__, service.database.revision())
    assert found.database_bytes > 10_000
    assert 0 < found.free_bytes <= found.disk_bytes
    assert (found.engines, found.engine) == (0, None)


def test_engines_on_the_database_are_counted(service: JobService) -> None:
    here, elsewhere = Owner(service.settings.data_dir), "of another machine"
    with service.database.writing() as session:
        now = presence.moment(session)
        for one in (here.id, elsewhere):
            presence.show(session, EngineRow(one, EngineKind.WORKER, now, now, {}))
    assert look(service.settings, service.database).engines == 2
    here.release(holds_claims=True)
    assert look(service.settings, service.database).engines == 1


def test_an_engine_that_was_registered_is_asked(service: JobService, registered: Callable[..., None]) -> None:
    engine = Engine(service.settings, service.database)
    vitals.register(engine.status)
    here = look(service.settings, service.database).engine
    assert here is not None
    assert (here.is_alive, here.running_steps, here.places) == (False, 0, 8)


def test_an_installation_in_order_has_no_problems(
    service: JobService, registered: Callable[..., None], bare: pytest.MonkeyPatch
) -> None:
    registered()
    assert sentences(look(service.settings, service.database), little_bytes=0) == []


def test_what_is_wrong_is_told_grave_things_first(
    service: JobService, registered: Callable[..., None], bare: pytest.MonkeyPatch
) -> None:
    registered(alive=False, can_extract=False)
    bare.setenv("LOTE_FETCH_THREAD", "7")
    bare.setenv("https_proxy", "http://proxy.example:3128")
    settings = service.settings.model_copy(update={"allow_anonymous": True})
    found = replace(look(settings, service.database), free_bytes=installation.LITTLE_SPACE_BYTES - 1)
    told = problems(found)
    assert [problem.is_grave for problem in told] == [True, True, True, False, False, False]
    expected = (
        "engine of this process",
        "Worker processes",
        "Only 127 MiB",
        "https_proxy",
        "LOTE_FETCH_THREAD ",
        WORDS,
    )
    for problem, words in zip(told, expected, strict=True):
        assert words in problem.sentence


def test_enough_space_is_no_problem(service: JobService, bare: pytest.MonkeyPatch) -> None:
    found = replace(look(service.settings, service.database), free_bytes=installation.LITTLE_SPACE_BYTES)
    assert not any("MiB" in sentence for sentence in sentences(found))
