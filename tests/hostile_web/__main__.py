"""Runs the hostile web inside a namespace of its own: `python -m tests.hostile_web RESULT [--whole | --each]`.

Visits it in batches, with pages as large as they may be (`--whole`), or host by host (`--each`, a line each meanwhile).
RESULT is a JSON file; that there is no namespace is told in it too.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.hostile import Authority
from tests.hostile_web import namespace, world
from tests.hostile_web.markup import SMALL, WHOLE

GOOD = 40


def main(result: Path, options: list[str]) -> None:
    for name in [name for name in os.environ if name.startswith("LOTE_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="lote-hostile-") as directory:
        folder = Path(directory)
        try:
            namespace.enter(world.resolv_conf(folder))
        except namespace.Refused as refusal:
            result.write_text(json.dumps({"refused": str(refusal)}))
            return
        cases, good = world.all_cases(WHOLE if options else SMALL), world.good_hosts(GOOD)
        authority = Authority(folder)
        world.start(cases, good, authority)
        from tests.hostile_web import batch, one_by_one  # the app comes when the world is there: it starts threads

        if "--each" in options:
            told: object = list(map(_shown, one_by_one.visits(cases, authority)))
        else:
            told = batch.run(cases, good, authority, folder)
        result.write_text(json.dumps(told))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """The row, once it is on the screen."""
    kind = row["kind"] if row["kind"] == row["expected"] else f"{row['kind']} instead of {row['expected']}"
    figures = "{seconds:8.2f} s {processor:8.2f} s of processor {mib:7.1f} MiB {worker_mib:7.1f} MiB in the worker"
    sys.stdout.write(f"{row['case']:36}{kind:16}{figures.format(**row)}\n")
    sys.stdout.flush()
    return row


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
