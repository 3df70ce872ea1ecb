"""The commands that care for an installation: what they do, say, and exit with."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.__main__ import main
from core.errors import LoteError
from core.job_service import JobService
from core.settings import Settings
from tests.story import claim, job_of, new_job

Lote = Callable[..., Result]


@pytest.fixture
def lote(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Lote:
    """`lote("backup", "x")` on the test's database."""
    monkeypatch.setenv("LOTE_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("LOTE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def lote(*arguments: object, code: int = 0) -> Result:
        done = CliRunner().invoke(main, [str(argument) for argument in arguments])
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
