"""Who holds claims: a random id for each start of an engine, and a locked file that the kernel frees when it dies."""

import fcntl
import os
import uuid
from pathlib import Path


class Owner:
    """One start of an engine; its lock lives as long as the process, or until `release()`."""

    def __init__(self, data_dir: Path) -> None:
        """Make and lock `data_dir/engines/<id>.lock`."""
        self.id = uuid.uuid4().hex
        directory = _directory(data_dir)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path, unlocked = directory / f"{self.id}.lock", directory / f"{self.id}.new"
        self._descriptor = os.open(unlocked, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        unlocked.rename(self._path)  # nobody ever sees it unlocked

    def release(self, *, holds_claims: bool = False) -> None:
        """Give the lock up. Where claims are left, the file stays: the next engine sees at once that they are free."""
        if not holds_claims:
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def gone(data_dir: Path) -> list[str]:
    """Owners on this data directory whose process has died; `forget` them when nothing of theirs is left."""
    return [path.stem for path in _locks(data_dir) if not _is_locked(path)]


def forget(data_dir: Path, owners: list[str]) -> None:
    """Remove the lock files of owners that are gone."""
    for owner in owners:
        (_directory(data_dir) / f"{owner}.lock").unlink(missing_ok=True)


def _directory(data_dir: Path) -> Path:
    return data_dir / "engines"


def _locks(data_dir: Path) -> list[Path]:
    return sorted(_directory(data_dir).glob("*.lock"))


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: probes do not see each other
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
