"""Trafilatura's own command line over a list of addresses, with its own extraction and metadata."""

import contextlib
import io
import sys
import tempfile
from pathlib import Path

from trafilatura import cli
from trafilatura.settings import use_config

from core import extract_preload  # noqa: F401  # the import warms
from tests.benchmarks.peers.task import Meter, Task, resolve_here, tell


def main() -> None:
    """`trafilatura -i LIST --parallel N --json --with-metadata`."""
    task = Task.given()
    resolve_here()
    with tempfile.TemporaryDirectory() as directory:
        listed = Path(directory) / "list.txt"
        listed.write_text("\n".join(task.urls()), "utf-8")
        options = ["--parallel", str(task.concurrency), "--json", "--with-metadata"]
        sys.argv[1:] = ["-i", str(listed), "--config-file", str(_for_this_machine(directory)), *options]
        printed, meter = io.StringIO(), Meter()
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.suppress(SystemExit),
        ):
            cli.main()
        figures = meter.figures(task.hosts)
    found = sum(line.startswith("{") for line in printed.getvalue().splitlines())
    assert found > 0.9 * task.hosts, f"{found} results"  # it leaves pages out that have too little text for it
    tell(figures)


def _for_this_machine(directory: str) -> Path:
    """Its own settings, but it may visit this machine, and no host waits for itself."""
    config, file = use_config(), Path(directory) / "settings.cfg"
    config["DEFAULT"].update({"SSRF_PROTECTION": "off", "SLEEP_TIME": "0"})
    with file.open("w", encoding="utf-8") as written:
        config.write(written)
    return file


if __name__ == "__main__":
    main()
