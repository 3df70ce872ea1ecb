"""A browser and a running app for the tests that look as an analyst does."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.app import App
from tests.browser.chromium import EXECUTABLE, launch
from tests.conftest import ON_CI
from tests.site import Web


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if EXECUTABLE is None:
        message = "no Chromium on this machine (Debian: apt install chromium)"
        if ON_CI:
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    with Web.start(0.05) as web:
        yield web


@pytest.fixture(scope="session")
def app(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with App(tmp_path_factory.mktemp("app") / "data", web) as app:
        yield app


@pytest.fixture
def context(browser: Browser, app: App) -> Iterator[BrowserContext]:
    """A new visitor, who has given the name ana."""
    context = browser.new_context(base_url=app.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "lote_name", "value": "ana", "url": app.url}])
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
