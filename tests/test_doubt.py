"""How far a verdict on failures reaches: for the hosts it was made of, at a pace, and anew before the job ends."""

from core.doubt import PACE_SECONDS, Doubt
from core.failures import FailureKind as K


def heard(doubt: Doubt, hosts: list[str], now: float, kind: K | None = K.DNS) -> bool:
    """Whether these ends of attempts raise a doubt."""
    for host in hosts:
        doubt.hear(host, kind, now)
    return doubt.kept is not None


def hosts(name: str, count: int = 20) -> list[str]:
    return [f"{name}{n}.test" for n in range(count)]


def judged(now: float, unfinished: int = 1000) -> Doubt:
    """A list whose first hosts were found to be dead."""
    doubt = Doubt()
    assert heard(doubt, hosts("a", 18), now)
    doubt.is_judged(hosts("a", 18), unfinished, now)
    doubt.kept = None
    return doubt


def test_other_hosts_are_judged_anew_but_not_too_often() -> None:
    doubt = judged(100)
    assert not heard(doubt, hosts("b"), 100 + PACE_SECONDS - 1)
    assert heard(doubt, hosts("c", 1), 100 + PACE_SECONDS)


def test_the_same_hosts_are_not_judged_twice() -> None:
    doubt = judged(100)
    assert not heard(doubt, hosts("a", 18) * 3, 1000)
    assert not heard(doubt, hosts("b", 17), 1000)
    assert heard(doubt, hosts("c", 1), 1000)


def test_a_host_that_answered_since_counts_again() -> None:
    doubt = judged(100)
    heard(doubt, hosts("a", 18), 1000, kind=None)
    assert heard(doubt, hosts("a", 18), 1001)


def test_no_pace_counts_when_the_job_would_end_before_it() -> None:
    assert heard(judged(100, unfinished=36), hosts("b", 18), 100.5)
    assert not heard(judged(100, unfinished=38), hosts("b", 18), 100.5)
