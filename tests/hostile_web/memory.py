"""What processes take of memory, in MiB, as Linux counts it (proc(5))."""

import os
from pathlib import Path


def forget_peak(pid: int | None = None) -> None:
    """Let the peak of a process, this one without a number, begin anew."""
    _of(pid, "clear_refs").write_text("5")


def peak(pid: int | None = None) -> float:
    """The most since then; 0 of a process that was ended."""
    return _field("VmHWM", pid)


def present() -> float:
    """What this process takes now."""
    return _field("VmRSS", None)


def _field(name: str, pid: int | None) -> float:
    try:
        lines = _of(pid, "status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def _of(pid: int | None, file: str) -> Path:
    return Path(f"/proc/{pid or os.getpid()}/{file}")
