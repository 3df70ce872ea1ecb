"""The rule of the batch breaker: which failures at once look like a fault of our own network."""

import pytest

from core.breaker import Ended, Suspicion, suspicion
from core.failures import FailureKind as K

DNS_OR_CONNECT = frozenset({K.DNS, K.CONNECT})


def attempts(*kinds: K | None, hosts: int = 20) -> list[Ended]:
    """One attempt for each kind, newest first, over so many hosts."""
    return [Ended(f"h{number % hosts}.test", kind) for number, kind in enumerate(kinds)]


def test_eighteen_of_twenty_are_suspicious_and_seventeen_are_not() -> None:
    found = suspicion(attempts(*[K.DNS] * 18, None, K.TIMEOUT))
    assert found == Suspicion(18, 20, K.DNS, DNS_OR_CONNECT)
    assert suspicion(attempts(*[K.DNS] * 17, None, K.TIMEOUT, K.TIMEOUT)) is None


def test_only_the_last_twenty_count() -> None:
    assert suspicion(attempts(*[None] * 3, *[K.DNS] * 30)) is None
    found = suspicion(attempts(*[K.DNS] * 20, *[None] * 30))
    assert found is not None and found.failed == found.of == 20


def test_eighteen_failures_are_enough_when_there_are_no_others_yet() -> None:
    assert suspicion(attempts(*[K.DNS] * 18)) == Suspicion(18, 18, K.DNS, DNS_OR_CONNECT | {K.TLS})
    assert suspicion(attempts(*[K.DNS] * 17)) is None
    assert suspicion([]) is None


@pytest.mark.parametrize(("hosts", "is_suspicious"), [(10, True), (9, False)])
def test_few_hosts_may_well_be_gone_by_themselves(hosts: int, is_suspicious: bool) -> None:
    assert (suspicion(attempts(*[K.CONNECT] * 20, hosts=hosts)) is not None) == is_suspicious


def test_kinds_count_together_and_the_most_frequent_one_is_told() -> None:
    found = suspicion(attempts(*[K.DNS] * 8, *[K.CONNECT] * 10, None, None))
    assert found == Suspicion(18, 20, K.CONNECT, DNS_OR_CONNECT)


@pytest.mark.parametrize("kind", [K.TIMEOUT, K.REFUSED, K.RESET, K.HTTP_5XX, K.BOT_WALL, K.ROBOTS])
def test_what_a_target_does_by_itself_is_not_suspicious(kind: K) -> None:
    assert suspicion(attempts(*[kind] * 20)) is None


def test_refused_certificates_count_while_none_is_accepted() -> None:
    assert suspicion(attempts(*[K.TLS] * 18, K.TIMEOUT, K.REFUSED)) == Suspicion(
        18, 20, K.TLS, DNS_OR_CONNECT | {K.TLS}
    )
    assert suspicion(attempts(*[K.TLS] * 10, *[K.DNS] * 10)) is not None


@pytest.mark.parametrize("answer", [None, K.HTTP_404, K.NOT_HTML])
def test_refused_certificates_do_not_count_beside_an_answer(answer: K | None) -> None:
    assert suspicion(attempts(*[K.TLS] * 19, answer)) is None
    assert suspicion(attempts(*[K.DNS] * 17, *[K.TLS] * 2, answer)) is None
    assert suspicion(attempts(*[K.DNS] * 18, K.TLS, answer)) == Suspicion(18, 20, K.DNS, DNS_OR_CONNECT)
