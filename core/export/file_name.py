"""The name of an exported file: job, id, rows, date and whether it is partial."""

import re
import unicodedata

from core.export.content import Content

NAME_BYTES = 150
"""File systems end at 255 bytes; browsers add " (1)"."""
UNSAFE = re.compile(r'[\\/:*?"<>|%\s\ufffd]+')
"""What Windows, shells or a header would take for something else."""


def file_name(content: Content, ending: str) -> str:
    """`Cartera-Q4-128-2026-01-31-partial.xlsx`; letters of any script stay."""
    parts = [_safe(content.job.name), str(content.job.id)]
    if content.rows_of != "lines":
        parts.append(content.rows_of)
    parts.append(content.made_at.date().isoformat())
    if content.partial:
        parts.append("partial")
    return "-".join(part for part in parts if part) + f".{ending}"


def _safe(name: str) -> str:
    visible = "".join(
        " " if unicodedata.category(character)[0] in "CZ" else character
        for character in unicodedata.normalize("NFC", name)
    )
    short = UNSAFE.sub("-", visible).encode("utf-8", "ignore")[:NAME_BYTES].decode("utf-8", "ignore")
    return short.strip("-._ ~")
