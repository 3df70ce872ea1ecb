"""One worker process and the pipe to it: whoever has a page talks to the process, no thread and no lock in between."""

import multiprocessing
import os
import pickle
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection

from core import extract_worker
from core.extract_worker import Task

LOST_STATUS = 255  # multiprocessing's exit code of a process that nobody can ask for: the fork server is gone
ENDING_SECONDS = 5.0


class Died(Exception):
    """The process ended while it held a page."""


class Gone(Exception):
    """The process had ended before it was given a page."""


class Worker:
    """A process that reads one page at a time. One thread at a time uses it; `lives` and `kill` are for any thread."""

    def __init__(self, memory_limit_bytes: int, limit_seconds: float) -> None:
        """Start it. `limit_seconds` is the longest that it may be silent while it has a page.

        Raises OSError or EOFError when the system gives no process.
        """
        context = multiprocessing.get_context("forkserver")
        self._pipe, theirs = context.Pipe()
        _limit(self._pipe, limit_seconds)
        self._process = context.Process(
            target=extract_worker.serve, args=(theirs, memory_limit_bytes), name="extraction", daemon=True
        )
        with theirs:
            self._process.start()
        self._lock = threading.Lock()
        self._page: object = None
        self._has_ended = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return int(self._process.pid or 0)

    def wait_until_ready(self, seconds: float) -> None:
        """Raises TimeoutError, or EOFError when it ended instead."""
        if not self._pipe.poll(seconds):
            raise TimeoutError(f"Not ready after {seconds:g} s")
        self._pipe.recv_bytes()

    def is_usable(self) -> bool:
        """Whether it waits for a page: it lives, and so does the fork server, which alone can tell how it ends."""
        return not connection.wait([self._pipe, self._process.sentinel], 0)

    def lives(self) -> bool:
        """Whether there is a process."""
        return not connection.wait([self._process.sentinel], 0)

    @contextmanager
    def holding(self, page: object) -> Iterator[None]:
        """It has this page for the length of the block, under way or not: `page` names it for `kill`."""
        with self._lock:
            self._page = page
        try:
            yield
        finally:
            with self._lock:
                self._page = None

    def run(self, task: Task) -> bytes:
        """The pickled answer to a task. Raises `Gone`, `Died`, or TimeoutError when it was silent for too long."""
        try:
            self._send(task)
            return self._receive()
        except BlockingIOError as error:
            raise TimeoutError from error

    def _send(self, task: Task) -> None:
        """Until the process says that it has the task: a killed one may still look alive."""
        try:
            if self._pipe.poll(0):
                raise EOFError  # it says nothing unasked
            self._pipe.send_bytes(pickle.dumps(task, pickle.HIGHEST_PROTOCOL))
            self._pipe.recv_bytes()
        except (ConnectionError, EOFError) as error:
            self._has_ended = True
            raise Gone from error

    def _receive(self) -> bytes:
        try:
            return self._pipe.recv_bytes()
        except (ConnectionError, EOFError) as error:
            self._has_ended = True
            raise Died from error

    def kill(self, page: object = None) -> None:
        """End it at once; with `page` only while it has that one."""
        with self._lock:
            if page is not None and self._page is not page:
                return
            if self._process.is_alive():
                self._process.kill()
            elif self._process.exitcode == LOST_STATUS and not self._has_ended:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)

    def exit_status(self) -> int | None:
        """How it ended, as multiprocessing tells it; waits for that."""
        self._process.join(ENDING_SECONDS)
        return self._process.exitcode


def _limit(pipe: "connection.Connection[bytes, bytes]", seconds: float) -> None:
    """Nobody waits longer for a byte to go or to come: a process that is stopped keeps its pipe open."""
    with socket.socket(fileno=os.dup(pipe.fileno())) as end:
        timeval = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
