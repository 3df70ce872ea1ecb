"""A name server for the hostile web: whole answers by name, some of them lies, some none at all."""

import ipaddress
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

ADDRESS = "127.0.0.53"
A, AAAA = 1, 28
SERVER_FAILURE, NO_SUCH_NAME = 2, 3

Says = Callable[[int], list[str]]
"""The how-manieth look-up of the name it is, from 0 → its addresses, of both families."""


class Silence(Exception):
    """Nobody answers."""


class ServerFailure(Exception):
    """The server says that it cannot tell."""


def serve(zone: Mapping[str, Says]) -> None:
    """Answer in a thread until the process ends; a name that is not in the zone does not exist."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((ADDRESS, 53))
    threading.Thread(target=_answer_all, args=(sock, zone), daemon=True).start()


def resolv_conf(folder: Path) -> Path:
    """A file that sends look-ups here (resolv.conf(5))."""
    file = folder / "resolv.conf"
    file.write_text(f"nameserver {ADDRESS}\nsearch .\n")
    return file


def _answer_all(sock: socket.socket, zone: Mapping[str, Says]) -> None:
    asked: Counter[tuple[str, int]] = Counter()
    while True:
        query, client = sock.recvfrom(4096)
        name, kind, end = _question(query)
        nth, asked[name, kind] = asked[name, kind], asked[name, kind] + 1
        try:
            found, code = (zone[name](nth), 0) if name in zone else ([], NO_SUCH_NAME)
        except Silence:
            continue
        except ServerFailure:
            found, code = [], SERVER_FAILURE
        records = [packed for each in found if (packed := _record(kind, each))]
        head = query[:2] + struct.pack(">HHHHH", 0x8580 | code, 1, len(records), 0, 0)
        sock.sendto(head + query[12:end] + b"".join(records), client)


def _question(query: bytes) -> tuple[str, int, int]:
    """Name in lower case, type, and where the question ends (RFC 1035, 4.1.2)."""
    labels, position = [], 12
    while length := query[position]:
        labels.append(query[position + 1 : position + 1 + length].decode("latin-1"))
        position += 1 + length
    return ".".join(labels).lower(), struct.unpack_from(">H", query, position + 1)[0], position + 5


def _record(kind: int, address: str) -> bytes:
    ip = ipaddress.ip_address(address)
    if kind != (A if ip.version == 4 else AAAA):
        return b""
    return struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(ip.packed)) + ip.packed
