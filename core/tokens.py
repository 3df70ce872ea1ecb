"""API tokens: made for a program, shown once, checked at every call, revoked; what each does is signed by its owner."""

import hmac
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from core import actor, audit, queries, secret
from core.actor import RANKS, Actor, Means, Role, Scope
from core.db import Database
from core.errors import Forbidden, InvalidInput, NotFound, Unidentified
from core.i18n import N_, _
from core.models import API_TOKENS, storable
from core.queries.people import PersonRow
from core.queries.tokens import HeldToken, TokenRow, TokenState

LONGEST_NAME = 100
LONGEST_OWNER = 200
DEFAULT_DAYS = 90
MOST_DAYS = 3_650
USE_SECONDS = 60
"""How long the moment of the last use may be behind."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made, with its secret: this is the only time that anybody sees it."""

    row: TokenRow
    secret: str

    def __repr__(self) -> str:
        return f"NewToken({self.row!r})"


def create(
    database: Database,
    name: str,
    scope: Scope,
    *,
    days: int | None = DEFAULT_DAYS,
    owner: str = "",
    now: datetime | None = None,
) -> NewToken:
    """A token that may do what `scope` says for `days` (None: until it is revoked), at most what its maker may.

    `owner` signs for it where no login does. Raises `InvalidInput`, and `Forbidden` for a scope above the maker's role.
    """
    at, who = now or datetime.now(UTC), actor.current()
    _check_maker(who, scope)
    made = secret.new()
    values = {
        "name": _name(name),
        "hint": secret.hint(made),
        "secret_hash": secret.hashed(made),
        "scope": scope.role,
        "owner": _owner(who.sign(owner)),
        "created_at": at,
        "expires_at": None if days is None else at + timedelta(days=_days(days)),
    }
    with database.writing() as session:
        token_id = session.execute(sa.insert(API_TOKENS).values(values).returning(API_TOKENS.c.id)).scalar_one()
        row = queries.tokens.get(session, token_id)
        details = {"name": row.name, "scope": scope, "expires_at": _written(row.expires_at)}
        audit.record(session, "token.created", row.id, by=row.owner, **details)
    log.info("token %d created for %s: %s", row.id, row.owner, scope)
    return NewToken(row, made)


def revoke(database: Database, token_id: int, *, by: str = "", now: datetime | None = None) -> TokenRow:
    """The token, which lets nobody in any more; one that is revoked stays as it is. Others' are for admins.

    Somebody else's token is `NotFound`: nobody learns which there are.
    """
    who = actor.current()
    with database.writing() as session:
        row = queries.tokens.get(session, token_id)
        if row.owner != who.name and not who.may(Role.ADMIN):
            raise NotFound(N_("There is no token {id}."), id=token_id)
        if row.revoked_at is not None:
            return row
        signed = who.sign(by)
        change = {"revoked_at": now or datetime.now(UTC), "revoked_by": storable(signed)}
        session.execute(sa.update(API_TOKENS).where(API_TOKENS.c.id == token_id).values(change))
        audit.record(session, "token.revoked", token_id, by=by, name=row.name, owner=row.owner)
        row = queries.tokens.get(session, token_id)
    log.info("token %d revoked", token_id)
    return row


def revoke_all(session: Session, owner: str) -> int:
    """Revoke every token of an owner; gives how many there were."""
    active = API_TOKENS.c.revoked_at.is_(None)
    change = {"revoked_at": datetime.now(UTC), "revoked_by": storable(actor.current().name)}
    revoked = session.execute(
        sa.update(API_TOKENS).where(API_TOKENS.c.owner == owner, active).values(change).returning(API_TOKENS.c.id)
    ).scalars()
    ids = sorted(revoked)
    for token_id in ids:
        audit.record(session, "token.revoked", token_id, owner=owner)
    return len(ids)


