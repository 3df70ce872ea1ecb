"""What the heart notices: a process that slept, and when."""

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from core import heart
from core.heart import SLEPT_SECONDS, Heart
from tests.test_executors import wait_until


def test_a_process_that_slept_is_noticed_by_whoever_wakes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = [0.0]
    clock = heart.awake_at
    monkeypatch.setattr(heart, "awake_at", lambda: clock() + slept[0])
    monkeypatch.setattr(heart, "BEAT_SECONDS", 0.1)
    watched = Heart(BackgroundScheduler())
    watched.start()
    before = heart.awake_at()
    assert not watched.slept_since(before)
    slept[0] = SLEPT_SECONDS + 1
    assert watched.slept_since(before), "at once, before the next beat"
    assert wait_until(lambda: watched._beat_at > before + SLEPT_SECONDS)
    assert watched.slept_since(before)
    assert not watched.slept_since(heart.awake_at()), "what begins now did not sleep"
    watched.stop()
