"""Backups: all rows in one compressed file, taken while Lote works; put back into either of the two databases."""

from core.backups.archive import Contents, look_into
from core.backups.restoration import Restored, restore
from core.backups.snapshot import backup

__all__ = ["Contents", "Restored", "backup", "look_into", "restore"]
