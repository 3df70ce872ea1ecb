"""How much room is left on the disks that Lote writes to; writing stops before the last of it is gone."""

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from core.job_config import MIB

LITTLE_BYTES = 64 * MIB
"""With less, nothing new is begun: what runs now still has to be written."""
ENOUGH_BYTES = 128 * MIB
"""With more, work goes on."""


def free_on(directory: Path) -> int:
    """Free bytes of the disk that the directory stands on, for others than root."""
    return shutil.disk_usage(directory).free


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of a disk, and those of them that are free for others than root."""

    total_bytes: int
    free_bytes: int


def room_on(directory: Path) -> Room:
    """The disk that the directory stands on."""
    usage = shutil.disk_usage(directory)
    return Room(usage.total, usage.free)


class Disk:
    """The fullest of the disks below some directories: full below `LITTLE_BYTES`, until above `ENOUGH_BYTES`."""

    def __init__(self, directories: Collection[Path], free: Callable[[Path], int] = free_on) -> None:
        """`free` gives the free bytes of a directory's disk. Nothing is looked at yet."""
        self.directories = tuple(directories)
        self._free = free
        self.free_bytes: int | None = None
        self.is_full = False

    def look(self) -> bool:
        """Whether it is full now. A disk that cannot be asked stays what it was."""
        try:
            self.free_bytes = min(self._free(directory) for directory in self.directories)
        except OSError:
            return self.is_full
        self.is_full = self.free_bytes < (ENOUGH_BYTES if self.is_full else LITTLE_BYTES)
        return self.is_full
