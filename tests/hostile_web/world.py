"""The whole of a hostile web: its sites, its good neighbours and its name server, in processes of their own."""

import multiprocessing
import os
import ssl
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack

from tests.hostile import OK, Authority, Behaviour, Peer, black_hole, by_path
from tests.hostile_web import charsets, drips, files, floods, framing, markup, name_server, tls, traps
from tests.hostile_web.case import NO_ROBOTS, Case
from tests.hostile_web.name_server import Says

GOOD_ADDRESS = "93.183.0.1"
PARAGRAPH = "River and garden, council and bread: {host} has words of its own to say. "
ZONE = {"inward.test": ["10.0.0.5"], "metadata.google.internal": ["169.254.169.254"]}

_fork = multiprocessing.get_context("fork")


def all_cases(room: int) -> list[Case]:
    """Every case, those that take their time first; `room` is what pages are filled with."""
    cases = [
        *(case for each in (drips, floods, traps, framing, tls, charsets, files) for case in each.CASES),
        *markup.cases(room),
    ]
    assert len({case.name for case in cases}) == len(cases)
    return cases


def good_hosts(count: int) -> list[str]:
    """Hosts that mean no harm."""
    return [f"good{number:02}.test" for number in range(1, count + 1)]


def addresses(cases: Sequence[Case]) -> dict[str, str]:
    """Host → its own public address."""
    return {case.host: f"93.184.{1 + n // 250}.{1 + n % 250}" for n, case in enumerate(cases)}


def start(cases: Sequence[Case], good: Collection[str], authority: Authority) -> None:
    """Both processes; they end with this one. To be called inside the namespace, while the process has one thread."""
    for serve in (lambda: _serve_hostile(cases, authority), lambda: _serve_good(cases, good, authority)):
        theirs, ours = _fork.Pipe()
        process = _fork.Process(target=_child, args=(serve, theirs), daemon=True)
        process.start()
        assert ours.poll(60) and ours.recv() == "ready", f"the web did not start: {process.exitcode}"


def _child(serve: Callable[[], object], pipe: "multiprocessing.connection.Connection") -> None:
    held = serve()
    pipe.send("ready")
    multiprocessing.parent_process().join()  # type: ignore[union-attr]
    del held
    os._exit(0)  # hundreds of threads need not be waited for


def _serve_hostile(cases: Sequence[Case], authority: Authority) -> object:
    made, own = tls.contexts(authority), addresses(cases)
    held = ExitStack()
    for case in cases:
        address = own[case.host]
        if case.swallows:
            for port in (80, 443):
                held.enter_context(black_hole(address, port))
        if case.http:
            Peer(case.http, address=address, port=80)
        if case.raw or case.https:
            context = made[case.certificate](case.host) if case.https else None
            Peer(case.raw or case.https, address=address, port=443, tls=context)
    return held


def _serve_good(cases: Sequence[Case], good: Collection[str], authority: Authority) -> object:
    name_server.serve({**_zone(cases), **dict.fromkeys(good, lambda _nth: [GOOD_ADDRESS])})
    Peer(_good, address=GOOD_ADDRESS, port=80)
    return Peer(_good, address=GOOD_ADDRESS, port=443, tls=authority.server("*.test"))


def _zone(cases: Sequence[Case]) -> dict[str, Says]:
    own = addresses(cases)
    zone: dict[str, Says] = {name: _fixed(found) for name, found in ZONE.items()}
    for case in cases:
        zone[case.host] = _lying(case, own[case.host]) if case.names else _fixed([own[case.host]])
    return zone


def _fixed(found: list[str]) -> Says:
    return lambda _nth: found


def _lying(case: Case, own: str) -> Says:
    assert case.names is not None
    names = case.names
    return lambda nth: names(own, nth)


def _good(peer: Peer, connection: ssl.SSLSocket, head: bytes) -> None:
    host = head.split(b"Host: ")[1].split(b"\r\n")[0].decode()
    text = PARAGRAPH.format(host=host) * 20
    body = f"<!doctype html><html lang=en><title>Home of {host}</title><h1>{host}</h1><p>{text}</p>".encode()
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(body) + body
    answer: Behaviour = by_path({b"/": whole, b"/robots.txt": NO_ROBOTS})
    answer(peer, connection, head)
