"""What the heart notices: a process that slept, and when."""

from datetime import UTC, datetime

import pytest
from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.base import BaseScheduler

from core import heart
from core.heart import SLEPT_SECONDS, Heart, Scheduler
from tests.test_executors import wait_until


def test_a_process_that_slept_is_noticed_by_whoever_wakes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = [0.0]
    clock = heart.awake_at
    monkeypatch.setattr(heart, "awake_at", lambda: clock() + slept[0])
    monkeypatch.setattr(heart, "BEAT_SECONDS", 0.1)
    watched = Heart(Scheduler())
    watched.start()
    before = heart.awake_at()
    assert not watched.slept_since(before)
    slept[0] = SLEPT_SECONDS + 1
    assert watched.slept_since(before), "at once, before the next beat"
    assert wait_until(lambda: watched._beat_at > before + SLEPT_SECONDS)
    assert watched.slept_since(before)
    assert not watched.slept_since(heart.awake_at()), "what begins now did not sleep"
    watched.stop()


class Ends(BaseExecutor):
    """Shuts the scheduler down when it is given something to do: in the middle of the round."""

    def _do_submit_job(self, job: object, run_times: object) -> None:
        BaseScheduler.shutdown(self._scheduler, wait=False)


def test_a_scheduler_that_is_shut_down_in_the_middle_of_a_round_ends_in_peace() -> None:
    scheduler = Scheduler(executors={"default": Ends()})
    scheduler.add_job(print, "date", run_date=datetime.now(UTC))
    scheduler.start()
    thread = scheduler._thread
    thread.join(20)
    assert not thread.is_alive()
    assert not scheduler.running
