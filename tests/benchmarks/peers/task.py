"""What every part of a run is given and gives: the same addresses, the same pages, one line of figures."""

import gzip
import json
import os
import socket
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.site import bulk_hosts

ROOT = Path(__file__).resolve().parents[3]
OWN_PAGES = (ROOT / "tests" / "pages_html", ROOT / "core" / "demo" / "pages")
SLOW, IMMEDIATE = "bulk.test", "extra.test"
"""Names below the first answer after the latency, those below the second at once; both with the same pages."""


@dataclass(frozen=True)
class Task:
    """One run. `path` decides whether the pages are read as home pages (`/`) or as articles."""

    hosts: int
    path: str
    concurrency: int
    processes: int
    pages: str = ""
    port: int = 0
    refusing_port: int = 0

    @classmethod
    def given(cls) -> "Task":
        """The task of this process: the JSON in its last argument."""
        return cls(**json.loads(sys.argv[-1]))

    def as_argument(self) -> str:
        return json.dumps(asdict(self))

    def names(self, domain: str = SLOW) -> list[str]:
        return [name.replace(SLOW, domain) for name in bulk_hosts(self.hosts)]

    def targets(self, domain: str = SLOW) -> list[str]:
        """As Lote takes them."""
        return [f"{name}{self.path}" for name in self.names(domain)]

    def urls(self) -> list[str]:
        """As the peers take them."""
        return [f"http://{name}:{self.port}{self.path}" for name in self.names()]

    def bodies(self) -> list[bytes]:
        """The page of each host, in their order."""
        known = [gzip.decompress(packed) for packed in packed_pages(self.pages)]
        return [known[number % len(known)] for number in range(self.hosts)]


def packed_pages(folder: str) -> list[bytes]:
    """All pages of a folder, or the project's own, compressed with gzip, in the order of their names."""
    folders = [Path(folder)] if folder else OWN_PAGES
    files = sorted(file for each in folders for end in ("html", "html.gz") for file in each.rglob(f"*.{end}"))
    return [data if data[:2] == b"\x1f\x8b" else gzip.compress(data, 5) for data in (f.read_bytes() for f in files)]


def resolve_here() -> None:
    """From now on the names below `test` are this machine, as DNS_OVERRIDES says it to Lote."""
    of_system = socket.getaddrinfo

    def here(host: Any, *others: Any, **more: Any) -> Any:
        return of_system("127.0.0.1" if str(host).endswith(".test") else host, *others, **more)

    socket.getaddrinfo = here


class Meter:
    """Duration and processor time of what happens between its construction and `figures`: own and of descendants."""

    def __init__(self) -> None:
        self._cpu = self._spent()
        self._began = time.monotonic()

    def figures(self, pages: int) -> dict[str, float]:
        """`seconds`, `pages`, `own_cpu` (this process), `other_cpu` (what it started and still lives), in seconds."""
        seconds, spent = time.monotonic() - self._began, self._spent()
        changed = {pid: cpu - self._cpu.get(pid, 0.0) for pid, cpu in spent.items()}
        own = changed.pop(os.getpid())
        return {"seconds": seconds, "pages": pages, "own_cpu": own, "other_cpu": sum(changed.values())}

    @staticmethod
    def _spent() -> dict[int, float]:
        here = psutil.Process()
        spent = {}
        for process in [here, *here.children(recursive=True)]:
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            spent[process.pid] = times.user + times.system
        return spent


def tell(figures: dict[str, Any]) -> None:
    """The last line of a part's output."""
    sys.stdout.write("\n" + json.dumps(figures) + "\n")
    sys.stdout.flush()
