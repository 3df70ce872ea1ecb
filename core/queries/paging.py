"""How lists are cut into pages: by keyset for the API (any page costs the same), by number for the screens."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from core.errors import InvalidInput
from core.i18n import N_, _
from core.queries.rows import FIELDS, Page

COUNTED = 10_000
"""Totals are exact up to this many; counting further would cost more than it tells."""

Row = TypeVar("Row")


def columns(row: type[Any], table: type[SQLModel]) -> list[sa.ColumnElement[Any]]:
    """The columns of `table` that `row` takes, in its order."""
    known = sa.inspect(table).columns
    return [known[name] for name in FIELDS[row]]


def one(session: Session, row: type[Row], statement: sa.Select[Any], **values: Any) -> Row | None:
    """The first row of the statement with these values for its parameters, if there is one."""
    found = session.execute(statement, values).first()
    return None if found is None else row(*found)


def many(session: Session, row: Callable[..., Row], statement: sa.Select[Any]) -> list[Row]:
    """All rows of the statement."""
    return [row(*found) for found in session.execute(statement)]


def by_keyset(
    session: Session,
    row: Callable[..., Row],
    statement: sa.Select[Any],
    key: Any,
    *,
    limit: int,
    cursor: str | None,
    descending: bool = False,
) -> Page[Row]:
    """One page of the statement in the order of `key`, a unique integer column that `row` has under the same name."""
    total, is_exact = count(session, statement)
    place = _place(cursor)
    if place is not None:
        statement = statement.where(key < place if descending else key > place)
    statement = statement.order_by(key.desc() if descending else key).limit(limit + 1)
    items = many(session, row, statement)
    more = len(items) > limit
    items = items[:limit]
    last = getattr(items[-1], str(key.key)) if more else None
    return Page(items, _cursor(last) if last is not None else None, total, is_exact)


def by_number(
    session: Session, row: type[Row], statement: sa.Select[Any], order: list[Any], *, page: int, size: int
) -> Page[Row]:
    """The `page`-th page (from 1) of `size` rows; a page beyond the end gives the last one."""
    counted = statement.order_by(None).with_only_columns(sa.func.count(), maintain_column_froms=True)
    total = session.execute(counted).scalar_one()
    last = max(1, -(-total // size))
    offset = (min(max(page, 1), last) - 1) * size
    items = many(session, row, statement.order_by(*order).limit(size).offset(offset))
    return Page(items, None, total, True)


def count(session: Session, statement: sa.Select[Any]) -> tuple[int, bool]:
    """How many rows the statement has, and whether that is exact (it is up to `COUNTED`)."""
    bounded = (
        statement.order_by(None)
        .with_only_columns(sa.literal(1), maintain_column_froms=True)
        .limit(COUNTED + 1)
        .subquery()
    )
    found = session.execute(sa.select(sa.func.count()).select_from(bounded)).scalar_one()
    return min(found, COUNTED), found <= COUNTED


def _cursor(key: int) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _place(cursor: str | None) -> int | None:
    if not cursor:
        return None
    try:
        place = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not 0 <= place < 2**63:
            raise ValueError(place)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            N_("The cursor '{cursor}' is not one that a list has given; start without a cursor."),
            errors=[{"field": "cursor", "detail": _("unknown")}],
            cursor=cursor[:100],
        ) from error
    return place
