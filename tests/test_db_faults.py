"""A database that is locked, full, away, moved or replaced: told in plain words, and nothing is lost."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

import core.db
from core import queue
from core.db import Database
from core.errors import DatabaseDown, DatabaseFull, DatabaseMoved
from core.job_service import JobService
from core.outbox import Outbox
from core.settings import Settings
from tests.story import claim, completed, job_of, new_job


@pytest.fixture
def service(tmp_path: Path) -> Iterator[JobService]:
    service = JobService.open(Settings.load(data_dir=tmp_path / "data", allowed_private_networks="127.0.0.0/8"))
    yield service
    service.close()


def file_of(service: JobService) -> Path:
    return service.settings.data_dir / "lote.db"


def test_a_file_that_was_moved_is_not_written_any_more(service: JobService) -> None:
    job_id = new_job(service)
    away = file_of(service).rename(file_of(service).with_suffix(".away"))
    with pytest.raises(DatabaseMoved, match=r"lote\.db was moved or replaced"):
        service.get_job_status(job_id)
    with pytest.raises(DatabaseMoved):
        service.pause_job(job_id)
    service.database.engine.dispose()
    with pytest.raises(DatabaseMoved):
        service.database.revision()
    assert not file_of(service).exists(), "no empty database in its place"
    away.rename(file_of(service))
    assert service.get_job_status(job_id).id == job_id


def test_a_file_that_was_replaced_is_not_touched_and_the_old_one_is_left_whole(service: JobService) -> None:
    job_id = new_job(service)
    away = file_of(service).rename(file_of(service).with_suffix(".away"))
    file_of(service).write_bytes(b"")
    with pytest.raises(DatabaseMoved):
        service.start_job(job_id)
    service.close()
    assert file_of(service).read_bytes() == b""
    with sqlite3.connect(away) as connection:
        assert connection.execute("SELECT id FROM jobs").fetchall() == [(job_id,)]
    connection.close()


def test_a_locked_database_is_told(service: JobService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.db, "BUSY_TIMEOUT_SECONDS", 0)
    impatient = Database.of(service.settings)
    with service.database.writing() as session:
        session.execute(sa.select(1))
        with pytest.raises(DatabaseDown, match="busy"), impatient.writing() as other:
            other.execute(sa.select(1))
    impatient.close()


def test_a_full_disk_loses_no_result(service: JobService) -> None:
    job_id = new_job(service, 1)
    outbox = Outbox(service.database, lambda settled: None)
    outbox.put(completed(claim(service.database)[0], title="word " * 100_000))
    service.database.engine.dispose()
    pages = [1]

    @event.listens_for(service.database.engine, "connect")
    def _limited(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages[0]}")  # below what it has: no page can be added

    with pytest.raises(DatabaseFull, match="disk of the database is full"):
        outbox.flush()
    assert len(outbox) == 1
    service.database.engine.dispose()
    pages[0] = 2**30
    outbox.flush()
    assert len(outbox) == 0
    assert job_of(service.database, job_id).completed_steps == 1


def test_a_full_disk_of_postgresql_is_told(postgresql_url: str, tmp_path: Path) -> None:
    database = Database(postgresql_url, tmp_path)
    with pytest.raises(DatabaseFull), database.writing() as session:
        session.execute(sa.text("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"))
    database.close()


def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path)
    with pytest.raises(DatabaseDown, match="cannot be reached"), database.reading() as session:
        session.execute(sa.select(1))
    database.close()


def test_a_statement_at_fault_stays_what_it_is(service: JobService) -> None:
    with pytest.raises(sa.exc.OperationalError, match="no such table"), service.database.reading() as session:
        session.execute(sa.text("SELECT 1 FROM nowhere"))


def test_a_connection_that_breaks_in_mid_transaction_is_told_and_the_next_one_works(
    postgresql_url: str, tmp_path: Path
) -> None:
    database = Database(postgresql_url, tmp_path)
    with pytest.raises(DatabaseDown), database.writing() as session:
        mine = session.scalar(sa.text("SELECT pg_backend_pid()"))
        with database.reading() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        session.execute(sa.select(1))
    with database.writing() as session:
        assert queue.held(session, "nobody") == set()
    database.close()
