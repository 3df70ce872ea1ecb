"""What stops all jobs stands on every screen."""

import pytest

from core import vitals
from core.job_config import MIB
from core.job_service import JobService
from tests.pages.conftest import Opened

PAGE = "pages/jobs.py"


def test_a_full_disk_is_told(open_page: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"alive": True, "disk_is_full": True, "free_bytes": 12 * MIB + 5}
    monkeypatch.setattr(vitals, "_source", lambda: here)
    (banner,) = open_page(PAGE).error
    assert "The disk is full: 12 MiB are free." in banner.value


def test_a_database_file_that_was_moved_is_told(
    open_page: Opened, service: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "_source", lambda: {"alive": True})
    assert not open_page(PAGE).error
    file = service.settings.data_dir / "lote.db"
    away = file.rename(file.with_suffix(".away"))
    banners = [error.value for error in open_page(PAGE).error]
    assert banners
    assert all("was moved or replaced" in banner for banner in banners)
    away.rename(file)
