"""A browser and a running app for the tests that look as an analyst does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.app import App
from tests.browser.chromium import EXECUTABLE, launch
from tests.conftest import ON_CI
from tests.site import Web

PATIENCE_MS = 30_000
"""Screens are awaited so long: how quick they are is measured elsewhere, and this machine may be busy."""
expect.set_options(timeout=PATIENCE_MS)


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


class Visitors:
    """Contexts of one browser, one a language: what a page loads stays compiled in it, and a new one takes longer than
    most tests. Each visitor finds it without cookies and storage of those before.
    """

    def __init__(self, browser: Browser, app: App) -> None:
        self._browser, self._app = browser, app
        self._contexts: dict[str, BrowserContext] = {}

    @contextmanager
    def visitor(self, locale: str = "en-GB", name: str = "ana") -> Iterator[BrowserContext]:
        """A new visitor, who has given this name; none with an empty one."""
        context = self._contexts.get(locale) or self._open(locale)
        if name:
            context.add_cookies([{"name": "lote_name", "value": name, "url": self._app.url}])
        try:
            yield context
        finally:
            self._forget(context)

    def _open(self, locale: str) -> BrowserContext:
        context = self._browser.new_context(
            base_url=self._app.url, locale=locale, viewport={"width": 1280, "height": 900}
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts[locale] = context
        return context

    def _forget(self, context: BrowserContext) -> None:
        for page in context.pages:
            if page.url.startswith(self._app.url):
                page.evaluate("localStorage.clear()")
            page.close()
        context.clear_cookies()


@pytest.fixture(scope="session")
def visitors(browser: Browser, app: App) -> Visitors:
    return Visitors(browser, app)


@pytest.fixture
def context(visitors: Visitors) -> Iterator[BrowserContext]:
    """A new visitor, who has given the name ana."""
    with visitors.visitor() as context:
        yield context


@pytest.fixture
def spanish(visitors: Visitors) -> Iterator[BrowserContext]:
    """The same with a browser in Spanish."""
    with visitors.visitor("es-ES") as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
