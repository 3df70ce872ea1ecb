"""Who has logged in: Streamlit's signed cookie, read for screens and API alike, and the role that goes with it."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from core import people, provider
from core.actor import RANKS, Actor, Means, Role
from core.db import Database
from core.errors import DatabaseDown, Forbidden
from core.i18n import N_
from core.models import storable
from core.people import LONGEST_LOGIN, LONGEST_NAME
from core.provider import Provider
from core.queries.people import PersonRow, find
from core.settings import Settings

COOKIE = "_streamlit_user"
CHUNKS = re.compile(r"chunks-(\d{1,2})")
"""Instead of a cookie that is too large: how many follow as `_streamlit_user_1`, …"""
ONE_ANSWER = timedelta(seconds=1)
"""Chunks of one cookie are signed within this time; those of two logins must not be mixed."""
NO_ROLE = N_("{login} has no access to Lote. Ask an admin for it.")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has logged in. `role` is None for who may not come in."""

    login: str
    name: str
    role: Role | None

    @property
    def actor(self) -> Actor:
        """Who acts, when this person does something; raises `Forbidden` without a role."""
        if self.role is None:
            raise Forbidden(NO_ROLE, login=self.login)
        return Actor(self.login, self.role, Means.LOGIN)


@dataclass(frozen=True, slots=True)
class Login:
    """The login of this installation. Reads the database at every question: a role that changes counts at once."""

    provider: Provider
    settings: Settings
    database: Database = field(repr=False)

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Login | None":
        """The login, None when none is configured. Raises `InvalidInput` for half a configuration."""
        found = provider.of(settings)
        return cls(found, settings, database) if found else None

    def actor_of_cookie(self, headers: Mapping[str, str]) -> Actor | None:
        """Who sent this request; None when it has no cookie, or one that is forged, cut, too old or from elsewhere.

        `headers` are those of the request, names in any case as Starlette's. Not for the event loop: it asks the
        database. Raises `Forbidden` for somebody who has logged in and may not come in, `DatabaseDown`.
        """
        person = self.person(cookies_of(headers.get("cookie", "")))
        return person.actor if person else None

    def person(self, cookies: Mapping[str, str]) -> Person | None:
        """Who these cookies belong to; their visit is noted."""
        claims = claims_of(cookies, self.provider, self.settings.login_days)
        if claims is None or not (login := login_of(claims)):
            return None
        name = storable(str(claims.get("name") or ""))[:LONGEST_NAME].strip()
        with self.database.reading() as session:
            row = find(session, login)
        role = role_of(login, claims, row, self.settings)
        self._note(row, login, name, role)
        return Person(login, name or login, role)

    def add(self, login: str, role: Role) -> None:
        """Give somebody a role before they come; see `people.add`."""
        with self.database.writing() as session:
            people.add(session, login, role, datetime.now(UTC))

    def set_role(self, login: str, role: Role | None, *, is_blocked: bool = False) -> None:
        """Give somebody another role, or let them not come in; see `people.set_role`."""
        with self.database.writing() as session:
            people.set_role(session, login, role, is_blocked=is_blocked, admins=self.settings.admins)

    def remove(self, login: str) -> None:
        """Take somebody out of the list; see `people.remove`."""
        with self.database.writing() as session:
            people.remove(session, login, self.settings.admins)

    def _note(self, row: PersonRow | None, login: str, name: str, role: Role | None) -> None:
        now = datetime.now(UTC)
        if not people.is_news(row, name, role, now):
            return
        try:
            with self.database.writing() as session:
                people.visited(session, login, name, now, role)
        except DatabaseDown as error:  # a visit that is not noted keeps nobody out
            log.warning("a visit could not be noted: %s", error)


def claims_of(cookies: Mapping[str, str], provider: Provider, days: int) -> dict[str, Any] | None:
    """What the provider said about who has this cookie; None when it does not hold.

    Streamlit signs with itsdangerous and the cookie's name as salt, and writes `origin` beside the claims
    (streamlit/web/server/starlette/starlette_auth_routes.py, auth_util.py).
    """
    try:
        claims = json.loads(_whole(cookies, provider.cookie_secret, timedelta(days=days)))
    except (BadData, ValueError):
        return None
    if (
        not isinstance(claims, dict)
        or claims.get("origin") != provider.origin
        or claims.get("is_logged_in") is not True
    ):
        return None
    return claims


def login_of(claims: Mapping[str, Any]) -> str:
    """The verified e-mail address in lower case, else the provider's `sub`, which then never looks like an address."""
    address = str(claims.get("email") or "").strip().lower()
    if "@" in address and str(claims.get("email_verified")).lower() == "true":
        login = address
    else:
        login = str(claims.get("sub") or "").strip()
        login = f"sub:{login}" if "@" in login else login
    login = storable(login)
    return login if len(login) <= LONGEST_LOGIN else ""


def role_of(login: str, claims: Mapping[str, Any], row: PersonRow | None, settings: Settings) -> Role | None:
    """The role: of the setting `admins`, what an admin set, what the claim tells, the default; None keeps out."""
    if login in settings.admins:
        return Role.ADMIN
    if row is not None and row.is_blocked:
        return None
    if row is not None and row.role is not None:
        return row.role
    claimed = claimed_role(claims, settings)
    if claimed is not None:
        return claimed
    return None if settings.default_role == "none" else Role(settings.default_role)


def claimed_role(claims: Mapping[str, Any], settings: Settings) -> Role | None:
    """The highest role that the values of the claim mean; None when they mean none."""
    if not settings.role_claim:
        return None
    meanings = dict(settings.role_values) or {role.value: role for role in Role}
    roles = [meanings[value] for value in _values(claims, settings.role_claim) if value in meanings]
    return max(roles, key=RANKS.__getitem__, default=None)


def cookies_of(header: str) -> dict[str, str]:
    """The cookies of a header `Cookie`; of two with one name the first, as browsers order them (RFC 6265, 5.4)."""
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, _sep, value = part.partition("=")
        cookies.setdefault(name.strip(), value.strip().strip('"'))
    return cookies


def _whole(cookies: Mapping[str, str], secret: str, oldest: timedelta) -> str:
    """The content of the cookie, put together from its chunks. Raises `BadData` when a part is missing or not ours."""
    content, signed_at = _part(cookies, COOKIE, secret, oldest)
    if (chunks := CHUNKS.fullmatch(content)) is None:
        return content
    parts = [_part(cookies, f"{COOKIE}_{n}", secret, oldest) for n in range(1, int(chunks[1]) + 1)]
    if any(abs(at - signed_at) > ONE_ANSWER for _content, at in parts):
        raise BadData("parts of two cookies")
    return "".join(content for content, _at in parts)


def _part(cookies: Mapping[str, str], name: str, secret: str, oldest: timedelta) -> tuple[str, datetime]:
    signer = URLSafeTimedSerializer(secret, salt=name)
    content, signed_at = signer.loads(cookies.get(name, ""), max_age=int(oldest.total_seconds()), return_timestamp=True)
    if not isinstance(content, str):
        raise BadData("no text")
    return content, signed_at


def _values(claims: Mapping[str, Any], path: str) -> list[str]:
    """The values of a claim: a list, one text, or texts in one separated by spaces or commas.

    A claim may have dots in its name (`https://example.com/roles`): the whole path is tried first.
    """
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found, *re.split(r"[\s,]+", found)]
    return [str(value) for value in found] if isinstance(found, list) else []
