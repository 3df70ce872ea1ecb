"""Which role a route needs: to read it is viewer, to change something analyst; the table tells where it is another."""

from collections.abc import Collection

from core.actor import Role

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OTHERS: dict[str, Role] = {
    "create_token": Role.VIEWER,  # for oneself, with at most one's own role
    "revoke_token": Role.VIEWER,  # one's own
    "forget_domain": Role.ADMIN,
    "list_audit_events": Role.ADMIN,
    "export_audit_events": Role.ADMIN,
}
"""Names of routes."""
OPEN = frozenset({"/health", "/health/live", "/health/ready"})
"""Paths that answer everybody."""


def needed(name: str, methods: Collection[str] | None) -> Role:
    """The role for the route of this name."""
    return OTHERS.get(name) or (Role.VIEWER if READING.issuperset(methods or ()) else Role.ANALYST)
