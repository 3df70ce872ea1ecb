"""People and their roles: who may change them, and that an admin is always left."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from core import people
from core.actor import Actor, Means, Role, acting
from core.db import Database
from core.errors import Forbidden, InvalidInput, NotFound, Refused
from core.models import AUDIT_EVENTS
from core.queries.people import find, numbered

NOW = datetime.now(UTC)
ANA, BOSS, CHIEF = (f"{name}@example.com" for name in ("ana", "boss", "chief"))


def as_(login: str, role: Role) -> Actor:
    return Actor(login, role, Means.LOGIN)


@pytest.fixture(autouse=True)
def boss() -> Iterator[None]:
    with acting(as_(BOSS, Role.ADMIN)):
        yield


@pytest.fixture
def come(database: Database) -> Database:
    with database.writing() as session:
        for login in (ANA, BOSS):
            people.visited(session, login, login.partition("@")[0].title(), NOW)
    return database


def events(database: Database) -> list[tuple[str, str, str, Any]]:
    names = ("actor", "action", "thing_id", "details")
    with database.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(*(AUDIT_EVENTS.c[name] for name in names)))]


def test_somebody_gets_a_role_before_they_come(database: Database) -> None:
    with database.writing() as session:
        people.add(session, " Chief@Example.com", Role.ANALYST, NOW)
        people.visited(session, CHIEF, "The Chief", NOW)
        found = find(session, CHIEF)
    assert found
    assert (found.name, found.role, found.role_set_by, found.seen_at) == ("The Chief", Role.ANALYST, BOSS, NOW)
    assert events(database) == [(BOSS, "user.added", CHIEF, {"role": "analyst"})]


def test_nobody_is_added_twice_or_without_an_address(come: Database) -> None:
    with come.writing() as session:
        with pytest.raises(Refused, match="in the list already"):
            people.add(session, "ANA@example.com", Role.VIEWER, NOW)
        for text in ("", "  ", "ana alba"):
            with pytest.raises(InvalidInput):
                people.add(session, text, Role.VIEWER, NOW)


def test_a_change_of_role_is_told_with_what_was_before(come: Database) -> None:
    with come.writing() as session:
        people.set_role(session, ANA, Role.ADMIN)
        people.set_role(session, ANA, None, is_blocked=True)
        people.remove(session, ANA)
        assert find(session, ANA) is None
    assert events(come) == [
        (BOSS, "user.role_set", ANA, {"before": "", "after": "admin"}),
        (BOSS, "user.role_set", ANA, {"before": "admin", "after": "blocked"}),
        (BOSS, "user.removed", ANA, {"role": "blocked"}),
    ]


def test_nobody_takes_their_own_role(come: Database) -> None:
    with come.writing() as session:
        for change in (
            lambda: people.set_role(session, BOSS, Role.VIEWER),
            lambda: people.set_role(session, BOSS, None, is_blocked=True),
            lambda: people.remove(session, BOSS),
        ):
            with pytest.raises(Refused, match=r"[Aa]nother admin"):
                change()


def test_two_admins_cannot_take_it_from_each_other(come: Database) -> None:
    with come.writing() as session:
        people.set_role(session, ANA, Role.ADMIN)
        with acting(as_(ANA, Role.ADMIN)):
            people.set_role(session, BOSS, Role.VIEWER)
        with pytest.raises(Forbidden):  # a request of the other that had begun before
            people.set_role(session, ANA, Role.VIEWER)


def test_admins_of_the_settings_stay_what_they_are(come: Database) -> None:
    with come.writing() as session, pytest.raises(Refused, match="LOTE_ADMINS"):
        people.set_role(session, ANA, Role.VIEWER, admins=[ANA])


def test_only_admins_change_roles(come: Database) -> None:
    with come.writing() as session, acting(as_(ANA, Role.ANALYST)):
        with pytest.raises(Forbidden, match="needs the role Admin; yours is Analyst"):
            people.set_role(session, ANA, Role.ADMIN)
        with pytest.raises(Forbidden):
            people.add(session, CHIEF, Role.ADMIN, NOW)
        with pytest.raises(Forbidden):
            people.remove(session, BOSS)


def test_a_role_for_nobody_is_told(database: Database) -> None:
    with database.writing() as session, pytest.raises(NotFound, match=r"no chief@example\.com"):
        people.set_role(session, CHIEF, Role.VIEWER)


def test_people_stand_by_login_and_are_found_by_parts(come: Database) -> None:
    with come.writing() as session:
        people.add(session, CHIEF, Role.VIEWER, NOW)
        people.visited(session, BOSS, "100% Boss", datetime.now(UTC))
    with come.reading() as session:
        assert [row.login for row in numbered(session).items] == [ANA, BOSS, CHIEF]
        assert [row.login for row in numbered(session, q="0%").items] == [BOSS]
        assert [row.login for row in numbered(session, q="CHIEF").items] == [CHIEF]
