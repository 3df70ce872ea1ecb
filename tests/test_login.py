"""Who a login's cookie belongs to, what makes it worthless, and which role goes with it."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from core import people, provider
from core.actor import Actor, Means, Role, acting
from core.db import Database
from core.errors import Forbidden
from core.login import COOKIE, Login, claims_of, cookies_of, login_of, role_of
from core.queries.people import PersonRow, find
from core.settings import Settings
from tests.cookies import COOKIE_SECRET, ORIGIN, header, login_cookies, signed_at

ANA: dict[str, Any] = {"sub": "a1", "email": "Ana@Example.com", "email_verified": True, "name": "Ana Alba"}
MANY = [sha256(bytes([n])).hexdigest() for n in range(200)]
NOW = datetime.now(UTC)


def settings_with(settings: Settings | None = None, **values: Any) -> Settings:
    given = {
        "oidc_metadata_url": "http://127.0.0.1:9/.well-known/openid-configuration",
        "oidc_client_id": "lote",
        "oidc_client_secret": "of the client",
        "oidc_cookie_secret": COOKIE_SECRET,
        "oidc_redirect_uri": f"{ORIGIN}/oauth2callback",
    }
    before = settings.model_dump(exclude_unset=True) if settings else {}
    return Settings.load(**(before | given | values))


@pytest.fixture
def login(settings: Settings, database: Database) -> Login:
    found = Login.of(settings_with(settings), database)
    assert found
    return found


def test_the_cookie_of_a_login_tells_who_acts(login: Login) -> None:
    assert login.actor_of_cookie(header(login_cookies(**ANA))) == Actor("ana@example.com", Role.VIEWER, Means.LOGIN)


def test_a_cookie_in_several_parts_is_put_together(login: Login) -> None:
    cookies = login_cookies(**ANA, groups=MANY)
    assert len(cookies) > 2
    found = login.actor_of_cookie(header(cookies))
    assert found and found.name == "ana@example.com"


def forged() -> dict[str, dict[str, str]]:
    good = login_cookies(**ANA)
    many = login_cookies(**ANA, groups=MANY)
    old = NOW - timedelta(days=30, minutes=1)
    claims = f'{{"origin": "{ORIGIN}", "is_logged_in": true, "sub": "a1"}}'
    parts = {COOKIE: "chunks-2", f"{COOKIE}_1": claims[:20], f"{COOKIE}_2": claims[20:]}
    then = {f"{COOKIE}_2": NOW - timedelta(minutes=1)}
    return {
        "there is none": {},
        "another secret": login_cookies("x" * 40, **ANA),
        "another origin": login_cookies(origin="http://localhost:9999", **ANA),
        "cut": {COOKIE: good[COOKIE][:-3]},
        "another content": {COOKIE: "x" + good[COOKIE]},
        "unsigned": {COOKIE: claims},
        "of another name": {COOKIE: signed_at(NOW, "_streamlit_user_tokens", claims)},
        "too old": {COOKIE: signed_at(old, COOKIE, claims)},
        "no JSON": {COOKIE: signed_at(NOW, COOKIE, "chunks")},
        "no object": {COOKIE: signed_at(NOW, COOKIE, "[1]")},
        "logged out": {COOKIE: signed_at(NOW, COOKIE, claims.replace("true", "false"))},
        "a part is missing": {name: many[name] for name in list(many)[:-1]},
        "parts of two logins": {name: signed_at(then.get(name, NOW), name, value) for name, value in parts.items()},
        "nobody": login_cookies(name="Nobody"),
    }


@pytest.mark.parametrize("why", forged())
def test_a_cookie_that_does_not_hold_is_nobodys(why: str) -> None:
    provider_here = provider.of(settings_with(), ())
    assert provider_here
    claims = claims_of(cookies_of(header(forged()[why])["cookie"]), provider_here, 30)
    assert not (claims and login_of(claims))


def test_a_login_ends_after_its_days(settings: Settings, database: Database) -> None:
    login = Login.of(settings_with(settings, login_days=2), database)
    claims = f'{{"origin": "{ORIGIN}", "is_logged_in": true, "sub": "a1"}}'
    assert login
    assert login.person({COOKIE: signed_at(NOW - timedelta(days=1), COOKIE, claims)})
    assert login.person({COOKIE: signed_at(NOW - timedelta(days=2, minutes=1), COOKIE, claims)}) is None


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (ANA, "ana@example.com"),
        (ANA | {"email_verified": "true"}, "ana@example.com"),
        (ANA | {"email_verified": False}, "a1"),
        ({"sub": "a1", "email": "ana@example.com"}, "a1"),
        ({"sub": "ana@example.com"}, "sub:ana@example.com"),  # anybody may call themselves so at some providers
        ({"email_verified": True}, ""),
        ({"sub": "a" * 400}, ""),
    ],
)
def test_only_a_verified_address_counts(claims: dict[str, Any], expected: str) -> None:
    assert login_of(claims) == expected


def row(**values: Any) -> PersonRow:
    given = {"id": 1, "login": "ana@example.com", "name": "", "role": None, "is_blocked": False}
    return PersonRow(**(given | {"role_set_by": None, "seen_role": None, "created_at": NOW, "seen_at": NOW} | values))


BY_GROUP = {"role_claim": "realm.groups", "role_values": "lote=analyst,bosses=admin,all=viewer"}


@pytest.mark.parametrize(
    ("values", "claims", "known", "expected"),
    [
        ({}, {}, None, Role.VIEWER),
        ({"default_role": "analyst"}, {}, None, Role.ANALYST),
        ({"default_role": "none"}, {}, None, None),
        ({"default_role": "none"}, {}, row(role=Role.VIEWER), Role.VIEWER),
        ({"role_claim": "role"}, {"role": "admin"}, None, Role.ADMIN),
        ({"role_claim": "role"}, {"role": "root"}, None, Role.VIEWER),
        ({"role_claim": "role"}, {"role": "admin"}, row(role=Role.VIEWER), Role.VIEWER),
        ({"role_claim": "role"}, {"role": "admin"}, row(is_blocked=True), None),
        (BY_GROUP, {"realm": {"groups": ["all", "lote"]}}, None, Role.ANALYST),
        (BY_GROUP, {"realm": {"groups": "bosses all"}}, None, Role.ADMIN),
        (BY_GROUP, {"realm": {"groups": ["admin"]}}, None, Role.VIEWER),
        (BY_GROUP, {"realm": "groups"}, None, Role.VIEWER),
        ({"role_claim": "https://example.com/roles"}, {"https://example.com/roles": ["analyst"]}, None, Role.ANALYST),
        ({"admins": "Ana@example.com"}, {}, row(is_blocked=True), Role.ADMIN),
    ],
)
def test_the_role_is_what_an_admin_set_else_the_claim_else_the_default(
    values: dict[str, Any], claims: dict[str, Any], known: PersonRow | None, expected: Role | None
) -> None:
    assert role_of("ana@example.com", claims, known, settings_with(**values)) == expected


def test_a_role_that_an_admin_changes_counts_at_the_next_request(login: Login, database: Database) -> None:
    cookies = header(login_cookies(**ANA))
    login.actor_of_cookie(cookies)
    with acting(Actor("boss@example.com", Role.ADMIN, Means.LOGIN)):
        with database.writing() as session:
            people.set_role(session, "ana@example.com", Role.ANALYST)
        found = login.actor_of_cookie(cookies)
        assert found and found.role is Role.ANALYST
        with database.writing() as session:
            people.set_role(session, "ana@example.com", None, is_blocked=True)
    with pytest.raises(Forbidden, match=r"ana@example\.com has no access"):
        login.actor_of_cookie(cookies)


def test_a_visit_is_noted_with_the_name_of_the_day(login: Login, database: Database) -> None:
    login.actor_of_cookie(header(login_cookies(**ANA)))
    login.actor_of_cookie(header(login_cookies(**ANA | {"name": "Ana Alba Ruiz"})))
    with database.reading() as session:
        found = find(session, "ana@example.com")
    assert found and found.seen_at
    assert (found.name, found.role, found.seen_at >= NOW) == ("Ana Alba Ruiz", None, True)
