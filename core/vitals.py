"""How the engine of this process is, for whoever may not know the engine: the entry registers who is asked."""

from collections.abc import Callable
from typing import Any

_source: Callable[[], dict[str, Any]] | None = None


def register(source: Callable[[], dict[str, Any]]) -> None:
    """Ask `source` from now on; its dict is that of `Engine.status`."""
    global _source
    _source = source


def vitals() -> dict[str, Any] | None:
    """What `Engine.status` tells; None when no engine was started here."""
    return _source() if _source else None
