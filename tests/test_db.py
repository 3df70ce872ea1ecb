"""Transactions, migrations and backups of the database."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from core.db import BACKUPS_KEPT, MIGRATIONS, Database
from core.errors import DatabaseUnusable
from core.failures import FailureKind
from core.job_service import JobService
from core.models import HOSTS, JOB_STEPS, JOBS, SQLModel
from core.queries import comments, reports
from core.settings import Settings
from tests.conftest import copied
from tests.story import claim, completed, failed, job_of, new_job, settle, steps_of


@pytest.fixture
def database_url(database_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Tables come and go here: on PostgreSQL too the database is the test's own."""
    if database_url.startswith("sqlite"):
        yield database_url
        return
    with copied(request.getfixturevalue("postgresql_url")) as url:
        yield url


def test_tables_and_migrations_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_migration_can_be_taken_back_and_forth(database: Database) -> None:
    for revision, direction in (("base", command.downgrade), ("head", command.upgrade)):
        _revised(database, revision, direction)
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(JOBS)).scalar_one() == 0


def _revised(database: Database, revision: str, direction: Callable[[Config, str], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        direction(config, revision)


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_a_filled_database_of_a_version_before_is_upgraded(
    settings: Settings, database: Database, revision: str
) -> None:
    service = JobService.open(settings)
    job_id = new_job(service, 3, name="Older", start=False)
    service.add_comment(job_id, "ana", "kept")
    done = new_job(service, 1)
    settle(database, completed(claim(database)[0], title="Of an older version"))
    _revised(database, revision, command.downgrade)
    assert sa.inspect(database.engine).has_table("hosts") is (revision > "0001")
    service.close()
    service = JobService.open(settings.model_copy(update={"auto_migrate": True}))
    with service.database.reading() as session:
        kept = session.execute(sa.select(JOB_STEPS.c.target).where(JOB_STEPS.c.job_id == job_id)).scalars().all()
        assert (len(kept), comments.page(session, job_id, limit=50).items[0].body) == (3, "kept")
        assert session.execute(sa.select(sa.func.count()).select_from(HOSTS)).scalar_one() == (revision > "0001")
        report = reports.page(session, job_id=done).items[0]
        assert (report.title, report.flag_count, report.checked_at) == ("Of an older version", 0, None)
        assert (report.canonical_differs, report.hreflang, report.response_headers) == (None, [], [])
        assert (report.extra_pages, report.contact_sources) == ([], {})
        assert (report.html_sha256, report.source_report_id) == (None, None)
    service.start_job(job_id)
    settle(service.database, *(failed(one, kind=FailureKind.PAGE_GONE) for one in claim(service.database)))
    assert {step.error_kind for step in steps_of(service.database, job_id)} == {FailureKind.PAGE_GONE}
    with pytest.raises(sa.exc.IntegrityError), service.database.writing() as session:
        session.execute(sa.text("UPDATE job_steps SET error_kind = 'no_such_kind'"))
    if service.database.is_sqlite:
        with service.database.reading() as session:
            assert session.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    service.close()


def test_the_data_directory_is_private(tmp_path: Path) -> None:
    settings = Settings.load(data_dir=tmp_path / "data")
    JobService.open(settings).close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "lote.db").is_file()


def test_a_new_database_file_is_private_in_a_directory_that_is_not(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    url = f"sqlite:///{tmp_path / 'open' / 'other.db'}"
    settings = Settings.load(data_dir=tmp_path / "data", database_url=url, dns_overrides="*.test=127.0.0.1")
    service = JobService.open(settings)
    new_job(service, 1)
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "open").iterdir()}
    service.close()
    assert set(files) >= {"other.db", "other.db-wal"}
    assert set(files.values()) == {0o600}


