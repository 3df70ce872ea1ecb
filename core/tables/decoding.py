"""Bytes of a text file → text: by byte order mark, as UTF-8 or UTF-16, else by what the letters make likely."""

import codecs
import re

from charset_normalizer import from_bytes

from core.errors import InvalidInput
from core.i18n import N_

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"utf-8-sig": "utf-8"}
_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_FOREIGN = re.compile(r"[^\x00-\x7f]{3}|[ƒˆ˜†‡‰¤¥¦¨¬¯±²³µ¶¸¹¼½¾×÷þÞðÐ]")
_SAMPLE_BYTES = 64 * 1024
_SPOKEN = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"]
_SPOKEN += ["cp932", "euc_jp", "cp949", "gb18030", "big5"]


def decode(data: bytes, filename: str) -> tuple[str, str]:
    """The text without byte order mark, and the name of its encoding. Raises `InvalidInput` for what is no text."""
    if data.startswith(_SIGNATURES):
        raise _binary(filename)
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text.rstrip("\x1a")):
            raise _binary(filename)
        return text.removeprefix("\ufeff"), _NAMES.get(encoding, encoding)
    raise InvalidInput(N_("The encoding of “{file}” cannot be recognised. Save it again as UTF-8 text."), file=filename)


def _candidates(data: bytes) -> list[str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return [encoding]
    if wide := _unmarked_utf16(data):
        return [wide]
    return ["utf-8", *_single_byte(data)] if not _is_utf8(data) else ["utf-8"]


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows in its zeros: nearly every second byte of Latin text is one."""
    sample = data[:4096]
    pairs = len(sample) // 2
    if not pairs or len(data) % 2:
        return None
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if low > 0.4 * pairs and not high:
        return "utf-16-le"
    return "utf-16-be" if high > 0.4 * pairs and not low else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(data: bytes) -> list[str]:
    """Western text first if it looks like some: a detector takes short Spanish lists for Central European ones."""
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_SAMPLE_BYTES]
    is_western = not _FOREIGN.search(telling.decode("cp1252", errors="replace").replace("\ufffd", "¤"))
    found = None if is_western else from_bytes(telling, cp_isolation=_SPOKEN).best()
    return [found.encoding, "cp1252"] if found else ["cp1252"]


def _binary(filename: str) -> InvalidInput:
    return InvalidInput(
        N_("“{file}” is not a text file, whatever its name says. Export the list as .csv, .txt or .xlsx."),
        file=filename,
    )