def visible_owner() -> str | None:
    """Whose tokens the present actor sees: their own; None, which is everybody's, for admins."""
    who = actor.current()
    return None if who.may(Role.ADMIN) else who.name


@dataclass(frozen=True, slots=True)
class Grant:
    """Who was let in, and whether the moment at which their token was used is due to be written."""

    actor: Actor
    is_use_due: bool = False


def check(session: Session, given: str, now: datetime, admins: Collection[str] = ()) -> Grant:
    """Who may act by the secret that was given; raises `Unidentified` that says what is wrong with it. `admins` are
    those of the settings.

    Only whoever holds the whole secret learns that it has expired or was revoked.
    """
    hashed = secret.hashed(secret.checked(given))
    found = queries.tokens.held(session, hashed)
    if found is None or not hmac.compare_digest(found.secret_hash, hashed):
        raise Unidentified(N_("The token is not known here: it belongs to another installation, or was deleted."))
    row = found.row
    match row.state_at(now):
        case TokenState.REVOKED:
            raise Unidentified(N_("The token “{name}” was revoked on {day}."), name=row.name, day=_day(row.revoked_at))
        case TokenState.EXPIRED:
            raise Unidentified(N_("The token “{name}” expired on {day}."), name=row.name, day=_day(row.expires_at))
    used = row.last_used_at
    is_due = used is None or now - used >= timedelta(seconds=USE_SECONDS)
    return Grant(Actor(row.owner, _role(found, admins), Means.TOKEN, row.id), is_due)


def used(database: Database, token_id: int, now: datetime) -> None:
    """Write that the token was used; for after the answer, because a writer may have to wait for others."""
    due = now - timedelta(seconds=USE_SECONDS)
    last = API_TOKENS.c.last_used_at
    with database.writing() as session:
        session.execute(
            sa.update(API_TOKENS)
            .where(API_TOKENS.c.id == token_id, sa.or_(last.is_(None), last <= due))
            .values(last_used_at=now)
        )


def most(owner: str, person: PersonRow | None, admins: Collection[str]) -> Role | None:
    """The most that tokens of this owner may do now; None: nothing. Who never logged in here is held by no role.

    What a claim of the login says is known from the last visit.
    """
    if owner in admins or person is None:
        return Role.ADMIN
    return None if person.is_blocked else person.role or person.seen_role


def _role(found: HeldToken, admins: Collection[str]) -> Role:
    """What the scope allows, but never more than the owner may now."""
    limit = most(found.row.owner, found.owner, admins)
    if limit is None:
        raise Unidentified(N_("The owner of this token, {owner}, has no access to Lote now."), owner=found.row.owner)
    return min(found.row.scope.role, limit, key=RANKS.__getitem__)


def _check_maker(who: Actor, scope: Scope) -> None:
    if not who.may(scope.role):
        raise Forbidden(
            N_("A token may do at most what you may yourself: {scope} is more than the role {role}."),
            scope=scope,
            role=_(actor.ROLE_NAMES[who.role]),
        )
    if who.means is Means.TOKEN and not who.may(Role.ADMIN):
        raise Forbidden(N_("Only people, and tokens with the scope admin, can make tokens."))


def _name(name: str) -> str:
    return _text(name, LONGEST_NAME, "name", N_("A token needs a name, of {limit} characters at the most."))


def _owner(owner: str) -> str:
    return _text(owner, LONGEST_OWNER, "owner", N_("A token needs an owner, of {limit} characters at the most."))


def _text(given: str, limit: int, field: str, message: str) -> str:
    text = " ".join(storable(given).split())
    if not text or len(text) > limit:
        raise InvalidInput(message, errors=[{"field": field, "detail": _("missing or too long")}], limit=limit)
    return text


def _days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(
            N_("A token lasts from 1 to {most} days, or until it is revoked."),
            errors=[{"field": "days", "detail": _("from 1 to {most}").format(most=MOST_DAYS)}],
            most=MOST_DAYS,
        )
    return days


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""


def _written(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
