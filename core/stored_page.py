"""A page as it is stored: its bytes as fetched, packed by zlib, named by their SHA-256."""

import builtins
import hashlib
import zlib
from dataclasses import dataclass, field

from core.job_config import MIB

LARGEST_BYTES = 16 * MIB
"""A page that takes more when packed is not stored."""
LEVEL = 4
"""6 takes twice as long for a twentieth less."""


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A page to be stored; `bytes` is its size unpacked, `body` None for one that is there already or is too large."""

    sha256: str
    bytes: int
    body: builtins.bytes | None = field(repr=False)


def pack(page: bytes) -> PackedPage:
    """The page as it is stored."""
    packed = zlib.compress(page, LEVEL)
    name = hashlib.sha256(page).hexdigest()
    return PackedPage(name, len(page), packed if len(packed) <= LARGEST_BYTES else None)


def unpack(body: bytes) -> bytes:
    """The page as it was fetched."""
    return zlib.decompress(body)
