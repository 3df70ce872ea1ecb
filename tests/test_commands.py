"""The commands that care for an installation: what they do, say, and exit with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from core import queries, tokens
from core.__main__ import main
from core.actor import Role
from core.errors import LoteError
from core.job_service import JobService
from core.models import JOBS
from core.settings import Settings
from tests.story import NOW, claim, job_of, new_job

Lote = Callable[..., Result]


@pytest.fixture
def lote(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Lote:
    """`lote("backup", "x")` on the test's database."""
    monkeypatch.setenv("LOTE_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("LOTE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def lote(*arguments: object, code: int = 0, typed: str | None = None) -> Result:
        done = CliRunner().invoke(main, [str(argument) for argument in arguments], input=typed)
        if done.exception is not None and not isinstance(done.exception, SystemExit | LoteError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    return lote


def test_a_backup_is_taken_and_restored(lote: Lote, service: JobService, tmp_path: Path) -> None:
    job_id = new_job(service, 3)
    claim(service.database, 2)
    assert "1 job, 0 reports" in lote("backup", tmp_path).output
    (file,) = tmp_path.glob("lote-*.backup")
    refused = lote("restore", file, code=1).exception
    assert isinstance(refused, LoteError) and "--replace" in refused.message
    service.close()
    said = lote("restore", file, "--replace").output
    assert "1 job, 0 reports" in said and "2 steps were running" in said and "before" in said
    again = JobService.open(service.settings)
    assert job_of(again.database, job_id).total_steps == 3
    again.close()


def test_a_token_is_created_listed_and_revoked(lote: Lote, service: JobService) -> None:
    made = lote("token", "create", "--name", "CI", "--scope", "write", "--days", 7, "--owner", "ana")
    given = made.stdout.strip()  # alone, so that a shell can keep it
    assert "never" not in made.stderr and "not shown again" in made.stderr
    with service.database.reading() as session:
        grant = tokens.check(session, given, datetime.now(UTC))
    assert (grant.actor.name, grant.actor.role) == ("ana", Role.ANALYST)
    lote("token", "create", "--name", "for ever", "--days", 0)
    listed = [line.split("\t") for line in lote("token", "list").stdout.splitlines()]
    assert [(line[0], line[2], line[3], line[-1]) for line in listed] == [
        ("2", "read", "active", "for ever"),
        ("1", "write", "active", "CI"),
    ]
    assert given not in str(listed)
    assert "of ana is revoked" in lote("token", "revoke", 1).output
    assert lote("token", "list").stdout.splitlines()[1].split("\t")[3] == "revoked"
    assert isinstance(lote("token", "revoke", 9, code=1).exception, LoteError)
    with service.database.reading() as session:
        events = queries.audit.page(session, queries.audit.EventFilter(action="token")).items
    assert [event.action for event in events] == ["token.revoked", "token.created", "token.created"]
    assert all(event.actor for event in events)


def test_what_is_due_is_told_before_it_goes(lote: Lote, service: JobService, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = new_job(service, 2, start=False)
    service.cancel_job(job_id)
    with service.database.writing() as session:
        session.execute(sa.update(JOBS).values(completed_at=NOW - timedelta(days=400)))
    monkeypatch.setenv("LOTE_KEEP_JOBS_DAYS", "100")
    told = lote("prune", "--dry-run").output
    assert "Jobs: 1 older than 100 days (LOTE_KEEP_JOBS_DAYS)" in told and "Reports: kept for ever" in told
    assert len(service.list_jobs()) == 1
    assert "Done" in lote("prune").output
    assert service.list_jobs() == []


def test_a_domain_is_forgotten_when_it_is_typed_once_more(lote: Lote, service: JobService) -> None:
    job_id = new_job(service, ["one.test", "two.test"], start=False)
    (service.settings.data_dir / "backup-0001.db").touch()
    assert "reports: 1" in lote("forget", "one.test", "--dry-run").output
    assert "Forgotten" not in lote("forget", "one.test", typed="two.test\n", code=1).output
    assert job_of(service.database, job_id).total_steps == 2
    said = lote("forget", "One.test", typed="one.test\n").output
    assert "Forgotten" in said and "backup-0001.db" in said
    assert job_of(service.database, job_id).total_steps == 1
