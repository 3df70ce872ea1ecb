"""Backups: taken while a job runs, put back whole or not at all, into either database; what cannot be used is told."""

import gzip
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.backups import backup, look_into, restore
from core.db import Database, head, upgrade
from core.errors import DatabaseUnusable, InvalidInput, Refused
from core.job_service import JobService
from core.models import SQLModel
from core.settings import Settings
from tests.conftest import empty
from tests.story import (
    NOW,
    assert_counters_hold,
    claim,
    completed,
    engine_lives,
    failed,
    job_of,
    new_job,
    settle,
    steps_of,
    stored,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "lote.backup"


@pytest.fixture
def elsewhere(tmp_path: Path, postgresql_copy: str, service: JobService) -> Iterator[Database]:
    """Another, empty database of the kind that the test's own is not."""
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    if service.database.is_sqlite:
        empty(postgresql_copy)
        url = postgresql_copy
    database = Database(url, tmp_path)
    yield database
    database.close()


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but for who lives and what was done."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(table))))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in {"engines", "audit_events"}
        }


def a_past(service: JobService) -> int:
    """A finished job with stored pages and comments, a deleted one, and one that runs; gives the id of that."""
    done = new_job(service, ["münchen.test", "plain.test", "bad.test"], config={"store_html": True})
    for one in claim(service.database):
        answer = {"bad.test": failed}.get(one.host, stored)
        settle(service.database, answer(one))
    service.add_comment(done, "ana", "Done: “fine” \x00 ☃")
    gone = new_job(service, 1, start=False)
    service.delete_job(gone)
    running = new_job(service, 5)
    first, second, *_others = claim(service.database, 4)
    settle(service.database, completed(first, emails=["a@b.test"], ttfb_seconds=0.1), failed(second, retry_in=60))
    return running


def test_all_rows_come_back_in_either_database(
    service: JobService, database: Database, elsewhere: Database, file: Path
) -> None:
    running = a_past(service)
    contents = backup(database, file, NOW)
    before = content(database)
    assert (contents.revision, contents.rows["jobs"], file.stat().st_mode & 0o777) == (head(), 2, 0o600)
    assert look_into(file) == contents
    restored = restore(elsewhere, file, datetime.now(UTC))
    there = Database(elsewhere.url.render_as_string(hide_password=False), elsewhere.data_dir)
    after = content(there)
    assert (restored.kept, restored.handed_back) == (None, 2)
    changed = {"job_steps", "step_attempts", "hosts"}  # by what was running
    assert {name: rows for name, rows in after.items() if name not in changed} == {
        name: rows for name, rows in before.items() if name not in changed
    }
    assert_counters_hold(there, running)
    statuses = [(step.status, step.attempts) for step in steps_of(there, running)]
    assert statuses == [("completed", 1), ("pending", 1), ("pending", 0), ("pending", 0), ("pending", 0)]
    moved = JobService(service.settings, there)
    assert new_job(moved, 1) == running + 1
    assert len(claim(there, now=datetime.now(UTC))) > 0
    there.close()


def test_a_deleted_id_is_not_given_again(service: JobService, database: Database, file: Path) -> None:
    last = new_job(service, 1, start=False)
    service.delete_job(last)
    new_job(service, 1, start=False)
    service.delete_job(last + 1)
    backup(database, file, NOW)
    restore(database, file, NOW, replace=True)
    again = JobService.open(service.settings)
    assert new_job(again, 1) == last + 2
    again.close()


def test_a_backup_during_a_running_job_is_of_one_moment(service: JobService, database: Database, file: Path) -> None:
    job_id = new_job(service, 60)
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set() and (claims := claim(database, 2)):
            settle(database, *(completed(one) if one.step_id % 5 else failed(one) for one in claims))

    worker = threading.Thread(target=work)
    worker.start()
    seen = set()
    try:
        while worker.is_alive() and len(seen) < 5:
            backup(database, file, NOW)
            contents = look_into(file)
            seen.add(contents.rows["reports"])
    finally:
        ended.set()
        worker.join()
    restore(database, file, datetime.now(UTC), replace=True)
    again = JobService.open(service.settings)
    assert_counters_hold(again.database, job_id)
    job = job_of(again.database, job_id)
    assert job.completed_steps == contents.rows["reports"]
    assert job.total_steps == 60
    again.close()


def test_what_is_there_stays_unless_asked_and_is_kept_even_then(
    service: JobService, database: Database, file: Path
) -> None:
    new_job(service, 2)
    backup(database, file, NOW)
    service.delete_job(new_job(service, 1, start=False))
    other = new_job(service, ["newer.test"])
    with pytest.raises(Refused, match="--replace"):
        restore(database, file, NOW)
    assert job_of(database, other).total_steps == 1
    restored = restore(database, file, NOW, replace=True)
    again = JobService.open(service.settings)
    assert [job.total_steps for job in again.list_jobs()] == [2]
    assert restored.kept is not None
    if database.is_sqlite:
        kept = Database(f"sqlite:///{restored.kept}", database.data_dir)
        assert job_of(kept, other).total_steps == 1
        kept.close()
    else:
        with again.database.writing() as session:
            n = session.execute(sa.text(f'SELECT count(*) FROM "{restored.kept}".jobs')).scalar()
            session.execute(sa.text(f'DROP SCHEMA "{restored.kept}" CASCADE'))
        assert n == 2
    again.close()


