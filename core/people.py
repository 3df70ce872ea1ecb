"""People who log in: their visits, and the roles that admins give them."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from core import actor, audit, dialect, tokens
from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput, NotFound, Refused
from core.i18n import N_, _
from core.models import USERS, storable
from core.queries import people
from core.queries.people import PersonRow

LONGEST_LOGIN, LONGEST_NAME = 320, 200
VISIT = timedelta(minutes=5)
"""Within this time a visit is not written again."""
ROLES_LOCK = 7_201
"""Changes of roles go one by one."""
BLOCKED = "blocked"
"""What an admin gives instead of a role to somebody who may not come in."""


def is_news(row: PersonRow | None, name: str, role: Role | None, now: datetime) -> bool:
    """Whether a visit under this name, with this role, says something that is not written yet."""
    if row is None or row.seen_at is None or now - row.seen_at > VISIT:
        return True
    return (row.name, row.seen_role) != (name, role)


def visited(session: Session, login: str, name: str, now: datetime, role: Role | None = None) -> None:
    """Somebody came, perhaps for the first time; with this role, or None and was not let in."""
    statement = dialect.insert(session, USERS).values(
        login=login, name=name, is_blocked=False, seen_role=role, created_at=now, seen_at=now
    )
    seen = {column: statement.excluded[column] for column in ("name", "seen_role", "seen_at")}
    session.execute(statement.on_conflict_do_update(index_elements=[USERS.c.login], set_=seen))


def add(session: Session, login: str, role: Role, now: datetime) -> PersonRow:
    """Give somebody a role before they come; `login` is the e-mail address or what else the provider will tell."""
    who = actor.need(Role.ADMIN)
    login = _login(login)
    if people.find(session, login) is not None:
        raise Refused(N_("{login} is in the list already."), login=login)
    session.execute(
        sa.insert(USERS).values(login=login, name="", role=role, role_set_by=who.name, is_blocked=False, created_at=now)
    )
    audit.record(session, "user.added", login, role=role)
    return _get(session, login)


def set_role(
    session: Session, login: str, role: Role | None, *, is_blocked: bool = False, admins: Collection[str] = ()
) -> PersonRow:
    """Give somebody another role; None: as the provider or the default says. Blocked people may not come in.

    `admins` are those of the settings. Raises `Refused` for them, and for one's own role: there is always an admin
    left who can give it back.
    """
    who = _admin(session, admins)
    before = _get(session, login)
    if login == who.name:
        raise Refused(N_("Your own role can be changed by another admin only, so that one is always left."))
    if login in admins:
        raise Refused(N_("{login} is an admin by the setting LOTE_ADMINS, whatever is set here."), login=login)
    after = {"role": None if is_blocked else role, "is_blocked": is_blocked}
    session.execute(sa.update(USERS).where(USERS.c.login == login).values(role_set_by=who.name, **after))
    audit.record(session, "user.role_set", login, before=_told(before), after=_told(changed := _get(session, login)))
    return changed


def remove(session: Session, login: str, admins: Collection[str] = ()) -> None:
    """Take somebody out of the list, and with it what was set for them; their tokens are revoked. A next visit makes a
    new entry.
    """
    who = _admin(session, admins)
    if login == who.name:
        raise Refused(N_("Another admin can take you out of the list."))
    before = _get(session, login)
    session.execute(sa.delete(USERS).where(USERS.c.login == login))
    audit.record(session, "user.removed", login, role=_told(before))
    tokens.revoke_all(session, login)


def _admin(session: Session, admins: Collection[str]) -> Actor:
    """Who acts, still an admin when all other changes of roles are written: two cannot take it from each other."""
    dialect.go_one_by_one(session, ROLES_LOCK)
    who = actor.need(Role.ADMIN)
    row = people.find(session, who.name) if who.is_verified and who.name not in admins else None
    if row is not None and (row.is_blocked or row.role not in {None, Role.ADMIN}):
        raise Forbidden
    return who


def _told(row: PersonRow) -> str:
    return BLOCKED if row.is_blocked else row.role or ""


def _get(session: Session, login: str) -> PersonRow:
    row = people.find(session, login)
    if row is None:
        raise NotFound(N_("There is no {login} in the list of people."), login=login)
    return row


def _login(given: str) -> str:
    login = storable(given).strip()
    if not login or len(login) > LONGEST_LOGIN or any(letter.isspace() for letter in login):
        raise InvalidInput(
            N_("“{text}” is no e-mail address, nor another name that a provider gives."),
            errors=[{"field": "login", "detail": _("Give one, without spaces.")}],
            text=login[:200],
        )
    return login.lower() if "@" in login else login
