"""Nearly everything of a job fails at once: their fault or ours? The rule of the batch breaker. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.failures import FailureKind as K

WINDOW = 20
"""The last attempts of a job that are looked at."""
MIN_FAILED = 18
MIN_HOSTS = 10
"""Fewer hosts than this may well be gone by themselves."""

OURS = frozenset({K.DNS, K.CONNECT, K.TLS})
"""Failures that a broken network, name server or gateway of our own gives to every target."""
NO_ANSWER = frozenset({*OURS, K.REFUSED, K.RESET, K.TIMEOUT, K.PROTOCOL, K.BLOCKED_ADDRESS, K.INVALID_TARGET})
"""Failures without an HTTP answer of the target; every other one comes after it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that its target answered, well (`kind` None) or not, or that failed without an answer."""

    host: str
    kind: K | None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`failed` of the last `of` attempts failed with one of `kinds`, most of them with `kind`."""

    failed: int
    of: int
    kind: K
    kinds: frozenset[K]


def suspicion(attempts: Sequence[Ended]) -> Suspicion | None:
    """Whether the last attempts of a job (newest first, older ones may follow) look like a fault of our own network.

    Refused certificates count only while no certificate at all is accepted, so while no target answers.
    """
    last = attempts[:WINDOW]
    kinds = OURS - {K.TLS} if any(answered(one.kind) for one in last) else OURS
    counts = Counter(one.kind for one in last if one.kind in kinds)
    if counts.total() < MIN_FAILED or len({one.host for one in last}) < MIN_HOSTS:
        return None
    kind = max(OURS, key=lambda k: (counts[k], k))
    return Suspicion(counts.total(), len(last), kind, kinds)


def answered(kind: K | None) -> bool:
    """Whether an attempt that ended so had an HTTP answer, of whatever status."""
    return kind not in NO_ANSWER
