"""A flag that stops one step's work from outside: what blocks registers how it can be interrupted."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import Aborted


class Abort:
    """Set once, from any thread; every registered interruption is then called once, at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = False
        self._interruptions: list[Callable[[], object]] = []

    def set(self) -> None:
        """Stop the work. Interruptions must not raise; calling this again does nothing."""
        with self._lock:
            self._set, interruptions, self._interruptions = True, self._interruptions, []
        for interrupt in interruptions:
            interrupt()

    def is_set(self) -> bool:
        """Whether the work was asked to stop."""
        return self._set

    def check(self) -> None:
        """Raise `Aborted` if the work was asked to stop."""
        if self._set:
            raise Aborted

    def wait(self, seconds: float) -> None:
        """Block for so long, if at all; raises `Aborted` as soon as the work was asked to stop."""
        stopped = threading.Event()
        with self.interrupting(stopped.set):
            stopped.wait(max(0.0, seconds))
        self.check()

    @contextmanager
    def interrupting(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """While the block runs, `interrupt` is what an abort calls; if the flag is already set, it is called now."""
        with self._lock:
            if not self._set:
                self._interruptions.append(interrupt)
        if self._set:
            interrupt()
        try:
            yield
        finally:
            with self._lock:
                if interrupt in self._interruptions:
                    self._interruptions.remove(interrupt)
