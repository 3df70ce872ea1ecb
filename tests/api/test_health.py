"""Health: what keeps jobs from being done is told with a sentence and status 503."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.testclient import TestClient

from core import presence
from core.job_service import JobService
from core.presence import EngineKind, EngineRow


def health(client: TestClient, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = client.get("/api/health", headers=headers)
    return answer.status_code, answer.json()


def test_a_full_disk_is_told(client: TestClient, engine: dict[str, Any]) -> None:
    assert "detail" not in health(client)[1]
    engine["disk_is_full"] = True
    code, told = health(client)
    assert (code, told["status"], told["database"]) == (503, "degraded", "ok")
    assert told["detail"].startswith("The disk is full")
    assert health(client, **{"Accept-Language": "es"})[1]["detail"].startswith("El disco está lleno")


def test_an_engine_elsewhere_on_the_database_is_enough(
    client: TestClient, engine: dict[str, Any], service: JobService
) -> None:
    engine["status"] = "down"
    assert health(client)[1]["detail"] == "No engine works on this database: jobs wait."
    with service.database.writing() as session:
        now = presence.moment(session)
        presence.show(session, EngineRow("far", EngineKind.WORKER, now, now, {}, machine="far.example"))
    assert health(client)[0] == 200


def test_a_database_file_that_was_moved_is_told(client: TestClient, tmp_path: Path) -> None:
    assert health(client)[0] == 200
    (tmp_path / "lote.db").rename(tmp_path / "away.db")
    code, told = health(client)
    assert (code, told["database"]) == (503, "moved")
    assert "lote.db was moved or replaced" in told["detail"]
    answer = client.get("/api/jobs")
    assert (answer.status_code, "was moved or replaced" in answer.json()["detail"]) == (503, True)
    (tmp_path / "away.db").rename(tmp_path / "lote.db")
    assert health(client)[0] == 200


def test_the_process_lives_whatever_the_database_does(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "lote.db").rename(tmp_path / "away.db")
    answer = client.get("/api/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert client.get("/api/health/ready").status_code == 503
    (tmp_path / "away.db").rename(tmp_path / "lote.db")


def test_it_is_ready_with_the_right_revision_and_an_engine(
    client: TestClient, engine: dict[str, Any], service: JobService
) -> None:
    assert client.get("/api/health/ready").status_code == 200
    engine["status"] = "down"
    answer = client.get("/api/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, "ok")
    engine["status"] = "ok"
    with service.database.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client.get("/api/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, "outdated")
    assert "another revision" in answer.json()["detail"]
    assert client.get("/api/health").status_code == 200
