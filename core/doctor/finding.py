"""What one look found: how it is, in a sentence, and what to do when it is not well."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"
    """Lote does not work, or loses something, as long as it is so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; texts are in the language of the present context. `about` is the same in every language."""

    about: str
    state: State
    told: str
    advice: str = ""


def ok(about: str, told: str) -> Finding:
    """It is well."""
    return Finding(about, State.OK, told)


def warning(about: str, told: str, advice: str) -> Finding:
    """It may become bad."""
    return Finding(about, State.WARNING, told, advice)


def bad(about: str, told: str, advice: str) -> Finding:
    """It is bad now."""
    return Finding(about, State.BAD, told, advice)