def test_a_newer_database_is_refused_with_the_way_out(tmp_path: Path) -> None:
    settings = Settings.load(data_dir=tmp_path)
    JobService.open(settings).close()
    with sqlite3.connect(tmp_path / "lote.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(DatabaseUnusable, match=r"newer than this version.*9999.*backup"):
        JobService.open(settings)


def test_postgresql_is_not_migrated_unless_asked(postgresql_url: str, tmp_path: Path) -> None:
    template = sa.make_url(postgresql_url)
    engine = sa.create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE empty_one")
    url = template.set(database="empty_one").render_as_string(hide_password=False)
    with pytest.raises(DatabaseUnusable, match="python -m core migrate"):
        JobService.open(Settings.load(database_url=url, data_dir=tmp_path))
    JobService.open(Settings.load(database_url=url, data_dir=tmp_path, auto_migrate=True)).close()
    JobService.open(Settings.load(database_url=url, data_dir=tmp_path)).close()
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE empty_one WITH (FORCE)")
    engine.dispose()


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://lote:geheim@127.0.0.1:1/lote?sslpassword=verborgen"
    with pytest.raises(DatabaseUnusable) as error:
        JobService.open(Settings.load(database_url=url, data_dir=tmp_path))
    assert "127.0.0.1:1" in str(error.value)
    assert "geheim" not in str(error.value)
    assert "verborgen" not in str(error.value)


def test_sqlite_is_copied_before_a_migration_and_the_last_copies_stay(tmp_path: Path) -> None:
    service = JobService.open(Settings.load(data_dir=tmp_path, dns_overrides="*.test=127.0.0.1"))
    job_id = new_job(service, 2)
    for n in range(BACKUPS_KEPT + 2):
        service.database._backup(f"{n:04}")
    service.close()
    copies = sorted(path.name for path in tmp_path.glob("backup-*.db"))
    assert copies == ["backup-0002.db", "backup-0003.db", "backup-0004.db"]
    copy = Database(f"sqlite:///{tmp_path / copies[-1]}", tmp_path)
    assert job_of(copy, job_id).total_steps == 2
    copy.close()


def test_a_snapshot_does_not_see_what_is_written_meanwhile(service: JobService) -> None:
    job_id = new_job(service, 2, start=False)
    with service.database.reading() as session:
        before = session.execute(sa.select(JOBS.c.name).where(JOBS.c.id == job_id)).scalar_one()
        service.update_job(job_id, name="Changed")
        assert session.execute(sa.select(JOBS.c.name).where(JOBS.c.id == job_id)).scalar_one() == before
    assert job_of(service.database, job_id).name == "Changed"


def test_texts_that_databases_refuse_are_stored_all_the_same(service: JobService) -> None:
    job_id = new_job(service, 1, name="a\x00b \ud800", start=False)
    assert job_of(service.database, job_id).name == "a\ufffdb \ufffd\ufffd\ufffd"


BROKEN_MIGRATION = '''
"""Breaks halfway."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "0006"


def upgrade():
    op.create_table("halfway", sa.Column("id", sa.Integer))
    op.execute("UPDATE jobs SET name = 'lost'")
    op.execute("SELECT * FROM no_such_table")
'''


def test_a_failed_migration_leaves_the_old_database_and_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from core import db

    settings = Settings.load(data_dir=tmp_path / "data", dns_overrides="*.test=127.0.0.1")
    service = JobService.open(settings)
    job_id = new_job(service, 2, name="Kept")
    service.close()
    newer = tmp_path / "migrations"
    shutil.copytree(db.MIGRATIONS, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "versions" / "9000_broken.py").write_text(BROKEN_MIGRATION)
    monkeypatch.setattr(db, "MIGRATIONS", newer)
    with pytest.raises(DatabaseUnusable, match=r"rolled back: no such table: no_such_table.*backup-0006\.db"):
        JobService.open(settings)
    monkeypatch.undo()
    service = JobService.open(settings)
    assert job_of(service.database, job_id).name == "Kept"
    assert not sa.inspect(service.database.engine).has_table("halfway")
    service.close()
    assert (tmp_path / "data" / "backup-0006.db").is_file()
