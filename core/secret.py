"""The secret of an API token: how one is made, and how one that was cut or mistyped is told from a whole one."""

import hashlib
import secrets
import string
import zlib

from core.errors import Unidentified
from core.i18n import N_

PREFIX = "lote_"
"""So that people and programs that look for leaked secrets know what it is."""
ALPHABET = string.digits + string.ascii_letters
RANDOM_CHARACTERS = 43
"""256 bits (62^43 is more than 2^256)."""
CHECK_CHARACTERS = 6
"""CRC-32 of all that stands before, as in GitHub's tokens: it tells a cut one without a look into the database."""
LENGTH = len(PREFIX) + RANDOM_CHARACTERS + CHECK_CHARACTERS
HINT_CHARACTERS = len(PREFIX) + 4

FOREIGN = N_("This is no token of Lote: those begin with {prefix}.")
CUT = N_(
    "The token is not whole: it has {n} characters instead of {length}. Copy it again from its beginning to its end."
)
MISTYPED = N_("The token is mistyped: its last characters do not belong to the others. Copy it again.")


def new() -> str:
    """A new secret, known to nobody."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _character in range(RANDOM_CHARACTERS))
    return body + _check(body)


def checked(secret: str) -> str:
    """The secret, if it is one of ours and whole; raises `Unidentified` that says what is wrong with it."""
    if not secret.startswith(PREFIX):
        raise Unidentified(FOREIGN, prefix=PREFIX)
    if len(secret) != LENGTH:
        raise Unidentified(CUT, n=len(secret), length=LENGTH)
    if not secret.isascii() or secret[-CHECK_CHARACTERS:] != _check(secret[:-CHECK_CHARACTERS]):
        raise Unidentified(MISTYPED)
    return secret


def hashed(secret: str) -> str:
    """SHA-256 in hexadecimal: what is stored. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hint(secret: str) -> str:
    """Its beginning, by which people tell theirs apart; it says nothing about the rest."""
    return secret[:HINT_CHARACTERS] + "…"


def _check(body: str) -> str:
    number, characters = zlib.crc32(body.encode()), ""
    for _place in range(CHECK_CHARACTERS):
        number, digit = divmod(number, len(ALPHABET))
        characters = ALPHABET[digit] + characters
    return characters
