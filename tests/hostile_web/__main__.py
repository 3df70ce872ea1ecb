"""Runs the hostile web inside a namespace of its own: `python -m tests.hostile_web RESULT [--whole | --each]`.

Visits it in batches, with pages as large as they may be (`--whole`), or host by host (`--each`, a line each meanwhile).
RESULT is a JSON file; that there is no namespace is told in it too.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.hostile_web import name_server, namespace


def main(result: Path, options: list[str]) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each host has its sockets here, beside those of Lote
    for name in [name for name in os.environ if name.startswith("LOTE_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="lote-hostile-") as directory:
        folder = Path(directory)
        try:
            namespace.enter(name_server.resolv_conf(folder))
        except namespace.Refused as refusal:
            told: object = {"refused": str(refusal)}
        else:
            told = _visited(folder, options)
        result.write_text(json.dumps(told))


def _visited(folder: Path, options: list[str]) -> object:
    from tests.hostile_web import rounds  # only here: libraries that start threads, with which nobody gets a namespace

    return list(map(_shown, rounds.each(folder))) if "--each" in options else rounds.batch(folder, "--whole" in options)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """The row, once it is on the screen."""
    kind = row["kind"] if row["kind"] == row["expected"] else f"{row['kind']} instead of {row['expected']}"
    figures = "{seconds:8.2f} s {processor:8.2f} s of processor {mib:7.1f} MiB {worker_mib:7.1f} MiB in the worker"
    sys.stdout.write(f"{row['case']:36}{kind:16}{figures.format(**row)}\n")
    sys.stdout.flush()
    return row


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
