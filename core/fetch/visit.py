"""One visit: its time limit, the flag that stops it, and what its connections learn on the way."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from core.abort import Abort
from core.errors import FetchError
from core.failures import FailureKind
from core.fetch.lookup import LookUps
from core.guard import Guard

_visit: ContextVar["Visit"] = ContextVar("visit")


def current_visit() -> "Visit":
    """The visit of this thread; LookupError outside of one, so nothing can connect unguarded."""
    return _visit.get()


class Visit:
    """The state of one visit; times are monotonic seconds. Used by one thread; only `abort` comes from others."""

    def __init__(self, limit_seconds: float, abort: Abort, guard: Guard, look_ups: LookUps, max_bytes: int) -> None:
        self.limit_seconds = limit_seconds
        self.abort = abort
        self.guard = guard
        self.look_ups = look_ups
        self.max_bytes = max_bytes
        self.started = time.monotonic()
        self._deadline = self.started + limit_seconds
        self._body_deadline = self._deadline
        self._connect_deadline = self._deadline
        self.connect_limit_seconds: float | None = None
        self.doing = "starting"
        self.answered = False
        self.connected = False
        self.ip: str | None = None
        self.certificate: dict[str, Any] | None = None
        self.presented: list[dict[str, Any]] = []
        self.ttfb_seconds = 0.0
        self._aside_seconds = 0.0
        self._held = ExitStack()

    @property
    def elapsed_seconds(self) -> float:
        """Since the visit began."""
        return time.monotonic() - self.started

    def head_arrived(self) -> None:
        """The head of an answer is here."""
        self.answered = True
        self.ttfb_seconds = self.elapsed_seconds - self._aside_seconds

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is done meanwhile is not for the page: it does not count in `ttfb_seconds`."""
        began = self.elapsed_seconds
        try:
            yield
        finally:
            self._aside_seconds += self.elapsed_seconds - began

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._deadline

    def remaining(self) -> float:
        """Seconds left, more than 0. Raises `Aborted`, or `FetchError` (timeout)."""
        self.abort.check()
        left = min(self._deadline, self._body_deadline) - time.monotonic()
        if left <= 0:
            raise self.timed_out()
        return left

    def timed_out(self) -> FetchError:
        """The failure of a visit whose time is over."""
        return FetchError(FailureKind.TIMEOUT, f"Timed out after {self.limit_seconds:g} s while {self.doing}")

    def start_connecting(self) -> None:
        """The name is known: from now on `connect_limit_seconds` counts."""
        if self.connect_limit_seconds is not None:
            self._connect_deadline = min(self._deadline, time.monotonic() + self.connect_limit_seconds)

    def connect_remaining(self) -> float:
        """Seconds left to be connected, TLS included; as `remaining`, or `FetchError` (connect)."""
        left = self.remaining()
        if self.connect_limit_seconds is None:
            return left
        left = self._connect_deadline - time.monotonic()
        if left <= 0:
            raise FetchError(FailureKind.CONNECT, f"No connection within {self.connect_limit_seconds:g} s")
        return left

    def give_body(self, seconds: float) -> None:
        """The rest of this answer is worth only so much time."""
        self._body_deadline = time.monotonic() + seconds

    def hold(self, sock: socket.socket) -> ExitStack:
        """Let an abort end whatever `sock` waits for, until the stack is closed.

        The handle is a duplicate: TLS takes the descriptor out of the socket that it wraps.
        """
        held = ExitStack()
        handle = sock.dup()
        held.callback(handle.close)

        def shut_down() -> None:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

        held.enter_context(self.abort.interrupting(shut_down))
        return held

    def keep(self, held: ExitStack) -> None:
        """Close `held` when this hop is over."""
        self._held.push(held)

    @contextmanager
    def hop(self, max_bytes: int | None = None) -> Iterator[None]:
        """One request with its answer, on connections of its own; `max_bytes` holds instead of the visit's."""
        self.ip, self.certificate, self.presented, self.connected = None, None, [], False
        if self.answered:
            self.connect_limit_seconds = None  # only the first answer decides between https and http
        of_visit, self.max_bytes = self.max_bytes, max_bytes or self.max_bytes
        self._connect_deadline = self._body_deadline = self._deadline
        token = _visit.set(self)
        try:
            with self._held:
                yield
        finally:
            _visit.reset(token)
            self.max_bytes = of_visit
