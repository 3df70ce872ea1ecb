"""Fixtures of the export tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import Database
from core.settings import Settings


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an empty database, copied for every test."""
    folder = tmp_path_factory.mktemp("migrated")
    database = Database.of(Settings.load(data_dir=folder))
    database.prepare(False)
    database.close()
    return folder


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Iterator[Database]:
    shutil.copytree(migrated, tmp_path / "data")
    database = Database.of(Settings.load(data_dir=tmp_path / "data"))
    yield database
    database.close()


@pytest.fixture
def each_database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind in turn."""
    database = Database(database_url, tmp_path)
    yield database
    database.close()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go during the test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder
