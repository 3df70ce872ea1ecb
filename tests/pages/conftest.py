"""Screens as scripts (AppTest) on a fresh SQLite database, opened by their address like in a browser."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.db import Database
from core.job_service import JobService
from pages.ui import app

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"
SECONDS = 20

Opened = Callable[..., AppTest]


@cache
def components() -> BidiComponentManager:
    """The components that packages bring: AppTest would look through all that is installed, for every screen."""
    found = BidiComponentManager()
    found.discover_and_register_components(start_file_watching=False)
    return found


def followed(screen: AppTest) -> AppTest:
    """The screen that a click leads to: a browser follows the link that `go` draws, AppTest does not."""
    [link] = [link.proto for link in screen.page_link if link.proto.label == ">"]
    screen.query_params.clear()
    screen.query_params.update(dict(parse_qsl(link.query_string)))
    screen.switch_page({"job": "pages/job.py", "new": "pages/new_job.py", "report": "pages/report.py"}[link.page])
    return done(screen.run())


def done(screen: AppTest) -> AppTest:
    """The screen, on which nothing broke."""
    assert not screen.exception
    return screen


def click(screen: AppTest, key: str) -> AppTest:
    """The screen after a click on a button."""
    return done(screen.button(key=key).click().run())


@pytest.fixture
def service(tmp_path: Path, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    """The service that the screens of this test use."""
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(sqlite_file, tmp_path / "data" / "lote.db")
    monkeypatch.setenv("LOTE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOTE_DATABASE_URL", "")
    monkeypatch.setenv("LOTE_DNS_OVERRIDES", "*.test=127.0.0.1")
    st.cache_resource.clear()
    service = app.service()
    yield service
    service.close()
    st.cache_resource.clear()


@pytest.fixture
def database(service: JobService) -> Database:
    """The database that the screens of this test read."""
    return service.database


@pytest.fixture
def open_page(service: JobService, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """`open_page("pages/report.py", id=3)`: the screen after its first run; without a path the home."""
    begin = PagesManager.__init__

    def with_navigation(manager: PagesManager, *args: Any, **options: Any) -> None:
        # AppTest takes a folder named pages for the older kind of app and would run a page without its frame
        begin(manager, *args, **options)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", with_navigation)

    def open_page(path: str | None = None, **query: object) -> AppTest:
        screen = AppTest.from_file(str(ENTRY), default_timeout=SECONDS)
        screen._bidi_component_manager = components()
        for name, value in query.items():
            screen.query_params[name] = str(value)
        if path:
            screen.switch_page(path)
        return done(screen.run())

    return open_page


@pytest.fixture
def form(open_page: Opened) -> Opened:
    """`form(sample=1)`: the screen New job under its own address."""

    def form(**query: object) -> AppTest:
        screen = open_page()
        for name, value in query.items():
            screen.query_params[name] = str(value)
        return done(screen.switch_page("pages/new_job.py").run())

    return form
