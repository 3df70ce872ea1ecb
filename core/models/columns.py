"""What columns are made of: texts and documents that both databases take, enumerations, names of hosts."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Dialect, Enum, Index, String, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from core.states import JobStatus, StepStatus

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any]
NO_ID_TWICE = {"sqlite_autoincrement": True}
"""A late worker or an old link must never meet a new row under a deleted row's id."""


def storable(value: str) -> str:
    """The text as both databases take it: PostgreSQL refuses NUL, both refuse lone surrogates; each becomes U+FFFD."""
    if value.isascii():
        return value.replace("\x00", "\ufffd") if "\x00" in value else value
    return value.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


class Text(TypeDecorator[str]):
    """Text that is always storable."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean the text on its way in."""
        return None if value is None else storable(value)


class Document(TypeDecorator[Any]):
    """JSON whose texts are always storable and whose keys keep their order; Python's None is SQL's NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Clean every text of the document on its way in."""
        return _storable_json(value)


def _storable_json(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(str(key)): _storable_json(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable_json(item) for item in value]
        case _:
            return value


def enumeration(kind: type[StrEnum], name: str) -> Enum:
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of those rows only for which `where` is true."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def one_of(values: frozenset[StrEnum] | frozenset[JobStatus] | frozenset[StepStatus]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


HOST = String(253).with_variant(String(253, collation="C"), "postgresql")
"""A host name; compared by bytes, so that "begins with" is a range of the index on both databases."""