def test_nothing_is_restored_over_a_living_engine(service: JobService, database: Database, file: Path) -> None:
    job_id = new_job(service, 2)
    backup(database, file, NOW)
    engine_lives(database)
    with pytest.raises(Refused, match="in use"):
        restore(database, file, NOW, replace=True)
    assert job_of(database, job_id).total_steps == 2


def test_nothing_is_restored_over_a_file_that_somebody_has_open(
    service: JobService, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not service.database.is_sqlite:
        pytest.skip("a file")
    monkeypatch.setattr("core.backups.place.LOCK_SECONDS", 0.1)
    job_id = new_job(service, 2)
    backup(service.database, file, NOW)
    mine = Database.of(service.settings)
    with service.database.reading() as session:
        session.execute(sa.text("SELECT 1 FROM jobs"))
        with pytest.raises(Refused, match="in use"):
            restore(mine, file, NOW, replace=True)
    assert job_of(service.database, job_id).total_steps == 2
    assert not list(tmp_path.glob(".*restored*"))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda data: data[: len(data) // 2], "cut off"),
        (lambda data: data[:-20], "cut off"),
        (lambda data: gzip.compress(gzip.decompress(data).replace(b"one.com", b"six.com")), "checksum"),
        (lambda data: gzip.compress(b"".join(gzip.decompress(data).splitlines(True)[:-1])), "cut off"),
        (lambda data: data[:-150] + bytes(100) + data[-50:], "damaged|cut off|not a backup"),
        (lambda data: gzip.compress(gzip.decompress(data).replace(b'"0006"', b'"9999"', 1)), "checksum"),
        (lambda data: gzip.compress(b'{"lote_backup":2,"version":"9.0"}\n'), "newer version of Lote, 9.0"),
        (lambda data: b"", "is not a backup"),
        (lambda data: b"PK\x03\x04" + bytes(50), "is not a backup"),
        (lambda data: gzip.compress(b"[1]\n"), "is not a backup"),
        (lambda data: gzip.compress(b"\xff\xfe"), "is not a backup"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_changes_nothing(
    harm: Any, said: str, sqlite_file: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_file, tmp_path / "lote.db")
    service = JobService.open(Settings.load(data_dir=tmp_path, database_url=""))
    job_id = new_job(service, ["one.com", "two.com", "three.com"])
    file = tmp_path / "x.backup"
    backup(service.database, file, NOW)
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(InvalidInput, match=said):
        restore(service.database, file, NOW, replace=True)
    assert job_of(service.database, job_id).total_steps == 3
    service.close()


def test_a_backup_of_a_newer_revision_is_told(
    service: JobService, database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_job(service, 1)
    backup(database, file, NOW)
    monkeypatch.setattr("core.backups.restoration.revisions", lambda: {"0001"})
    with pytest.raises(InvalidInput, match="newer version"):
        restore(database, file, NOW, replace=True)


def test_an_older_backup_is_migrated(service: JobService, database: Database, tmp_path: Path, file: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}", tmp_path)
    with old.writing() as session:
        upgrade(session.connection(), "0002")
        session.execute(
            sa.text(
                "INSERT INTO jobs (id, job_type, name, description, status, priority, config, total_steps,"
                " completed_steps, failed_steps, cancelled_steps, created_by, origin, created_at)"
                " VALUES (7, 'batch_scraping', 'Old', '', 'pending', 0, '{}', 0, 0, 0, 0, '', 'ui', '2026-01-01')"
            )
        )
    backup(old, file, NOW)
    old.close()
    restore(database, file, NOW)
    again = JobService.open(service.settings)
    assert again.database.revision() == head()
    assert job_of(again.database, 7).name == "Old"
    assert new_job(again, 1) == 8
    again.close()


def test_a_backup_that_cannot_be_put_back_leaves_all_as_it_was(
    service: JobService, database: Database, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = new_job(service, 3)
    backup(database, file, NOW)
    monkeypatch.setattr("core.backups.content.TABLES", ("jobs", "job_lines", "job_steps"))  # lines before their steps
    backup(database, file, NOW)
    with pytest.raises(DatabaseUnusable, match="could not be put back"):
        restore(database, file, NOW, replace=True)
    assert job_of(database, job_id).total_steps == 3
    assert not list(tmp_path.rglob(".*restored*"))


def test_an_empty_database_has_nothing_to_back_up(tmp_path: Path, file: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path)
    with pytest.raises(DatabaseUnusable, match="nothing to back up"):
        backup(empty, file, NOW)
    assert list(tmp_path.glob("*.part")) == [] and not file.exists()
    empty.close()


def test_a_backup_that_cannot_be_written_leaves_the_older_one(service: JobService, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        backup(service.database, tmp_path / "nowhere" / "x.backup", NOW)
