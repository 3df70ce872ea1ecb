"""The rounds of an engine: it shows itself, jobs pause while the disk is full and go on when there is room."""

from pathlib import Path
from typing import Any

import pytest

from core import presence, reasons
from core.caretaker import Caretaker
from core.db import Database
from core.disk import ENOUGH_BYTES, LITTLE_BYTES, Disk
from core.engine import Engine
from core.errors import Refused
from core.job_config import MIB
from core.job_service import JobService
from core.presence import EngineKind, EngineRow
from tests.story import claim, job_of, new_job
from tests.test_executors import wait_until


class Room:
    """A disk with as much room as the test says."""

    def __init__(self, mib: int = 1000) -> None:
        self.mib = mib

    def __call__(self, _directory: Path) -> int:
        return self.mib * MIB


def caretaker(database: Database, room: Room, name: str = "one", **options: Any) -> Caretaker:
    """That of an engine with this id, after its first round."""
    disk = Disk([database.data_dir], room)
    made = Caretaker(
        database,
        options.pop("kind", EngineKind.APP),
        lambda: {"disk_is_full": disk.is_full, "idle_seconds": 0.1},
        disk=disk,
        **options,
    )
    made.begin(name)
    made.round()
    return made


def engines(database: Database) -> list[EngineRow]:
    with database.reading() as session:
        return presence.living(session)


def running(service: JobService) -> int:
    job_id = new_job(service)
    claim(service.database, 1)
    return job_id


def test_a_disk_is_full_until_there_is_enough_room() -> None:
    room = Room()
    disk = Disk([Path("/a"), Path("/b")], room)
    seen = []
    for room.mib in (1000, 64, 63, 127, 128, 100, 0):
        seen.append(disk.look())
    assert seen == [False, False, True, True, False, False, True]
    assert (LITTLE_BYTES, ENOUGH_BYTES) == (64 * MIB, 128 * MIB)


def test_the_fullest_disk_counts_and_one_that_cannot_be_asked_changes_nothing() -> None:
    def free(directory: Path) -> int:
        if directory == Path("/gone"):
            raise FileNotFoundError(directory)
        return 10 if directory == Path("/small") else 10**12

    assert Disk([Path("/large"), Path("/small")], free).look()
    assert not Disk([Path("/large"), Path("/gone")], free).look()


def test_an_engine_shows_itself_and_leaves(database: Database) -> None:
    rounds = caretaker(database, Room())
    (one,) = engines(database)
    rounds.round()
    (same,) = engines(database)
    assert (same.id, same.kind, same.started_at) == ("one", EngineKind.APP, one.started_at)
    assert same.seen_at > one.seen_at
    rounds.leave()
    rounds.round()
    assert engines(database) == []


def test_jobs_pause_while_the_disk_is_full_and_go_on_by_themselves(service: JobService, database: Database) -> None:
    room = Room()
    rounds = caretaker(database, room)
    job_id, by_ana = running(service), running(service)
    service.pause_job(by_ana, by="ana")
    room.mib = 20
    assert not rounds.has_room()
    job = job_of(database, job_id)
    assert (job.status, job.status_reason) == ("paused", {"code": "disk_full", "free_bytes": 20 * MIB})
    assert reasons.sentence(job).startswith("Paused: the disk is full, 20 MiB are free.")
    room.mib = 127
    rounds.round()
    assert job_of(database, job_id).status == "paused"
    room.mib = 128
    rounds.round()
    assert (rounds.has_room(), job_of(database, job_id).status) == (True, "running")
    assert job_of(database, by_ana).status == "paused"


def test_nobody_resumes_a_job_onto_a_full_disk(service: JobService, database: Database) -> None:
    room = Room()
    rounds = caretaker(database, room)
    job_id = running(service)
    room.mib = 20
    rounds.round()
    with pytest.raises(Refused, match="goes on by itself when 128 MiB"):
        service.resume_job(job_id)
    rounds.leave()
    assert service.resume_job(job_id).status == "running", "without an engine nobody else would"


def test_an_engine_with_room_elsewhere_does_what_its_database_allows(service: JobService, database: Database) -> None:
    full, wide = Room(20), Room()
    job_id = running(service)
    there = caretaker(database, wide, "there", kind=EngineKind.WORKER)
    here = caretaker(database, full, "here")
    there.round()
    expected = "paused" if database.is_sqlite else "running"  # SQLite: it is the disk of the database itself
    assert job_of(database, job_id).status == expected
    here.leave()
    there.round()
    assert job_of(database, job_id).status == "running"


def test_a_full_disk_stops_the_claims_of_an_engine(service: JobService, database: Database) -> None:
    room = Room(20)
    job_id = new_job(service, ["nothing.invalid"], config={"max_retries": 0})
    with Engine(service.settings, database, disk=Disk([database.data_dir], room)) as engine:
        assert wait_until(lambda: engine.status()["disk_is_full"] and engine.status()["alive"])
        assert job_of(database, job_id).is_queued
        room.mib = 1000
        assert wait_until(lambda: job_of(database, job_id).is_final, 30)
    assert engines(database) == []
