"""A team with a login, in the browser: in and out, each role, a provider that is down, cookies that open nothing."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.login import COOKIE
from tests.app import App
from tests.cookies import signed_at
from tests.oidc import Oidc
from tests.site import Web

PEOPLE: dict[str, dict[str, Any]] = {
    "ana": {"email": "Ana@example.com", "email_verified": True, "name": "Ana Alba", "groups": ["lote"]},
    "boss": {"email": "boss@example.com", "email_verified": True, "name": "The Boss"},
    "eva": {"email": "eva@example.com", "email_verified": True, "name": "Eva Vidal"},
}
SETTINGS = {
    "LOTE_ADMINS": "boss@example.com",
    "LOTE_ROLE_CLAIM": "groups",
    "LOTE_ROLE_VALUES": "lote=analyst",
    "LOTE_LOGIN_DAYS": "7",
}

Visitor = Callable[[], Page]


@pytest.fixture(scope="module")
def oidc() -> Iterator[Oidc]:
    oidc = Oidc(PEOPLE).start()
    yield oidc
    oidc.stop()


@pytest.fixture(scope="module")
def team(web: Web, oidc: Oidc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app of a team, which logs in."""
    app = App(tmp_path_factory.mktemp("team") / "data", web, **SETTINGS)
    app.environment |= oidc.environment(app.url)
    with app:
        yield app


@pytest.fixture
def visitor(browser: Browser, team: App) -> Iterator[Visitor]:
    """A page of another browser with each call."""
    contexts: list[BrowserContext] = []

    def visitor() -> Page:
        context = browser.new_context(base_url=team.url, locale="en-GB", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield visitor
    for context in contexts:
        context.close()


def log_in(page: Page, who: str, path: str = "/") -> None:
    page.goto(path)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=who, exact=True).click()
    expect(page.locator(".st-key-me")).to_contain_text(PEOPLE[who]["name"], timeout=30_000)


def create(page: Page, **headers: str) -> Any:
    """The answer to a job that this page's own browser asks the API for."""
    body = {"domains": ["tidewater-bakery.test"], "name": "Bakeries", "created_by": "somebody else"}
    return page.request.post("/api/jobs/batch-scraping", data=body, headers=headers)


def test_in_and_out(visitor: Visitor, team: App) -> None:
    page = visitor()
    page.goto("/settings?host=tide")
    expect(page.get_by_role("button", name="Log in")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Hosts")).to_have_count(0)
    expect(page.get_by_role("link", name="Jobs")).to_have_count(0)
    assert page.request.get("/api/jobs").status == 401
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="ana", exact=True).click()
    expect(page.locator(".st-key-me")).to_contain_text("Ana Alba · Analyst", timeout=30_000)
    page.wait_for_url("**/settings?host=tide")
    expect(page.get_by_role("textbox", name="Your name")).to_have_count(0)

    assert page.request.get("/api/jobs").status == 200
    created = create(page, Origin=team.url)
    assert (created.status, created.json()["created_by"]) == (201, "ana@example.com")
    assert create(page, Origin="https://evil.example").status == 403
    for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Real-IP": "127.0.0.1", "Host": "localhost"}):
        assert requests.get(f"{team.url}/api/jobs", headers=headers, timeout=10).status_code == 401

    page.locator(".st-key-me button").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{team.url}/")
    expect(page.get_by_role("button", name="Log in")).to_be_visible(timeout=30_000)
    assert page.request.get("/api/jobs").status == 401
    assert COOKIE not in {cookie["name"] for cookie in page.context.cookies()}


def test_a_role_that_changes_counts_at_once(visitor: Visitor) -> None:
    eva, boss = visitor(), visitor()
    log_in(eva, "eva")
    expect(eva.locator(".st-key-me")).to_contain_text("Viewer")
    expect(eva.get_by_role("heading", name="Jobs")).to_be_visible()
    expect(eva.get_by_role("button", name="New job")).to_have_count(0)
    assert create(eva).status == 403
    log_in(boss, "boss", "/settings")
    boss.wait_for_url("**/settings")
    boss.set_viewport_size({"width": 1280, "height": 1600})  # no toast lies on the rows
    expect(boss.get_by_text("LOTE_ROLE_VALUES")).to_be_visible(timeout=30_000)
    expect(boss.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)

    def let(role: str) -> None:
        row = boss.locator("[class*='st-key-person_']").filter(has_text="Eva Vidal").first
        row.get_by_role("button", name="Open the list").click()
        boss.get_by_role("option", name=role, exact=True).click()
        expect(boss.get_by_text(f"Eva Vidal: {role}")).to_be_visible(timeout=20_000)

    let("Analyst")
    expect(eva.get_by_role("button", name="New job")).to_be_visible(timeout=20_000)
    assert create(eva).status == 201
    let("No access")
    expect(eva.get_by_text("has no access to Lote")).to_be_visible(timeout=20_000)
    expect(eva.get_by_role("button", name="New job")).to_have_count(0)
    assert eva.request.get("/api/jobs").status == 403
    let("Viewer")
    expect(eva.get_by_role("heading", name="Jobs")).to_be_visible(timeout=20_000)


def test_a_restart_ends_no_login_and_a_provider_that_is_down_keeps_only_new_ones_out(
    visitor: Visitor, team: App, oidc: Oidc
) -> None:
    ana, other = visitor(), visitor()
    log_in(ana, "ana")
    assert team.terminate() == 0
    team.start()
    with oidc.down():
        ana.reload()
        expect(ana.locator(".st-key-me")).to_contain_text("Ana Alba", timeout=30_000)
        assert ana.request.get("/api/jobs").status == 200
        other.goto("/")
        other.get_by_role("button", name="Log in").click()
        expect(other.get_by_text("The login provider does not answer")).to_be_visible(timeout=30_000)
    other.get_by_role("button", name="Log in").click()
    other.get_by_role("link", name="-", exact=True).click()
    expect(other.get_by_text("The provider did not confirm the login")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(
    ("days", "suffix", "told"), [(8, "", "Your login has ended"), (1, "x", "Log in to see"), (40, "", "Log in to see")]
)
def test_a_cookie_that_is_too_old_or_forged_opens_nothing(
    visitor: Visitor, team: App, days: int, suffix: str, told: str
) -> None:
    page = visitor()
    claims = {**PEOPLE["boss"], "sub": "boss", "origin": team.url, "is_logged_in": True, "provider": "default"}
    value = signed_at(datetime.now(UTC) - timedelta(days=days), COOKIE, json.dumps(claims)) + suffix
    page.context.add_cookies([{"name": COOKIE, "value": value, "url": team.url}])
    page.goto("/")
    expect(page.get_by_text(re.compile(told))).to_be_visible(timeout=30_000)
    assert page.request.get("/api/jobs").status == 401
