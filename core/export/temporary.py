"""A file that must be complete before it can be sent: written in a temporary folder, streamed, and gone afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

PIECE_BYTES = 256 * 1024


def streamed(write: Callable[[Path], Iterator[None]], ending: str) -> Iterator[bytes]:
    """The bytes of the file that `write` makes at the path.

    `write` yields between chunks; each gives an empty piece, so that a reader who went away is noticed before the file
    is complete. The folder goes in any case: at the end, on an error, and when the iterator is closed or dropped.
    """
    with TemporaryDirectory(prefix="lote-export-") as folder:
        path = Path(folder) / f"export.{ending}"
        for _chunk in write(path):
            yield b""
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
