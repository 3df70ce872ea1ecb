"""A workbook is a zip file: what it really unpacks to is measured before it is read, in bounded memory."""

import io
import zipfile
import zlib

from core.errors import InvalidInput
from core.i18n import N_
from core.tables.reach import reach
from core.tables.table import CELL_LIMIT, UNPACKED_LIMIT_BYTES

_MEMBER_LIMIT = 5000
_HEADER = 30  # bytes of a local file header before its name (APPNOTE 4.3.7)
_ENCRYPTED = 0x1


def check_workbook(data: bytes, filename: str) -> None:
    """Raise `InvalidInput` if `data` is no sound zip file, unpacks to more than the limit, or has cells so far out that
    the reader, which makes a full rectangle of a sheet, would run out of memory and take the process along."""
    left = UNPACKED_LIMIT_BYTES
    for member in _members(data, filename):
        content = _unpacked(data, member, left, filename)
        left -= len(content)
        cells = reach(content)
        if cells is None:
            raise broken(filename)
        if cells[0] * cells[1] > CELL_LIMIT:
            raise _too_wide(filename)


def _members(data: bytes, filename: str) -> list[zipfile.ZipInfo]:
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise broken(filename) from error
    if len(members) > _MEMBER_LIMIT or sum(member.file_size for member in members) > UNPACKED_LIMIT_BYTES:
        raise _too_large(filename)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise protected(filename)
    return members


def _unpacked(data: bytes, member: zipfile.ZipInfo, limit: int, filename: str) -> bytes:
    """The content, as long as it really is: the sizes in the headers are claims. Raises above `limit` bytes."""
    at = member.header_offset
    begin = at + _HEADER + int.from_bytes(data[at + 26 : at + 28], "little")
    begin += int.from_bytes(data[at + 28 : at + 30], "little")
    packed = data[begin : begin + member.compress_size]
    if member.compress_type == zipfile.ZIP_DEFLATED:
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit + 1)
        except zlib.error as error:
            raise broken(filename) from error
    elif member.compress_type == zipfile.ZIP_STORED:
        content = packed
    else:
        raise broken(filename)
    if len(content) > limit:
        raise _too_large(filename)
    return content


def broken(filename: str) -> InvalidInput:
    """The error for a workbook that cannot be opened."""
    return InvalidInput(
        N_("“{file}” is not a readable Excel workbook. Open it in Excel and save it again as .xlsx, or as .csv."),
        file=filename,
    )


def protected(filename: str) -> InvalidInput:
    """The error for a workbook with a password."""
    return InvalidInput(
        N_("“{file}” is protected by a password. Save it without one, or export the list as .csv."), file=filename
    )


def _too_large(filename: str) -> InvalidInput:
    return InvalidInput(
        N_("“{file}” unpacks to more than {limit} MiB. Export the sheet with the list as .csv."),
        file=filename,
        limit=UNPACKED_LIMIT_BYTES // 1024 // 1024,
    )


def _too_wide(filename: str) -> InvalidInput:
    return InvalidInput(
        N_("“{file}” has cells so far apart that it spans more than {limit} cells. Export the list as .csv."),
        file=filename,
        limit=f"{CELL_LIMIT:,}",
    )
