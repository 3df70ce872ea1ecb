"""A workbook is a zip file: what it really unpacks to is measured before it is read, in bounded memory."""

import io
import zipfile
import zlib
from contextlib import suppress
from xml.parsers.expat import ExpatError, ParserCreate

from core.errors import InvalidInput
from core.i18n import N_, Count
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


def sheet_part(data: bytes, place: int, filename: str) -> bytes:
    """The XML of the sheet at `place` (from 0, in the order of the workbook), found as calamine finds it. `data` has
    passed `check_workbook`. Raises `InvalidInput`."""
    members = {member.filename.replace("\\", "/").casefold(): member for member in _members(data, filename)}

    def part(name: str) -> bytes:
        if name.casefold() not in members:
            raise broken(filename)
        return _unpacked(data, members[name.casefold()], UNPACKED_LIMIT_BYTES, filename)

    sheets = _elements(part("xl/workbook.xml"), "sheet")
    relations = {found.get("Id"): found for found in _elements(part("xl/_rels/workbook.xml.rels"), "Relationship")}
    attributes = sheets[place] if place < len(sheets) else {}
    identity = next((value for name, value in attributes.items() if name.endswith(":id")), "")
    target = relations.get(identity, {}).get("Target", "")
    return part(target.removeprefix("/") if target.startswith(("/xl/", "xl/")) else f"xl/{target}")


def _elements(xml: bytes, kind: str) -> list[dict[str, str]]:
    """The attributes of every element of that local name, as far as the XML is well-formed."""
    found: list[dict[str, str]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == kind:
            found.append(attributes)

    parser = ParserCreate()
    parser.StartElementHandler = begin
    with suppress(ExpatError):
        parser.Parse(xml, True)
    return found


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
        limit=Count(CELL_LIMIT),
    )
