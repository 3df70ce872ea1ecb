"""Who acts in the present context, and what their role may do: asked by use-cases, told by screens, API and shell."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Forbidden
from core.i18n import N_, _


class Role(StrEnum):
    """What somebody may do; each may all that those before it may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token may do, in the words that people choose it by; each is a role."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    @property
    def role(self) -> Role:
        """The role that it stands for."""
        return ROLES_OF_SCOPES[self]

    @classmethod
    def of(cls, role: Role) -> "Scope":
        """The scope that stands for this role."""
        return next(scope for scope in cls if scope.role is role)


ROLES_OF_SCOPES = {Scope.READ: Role.VIEWER, Scope.WRITE: Role.ANALYST, Scope.ADMIN: Role.ADMIN}


class Means(StrEnum):
    """How Lote knows who acts."""

    LOCAL = "local"
    """Without a login: whoever reaches this machine, under the name that was given."""
    LOGIN = "login"
    TOKEN = "token"


RANKS = {role: rank for rank, role in enumerate(Role)}
ROLE_NAMES: dict[Role, str] = {Role.VIEWER: N_("Viewer"), Role.ANALYST: N_("Analyst"), Role.ADMIN: N_("Admin")}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. `name` signs jobs and comments; it is "" where nobody gave one."""

    name: str = ""
    role: Role = Role.ADMIN
    means: Means = Means.LOCAL
    token_id: int | None = None

    @property
    def is_verified(self) -> bool:
        """Whether the name is known from a login or a token, and is not just what somebody typed."""
        return self.means is not Means.LOCAL

    def may(self, role: Role) -> bool:
        """Whether this role is enough for what needs `role`."""
        return RANKS[self.role] >= RANKS[role]

    def has_say_over(self, owner: str) -> bool:
        """Whether this actor may take away what `owner` made: an analyst what is their own, an admin everything."""
        return self.may(Role.ADMIN) or (self.may(Role.ANALYST) and self.is_verified and self.name == owner)

    def sign(self, given: str) -> str:
        """The name under which this actor does something: the verified one, else what was given."""
        return self.name if self.is_verified else given


NOBODY_IN_PARTICULAR = Actor()
"""Without a login everybody who gets as far as this machine may do everything."""

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_source: Callable[[], Actor | None] | None = None


def ask(source: Callable[[], Actor | None]) -> None:
    """Ask `source` wherever the context has not told: a screen's callbacks and refreshes run in fresh contexts."""
    global _source
    _source = source


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Act as `actor` inside the block."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def current() -> Actor:
    """Who acts in the present context."""
    return _actor.get() or (_source() if _source else None) or NOBODY_IN_PARTICULAR


def need(role: Role) -> Actor:
    """Who acts, if their role is enough; raises `Forbidden` otherwise."""
    actor = current()
    if not actor.may(role):
        raise Forbidden(
            N_("This needs the role {needed}; yours is {role}."),
            needed=_(ROLE_NAMES[role]),
            role=_(ROLE_NAMES[actor.role]),
        )
    return actor


def need_say_over(owner: str) -> Actor:
    """Who acts, if what `owner` made is theirs to take away; raises `Forbidden` otherwise."""
    actor = need(Role.ANALYST)
    if not actor.has_say_over(owner):
        raise Forbidden(N_("This is of {owner}: only they and an admin may do that."), owner=owner or "—")
    return actor
