"""Reads of API tokens; none gives a secret, nor its hash."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.actor import Scope
from core.errors import NotFound
from core.i18n import N_
from core.models import API_TOKENS
from core.queries import people
from core.queries.jobs import LARGEST_ID
from core.queries.paging import by_keyset
from core.queries.people import PersonRow
from core.queries.rows import Page


class TokenState(StrEnum):
    """Whether a token lets anybody in."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token without its secret; `hint` is the beginning of that. `last_used_at` is right within a minute."""

    id: int
    name: str
    hint: str
    scope: Scope
    owner: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None

    def state_at(self, now: datetime) -> TokenState:
        """What it is worth at this moment."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.EXPIRED if self.expires_at is not None and self.expires_at <= now else TokenState.ACTIVE


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token that somebody sent: its row, its hash, and who its owner is, None if they never logged in here."""

    row: TokenRow
    secret_hash: str
    owner: PersonRow | None


_NAMES = tuple(field.name for field in fields(TokenRow))
_COLUMNS = [API_TOKENS.c[name] for name in _NAMES]


def page(
    session: Session,
    *,
    owner: str | None = None,
    revoked: bool = True,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TokenRow]:
    """Tokens, newest first: of one owner, or of all; without those that were revoked if they are not asked for."""
    statement = sa.select(*_COLUMNS)
    if owner is not None:
        statement = statement.where(API_TOKENS.c.owner == owner)
    if not revoked:
        statement = statement.where(API_TOKENS.c.revoked_at.is_(None))
    return by_keyset(session, _row, statement, API_TOKENS.c.id, limit=limit, cursor=cursor, descending=True)


def get(session: Session, token_id: int) -> TokenRow:
    """One token, or `NotFound`."""
    found = None
    if 0 < token_id <= LARGEST_ID:
        found = session.execute(sa.select(*_COLUMNS).where(API_TOKENS.c.id == token_id)).first()
    if found is None:
        raise NotFound(N_("There is no token {id}."), id=token_id)
    return _row(*found)


def held(session: Session, secret_hash: str) -> HeldToken | None:
    """The token whose secret has this hash."""
    statement = sa.select(*_COLUMNS, API_TOKENS.c.secret_hash).where(API_TOKENS.c.secret_hash == secret_hash)
    found = session.execute(statement).first()
    if found is None:
        return None
    row = _row(*found[:-1])
    return HeldToken(row, found[-1], people.find(session, row.owner))


def _row(*values: Any) -> TokenRow:
    given = dict(zip(_NAMES, values, strict=True))
    return TokenRow(**given | {"scope": Scope.of(given["scope"])})
