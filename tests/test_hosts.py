"""The pause that people set for a host, and what the ledger shows them."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.errors import InvalidInput
from core.failures import FailureKind
from core.job_service import JobService
from core.models import HOSTS
from core.queries import hosts
from core.queue import Failed
from tests.story import claim, completed, later, new_job, settle


def test_a_pause_is_set_changed_and_removed(service: JobService) -> None:
    assert service.set_host_interval(" HTTPS://Shop.test/ ", 5) == "shop.test"
    service.set_host_interval("shop.test", 7.5)
    with service.database.reading() as session:
        assert [row.interval_seconds for row in hosts.noteworthy(session, later(0))] == [7.5]
    service.set_host_interval("shop.test", None)
    with service.database.reading() as session:
        assert hosts.noteworthy(session, later(0)) == []
        assert [row.host for row in hosts.beginning_with(session, "sho")] == ["shop.test"]


def test_a_pause_set_by_hand_outlives_visits(service: JobService) -> None:
    now = later(60)
    service.set_host_interval("a.test", 30)
    new_job(service, ["a.test/1", "a.test/2"])
    (one,) = claim(service.database, now=now)
    settle(service.database, replace(completed(one), crawl_delay_seconds=2.0), now=now)
    assert claim(service.database, now=later(29, now)) == []
    assert len(claim(service.database, now=later(31, now))) == 1


@pytest.mark.parametrize(
    ("host", "seconds", "told"),
    [("a.test/path", 1, "not the name of a host"), ("", 1, "not the name"), ("a.test b.test", 1, "not the name"),
     ("a.test", -1, "from 0 to 3600"), ("a.test", 3601, "from 0 to 3600"), ("a.test", float("nan"), "from 0 to 3600")],
)  # fmt: skip
def test_what_cannot_be_set_is_refused(service: JobService, host: str, seconds: float, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        service.set_host_interval(host, seconds)
    with service.database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(HOSTS)).scalar_one() == 0


def test_the_ledger_tells_who_is_visited_and_who_asked_to_wait(service: JobService) -> None:
    now = later(60)
    new_job(service, ["a.test", "b.test", "c.test"])
    one, other, _third = claim(service.database, now=now)
    settle(service.database, Failed(one, FailureKind.HTTP_429, "429", 429, 90.0, 90.0), completed(other), now=now)
    service.set_host_interval("münchen.test", 1)
    with service.database.reading() as session:
        rows = {row.host: row for row in hosts.noteworthy(session, later(1, now))}
        assert list(rows) == ["xn--mnchen-3ya.test", "a.test", "c.test"]
        assert [row.host for row in hosts.beginning_with(session, "münchen.test")] == ["xn--mnchen-3ya.test"]
    assert rows["a.test"].not_before == later(90, now)
    assert rows["a.test"].answered_at == now
    assert rows["c.test"].is_visited
