"""Work in a child of this process, which the kernel ends when a piece of it takes too long: C code can be stopped by
nothing else, and one CSS selector (`p ~ p`) over 20,000 paragraphs takes minutes.

For processes with one thread, such as the workers of the extraction: the child is a copy of just that one.
"""

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, NoReturn

LAST_DESCRIPTOR = 1 << 16
TIMES_UP = frozenset({signal.SIGPROF, signal.SIGXCPU})

Work = Callable[[], Any]


def each(works: Sequence[Work], cpu_seconds: float) -> list[Any]:
    """The result of each work, which has to be picklable; each has `cpu_seconds` of processor time to itself.

    In the place of a result stands `TimeoutError` for one that took longer, and `ChildProcessError` for one that
    raised or that its process did not live through; the others lose nothing.
    """
    results: list[Any] = []
    while len(results) < len(works):
        results += _in_child(works[len(results) :], cpu_seconds)
    return results


def at_once(works: Sequence[Work]) -> list[Any]:
    """The same in this process, without a limit."""
    return [_result(work) for work in works]


def _in_child(works: Sequence[Work], cpu_seconds: float) -> list[Any]:
    """The results up to the end of the works or of the child; then the last one says how it ended."""
    ours, theirs = os.pipe()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(ours)
        os.close(theirs)
        return [ChildProcessError(repr(error))]
    if pid == 0:
        _live(works, theirs, cpu_seconds)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        results = list(_received(pipe))
    _pid, status = os.waitpid(pid, 0)
    return results if len(results) == len(works) else [*results, _why(status)]


def _received(pipe: IO[bytes]) -> Iterator[Any]:
    while True:
        try:
            yield pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError):  # it ended, between two results or in the middle of one
            return


def _why(status: int) -> OSError:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in TIMES_UP:
        return TimeoutError()
    return ChildProcessError(f"the process ended with status {status}")


def _live(works: Sequence[Work], pipe: int, cpu_seconds: float) -> NoReturn:
    """The life of the child. It keeps no other descriptor: whoever waits for the end of its parent sees that."""
    try:
        os.closerange(3, pipe)
        os.closerange(pipe + 1, LAST_DESCRIPTOR)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        for work in works:
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            result = _result(work)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _send(pipe, pickle.dumps(result))
    finally:
        os._exit(0)


def _result(work: Work) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001  # the edge of one work; the others go on
        return ChildProcessError(repr(error))


def _send(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]
