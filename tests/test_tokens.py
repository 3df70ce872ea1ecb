"""API tokens: made, shown once, checked, with at most what their owner may, revoked."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core import actor, people, queries, secret, tokens
from core.actor import Actor, Means, Role, Scope
from core.db import Database
from core.errors import Forbidden, InvalidInput, NotFound, Unidentified
from core.models import API_TOKENS, AUDIT_EVENTS

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ANA = Actor("ana@example.com", Role.ANALYST, Means.LOGIN)
BOSS = Actor("boss@example.com", Role.ADMIN, Means.LOGIN)


def granted(database: Database, given: str, now: datetime = NOW, admins: tuple[str, ...] = ()) -> Actor:
    with database.reading() as session:
        return tokens.check(session, given, now, admins).actor


def refused(database: Database, given: str, now: datetime = NOW) -> str:
    with pytest.raises(Unidentified) as caught:
        granted(database, given, now)
    return caught.value.message


def new(database: Database, scope: Scope = Scope.WRITE, days: int | None = 90, owner: str = "ana") -> tokens.NewToken:
    return tokens.create(database, "CI", scope, days=days, owner=owner, now=NOW)


def test_a_token_lets_in_with_its_scope_and_signs_by_its_owner(database: Database) -> None:
    made = new(database)
    assert granted(database, made.secret) == Actor("ana", Role.ANALYST, Means.TOKEN, made.row.id)
    assert made.row.expires_at == NOW + timedelta(days=90)
    assert made.secret not in repr(made)


def test_the_secret_is_stored_nowhere(database: Database) -> None:
    made = new(database)
    with database.reading() as session:
        rows = [str(row) for table in (API_TOKENS, AUDIT_EVENTS) for row in session.execute(sa.select(table))]
    assert len(rows) == 2
    assert made.secret.removeprefix(made.row.hint.rstrip("…")) not in "".join(rows)
    assert len(made.secret) == secret.LENGTH
    assert len({new(database).secret for _n in range(20)}) == 20


def test_each_wrong_token_is_told_why(database: Database) -> None:
    whole = new(database).secret
    assert "not whole" in refused(database, whole[:-1])
    assert "not whole" in refused(database, whole + "x")
    swapped = whole[:20] + ("a" if whole[20] != "a" else "b") + whole[21:]
    assert "mistyped" in refused(database, swapped)
    for foreign in ("ghp_" + "x" * 36, "", "Lote_" + whole[5:], "é" * 54):
        assert "no token of Lote" in refused(database, foreign)
    assert "mistyped" in refused(database, "lote_" + "é" * 49)
    assert "not known here" in refused(database, secret.new())


def test_an_expired_token_is_told_with_its_day(database: Database) -> None:
    made = new(database, days=1)
    assert granted(database, made.secret, NOW + timedelta(days=1, seconds=-1))
    assert "expired on 2026-03-05" in refused(database, made.secret, NOW + timedelta(days=1))
    assert granted(database, new(database, days=None).secret, NOW + timedelta(days=9999))


def test_a_revoked_token_lets_nobody_in_and_stays_in_the_list(database: Database) -> None:
    made = new(database)
    gone = tokens.revoke(database, made.row.id, by="eva", now=NOW)
    assert (gone.revoked_by, gone.revoked_at) == ("eva", NOW)
    assert tokens.revoke(database, made.row.id, by="ana") == gone
    assert "revoked on 2026-03-04" in refused(database, made.secret)
    with database.reading() as session:
        assert queries.tokens.page(session).items == [gone]
        assert queries.tokens.page(session, revoked=False).items == []
        told = session.execute(sa.select(AUDIT_EVENTS.c.action, AUDIT_EVENTS.c.actor)).all()
    assert [tuple(row) for row in told] == [("token.created", "ana"), ("token.revoked", "eva")]
    with pytest.raises(NotFound):
        tokens.revoke(database, 99)


@pytest.mark.parametrize(
    ("name", "days", "owner"), [("", 1, "a"), ("x" * 101, 1, "a"), ("x", 0, "a"), ("x", 3651, "a"), ("x", 1, " ")]
)
def test_what_cannot_be_a_token_is_told(database: Database, name: str, days: int, owner: str) -> None:
    with pytest.raises(InvalidInput):
        tokens.create(database, name, Scope.READ, days=days, owner=owner)


def test_nobody_gives_more_than_their_own_role(database: Database) -> None:
    with actor.acting(ANA):
        assert tokens.create(database, "x", Scope.WRITE, owner="somebody else").row.owner == ANA.name
        with pytest.raises(Forbidden, match="admin"):
            tokens.create(database, "x", Scope.ADMIN)
    token = Actor(ANA.name, Role.ANALYST, Means.TOKEN, 1)
    with actor.acting(token), pytest.raises(Forbidden):
        tokens.create(database, "x", Scope.READ)


def test_people_see_and_revoke_their_own_and_admins_all(database: Database) -> None:
    with actor.acting(ANA):
        mine = tokens.create(database, "mine", Scope.READ).row
        assert tokens.visible_owner() == ANA.name
    with actor.acting(BOSS):
        theirs = tokens.create(database, "theirs", Scope.READ).row
        assert tokens.visible_owner() is None
    with actor.acting(ANA):
        with pytest.raises(NotFound):
            tokens.revoke(database, theirs.id)
        tokens.revoke(database, mine.id)
    with actor.acting(BOSS):
        assert tokens.revoke(database, theirs.id).revoked_by == BOSS.name


def test_a_token_has_never_more_than_its_owner_has_now(database: Database) -> None:
    with actor.acting(BOSS):
        given = tokens.create(database, "x", Scope.ADMIN).secret

    def visit(role: Role | None) -> None:
        with database.writing() as session:
            people.visited(session, BOSS.name, "Boss", NOW, role)

    for role in (Role.ADMIN, Role.VIEWER):
        visit(role)
        assert granted(database, given).role is role
    visit(None)
    assert "no access" in refused(database, given)
    assert granted(database, given, admins=(BOSS.name,)).role is Role.ADMIN
    visit(Role.ADMIN)
    with actor.acting(Actor("chief@example.com", Role.ADMIN, Means.LOGIN)), database.writing() as session:
        people.set_role(session, BOSS.name, Role.ANALYST)
    assert granted(database, given).role is Role.ANALYST
    with actor.acting(Actor("chief@example.com", Role.ADMIN, Means.LOGIN)), database.writing() as session:
        people.remove(session, BOSS.name)
    assert "revoked" in refused(database, given)


def test_the_use_is_written_once_a_minute(database: Database) -> None:
    made = new(database)

    def due(now: datetime) -> bool:
        with database.reading() as session:
            return tokens.check(session, made.secret, now).is_use_due

    assert due(NOW)
    tokens.used(database, made.row.id, NOW)
    assert not due(NOW + timedelta(seconds=59))
    tokens.used(database, made.row.id, NOW + timedelta(seconds=59))
    with database.reading() as session:
        assert queries.tokens.get(session, made.row.id).last_used_at == NOW
    assert due(NOW + timedelta(seconds=60))
