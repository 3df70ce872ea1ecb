"""One hostile host: what it does, and what has to come of a step that visits it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from tests.hostile import HTML, OK, Behaviour, Peer, says

COMPLETED = "completed"
MAX_BYTES = 1024 * 1024
TIMEOUT_SECONDS = 6.0
"""Of the jobs that visit this web."""
NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
LOAF = OK + b"Content-Length: %d\r\n\r\n" % len(HTML) + HTML
"""A good page, at which some traps end when they do not catch."""


@dataclass(frozen=True, slots=True)
class Case:
    """A host `<name>.test`. A port without a behaviour takes connections and resets them."""

    name: str
    kind: str
    """`error_kind` of its step, or `COMPLETED`."""
    http: Behaviour | None = None
    https: Behaviour | None = None
    raw: Behaviour | None = None
    """On the port of https, with the ClientHello instead of a request."""
    certificate: str = "good"
    names: Callable[[str, int], list[str]] | None = None
    """Its own address, the how-manieth look-up → what the name server says instead of that address."""
    title: str | None = None
    """Of the report, where it is known."""
    says: str = ""
    """What its error has to tell, in part."""
    swallows: bool = False
    """Whether its ports take no connection and refuse none."""

    @property
    def host(self) -> str:
        return f"{self.name}.test"


def page_only(behave: Behaviour) -> Behaviour:
    """The behaviour for pages; there is no robots.txt."""

    def guarded(peer: Peer, connection: socket.socket, head: bytes) -> None:
        (says(NO_ROBOTS) if head.startswith(b"GET /robots.txt ") else behave)(peer, connection, head)

    return guarded


def first_then(first: Behaviour, then: bytes = LOAF) -> Behaviour:
    """The behaviour for `/`, and a whole answer for every other path but robots.txt."""

    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        (first if head.startswith(b"GET / ") else says(then))(peer, connection, head)

    return page_only(behave)


def in_robots(behave: Behaviour) -> Behaviour:
    """The behaviour for robots.txt; every page is a good one."""

    def only_there(peer: Peer, connection: socket.socket, head: bytes) -> None:
        (behave if head.startswith(b"GET /robots.txt ") else says(LOAF))(peer, connection, head)

    return only_there


def cases(kind: str, behaviours: dict[str, Behaviour]) -> list[Case]:
    """Cases of plain http whose pages behave so."""
    return [Case(name, kind, http=page_only(behave)) for name, behave in behaviours.items()]
