"""The doctor: each thing that is wrong is told with what to do, and an installation in order has nothing bad."""

import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import presence
from core.doctor import Finding, State, examine
from core.job_service import JobService
from core.models import JOBS
from core.presence import EngineKind, EngineRow
from core.settings import Settings
from tests.app import free_port
from tests.story import claim, engine_lives, new_job
from tests.test_commands import Lote, lote  # noqa: F401  a fixture

Look = Callable[[], dict[str, Finding]]


@pytest.fixture
def look(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Look:
    """What the doctor finds, by subject."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOTE_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("LOTE_DATA_DIR", str(settings.data_dir))
    port = free_port()
    return lambda: {found.about: found for found in examine(datetime.now(UTC), name="localhost", port=port)}


def states(found: dict[str, Finding]) -> dict[str, str]:
    return {about: one.state for about, one in found.items() if one.state is not State.OK}


def test_an_installation_in_order(look: Look, service: JobService) -> None:
    new_job(service, 3)
    engine_lives(service.database)
    found = look()
    assert states(found) == {}
    assert {"settings", "database", "integrity", "counters", "engines", "leases", "clock", "dns", "port"} <= set(found)


def test_what_is_wrong_inside_is_told(look: Look, service: JobService) -> None:
    job_id = new_job(service, 3)
    claim(service.database, 1)
    now = datetime.now(UTC)
    with service.database.writing() as session:
        session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(total_steps=4))
        old = EngineRow("old", EngineKind.WORKER, now, now, {}, version="0.0.1")
        presence.show(session, old)
    found = look()
    assert states(found) == {"counters": "bad", "engines": "warning"}
    assert "0.0.1" in found["engines"].told and str(job_id) in found["counters"].told


def test_what_is_wrong_around_is_told(
    look: Look, service: JobService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service.settings.data_dir.chmod(0o755)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("LOTE_FETCH_THREAD", "7")
    monkeypatch.setenv("LOTE_ALLOW_ANONYMOUS", "true")
    monkeypatch.setattr(tempfile, "tempdir", "/tmp/" + "x" * 90)
    found = look()
    assert states(found) == {
        "settings": "warning",
        "data_dir": "warning",
        "engines": "warning",
        "proxy": "warning",
        "workers": "bad",
    }
    assert found["data_dir"].advice == f"chmod 700 {service.settings.data_dir}"


def test_settings_that_cannot_be_used_end_the_look(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTE_FETCH_THREADS", "many")
    found = look()
    assert states(found) == {"settings": "bad"} and "LOTE_FETCH_THREADS" in found["settings"].told


def test_a_database_that_is_away_is_told(look: Look, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.data_dir.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("LOTE_DATABASE_URL", f"postgresql://ana:hush@127.0.0.1:{free_port()}/lote")
    found = look()["database"]
    assert (found.state, "hush" in found.told) == (State.BAD, False)


def test_a_damaged_file_is_told(look: Look, service: JobService) -> None:
    if not service.database.is_sqlite:
        pytest.skip("a file")
    new_job(service, 300)
    service.close()
    file = Path(service.database.url.database or "")
    data = bytearray(file.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 8192] = os.urandom(8192)
    file.write_bytes(bytes(data))
    found = look()
    assert State.BAD in {one.state for about, one in found.items() if about in ("integrity", "database")}


def test_the_command_says_it_in_lines_and_in_json(lote: Lote, service: JobService) -> None:  # noqa: F811
    asked = ("doctor", "--name", "localhost", "--port", free_port())
    assert "The counters of all jobs equal their steps." in lote(*asked).output
    found = json.loads(lote(*asked, "--json").output)
    assert {one["state"] for one in found} <= {"ok", "warning"}
    assert "No engine lives." in [one["told"] for one in found]
