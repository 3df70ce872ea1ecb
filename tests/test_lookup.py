"""Look-ups on a machine that has no thread left."""

import threading

import pytest

from core.abort import Abort
from core.errors import FetchError
from core.failures import FailureKind
from core.fetch.lookup import LookUps
from core.fetch.visit import Visit
from core.guard import Guard

NO_SYSTEM_GIVES_IT = 1 << 46
"""Bytes of stack for a thread."""


def test_without_a_thread_a_look_up_fails_for_now_and_its_place_comes_back() -> None:
    look_ups = LookUps(lambda _host, _port: ["127.0.0.9"], places=1)

    def look_up(host: str) -> tuple[str, ...]:
        return look_ups.addresses(host, 80, Visit(1, Abort(), Guard(), look_ups, 1000))

    before = threading.stack_size(NO_SYSTEM_GIVES_IT)
    try:
        for _ in range(2):
            with pytest.raises(FetchError, match="no thread for the look-up") as caught:
                look_up("a.test")
            assert caught.value.kind is FailureKind.DNS and not caught.value.permanent
    finally:
        threading.stack_size(before)
    assert look_up("a.test") == ("127.0.0.9",)
