"""Which engines live on a database: seen by all machines, for as long as they show themselves."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from core import owner, presence, vitals
from core.db import Database
from core.job_service import JobService
from core.models import ENGINES
from core.owner import Owner
from core.presence import IDLE_SECONDS, KEPT_SECONDS, SEEN_SECONDS, EngineKind, EngineRow
from core.reasons import sentence
from tests.story import job_of, new_job


@pytest.fixture(autouse=True)
def no_engine_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vitals, "_source", None)


def show(
    database: Database,
    name: str = "far",
    *,
    ago: float = 0,
    kind: EngineKind = EngineKind.WORKER,
    **told: object,
) -> datetime:
    """An engine on another machine, seen so many seconds ago; gives that moment."""
    with database.writing() as session:
        at = presence.moment(session) - timedelta(seconds=ago)
        presence.show(session, EngineRow(name, kind, at, at, told, machine="far.example"))
    return at


def living(database: Database) -> list[EngineRow]:
    with database.reading() as session:
        return presence.living(session)


def test_an_engine_lives_while_it_is_seen(service: JobService, database: Database) -> None:
    assert not service.engine_is_alive()
    began = show(database, ago=60, running_steps=0)
    assert living(database) == []
    seen = show(database, running_steps=3)
    (one,) = living(database)
    assert (one.machine, one.started_at, one.seen_at, one.vitals) == ("far.example", began, seen, {"running_steps": 3})
    assert service.engine_is_alive()
    show(database, ago=SEEN_SECONDS + 1)
    assert not service.engine_is_alive()
    job = job_of(database, new_job(service))
    assert sentence(job, engine_alive=service.engine_is_alive()) == "Waiting: no engine is running"


def test_an_engine_of_one_job_or_without_work_serves_nobody(service: JobService, database: Database) -> None:
    show(database, kind=EngineKind.EXECUTE)
    assert len(living(database)) == 1
    assert not service.engine_is_alive()
    show(database, "stuck", idle_seconds=IDLE_SECONDS + 1)
    assert not service.engine_is_alive()
    show(database, "works", idle_seconds=0.4)
    assert service.engine_is_alive()


def test_the_engine_of_this_process_is_asked_itself(
    service: JobService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = {"alive": True, "id": "mine"}
    monkeypatch.setattr(vitals, "_source", lambda: status)
    assert service.engine_is_alive()
    show(database, "mine")
    status["alive"] = False
    assert not service.engine_is_alive(), "its row is older than its own word"
    show(database, "other")
    assert service.engine_is_alive()


def test_a_killed_engine_of_this_machine_is_dead_at_once(service: JobService, database: Database) -> None:
    held = Owner(service.settings.data_dir)
    show(database, held.id)
    assert service.engine_is_alive()
    held.release(holds_claims=True)  # what the kernel does at a kill
    assert not service.engine_is_alive()


def test_rows_of_the_dead_go(service: JobService, database: Database) -> None:
    show(database, "killed")
    show(database, "old", ago=KEPT_SECONDS + 1)
    show(database, "future", ago=-KEPT_SECONDS - 1)
    show(database, "slow", ago=SEEN_SECONDS + 1)
    show(database, "well")
    with database.writing() as session:
        presence.sweep(session, ["killed"])
        left = session.scalars(sa.select(ENGINES.c.id).order_by(ENGINES.c.id)).all()
        assert left == ["slow", "well"]
        presence.leave(session, "well")
    assert living(database) == []
    assert owner.gone(service.settings.data_dir) == []


def test_a_clock_set_back_makes_nobody_live_for_ever(service: JobService, database: Database) -> None:
    show(database, ago=-3600)
    assert not service.engine_is_alive()
