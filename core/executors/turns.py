"""In which order pages come to the worker processes when there are more pages than processes."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from core.executors.worker import Worker

REMEMBERED_TURNS = 1000


@dataclass(eq=False, slots=True)
class Waiter:
    """A page that waits for a place; `changed` is called when it should look."""

    changed: threading.Condition
    place: Worker | None = None


class Turns:
    """Who waits for a place, by job: first the job that has the fewest places now, then the one served longest ago.

    Counting places and not pages keeps the slow pages of one job from all places. The caller holds the lock.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Waiter]] = {}
        self._places: Counter[int] = Counter()
        self._served: dict[int, int] = {}  # turn → number of its last service, the oldest first
        self._numbers = count()

    def __iter__(self) -> Iterator[Waiter]:
        return (waiter for waiters in self._waiting.values() for waiter in waiters)

    def lengths(self) -> dict[int, int]:
        """How many wait, by turn; none that has nobody waiting."""
        return {turn: len(waiters) for turn, waiters in self._waiting.items()}

    def add(self, turn: int, waiter: Waiter) -> None:
        """Last in its turn."""
        self._waiting.setdefault(turn, deque()).append(waiter)

    def withdraw(self, turn: int, waiter: Waiter) -> None:
        """It waits no more."""
        waiters = self._waiting[turn]
        waiters.remove(waiter)
        if not waiters:
            del self._waiting[turn]

    def serve(self, place: Worker) -> None:
        """Give the place to the next; somebody must be waiting."""
        turn = min(self._waiting, key=lambda turn: (self._places[turn], self._served.get(turn, -1)))
        waiter = self._waiting[turn][0]
        self.withdraw(turn, waiter)
        self._places[turn] += 1
        self._served.pop(turn, None)
        self._served[turn] = next(self._numbers)
        if len(self._served) > REMEMBERED_TURNS:
            del self._served[next(iter(self._served))]  # the oldest goes first, known or not
        waiter.place = place
        waiter.changed.notify()

    def leave(self, turn: int) -> None:
        """One who was served has ended."""
        self._places[turn] -= 1
        if not self._places[turn]:
            del self._places[turn]
