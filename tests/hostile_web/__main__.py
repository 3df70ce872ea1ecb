"""Runs the hostile web and batches over it inside a namespace of its own: `python -m tests.hostile_web RESULT [ROOM]`.

RESULT is a JSON file; `Refused` is told in it too.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.hostile import Authority
from tests.hostile_web import namespace, world
from tests.hostile_web.markup import SMALL

GOOD = 40


def main(result: Path, room: int) -> None:
    for name in [name for name in os.environ if name.startswith("LOTE_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="lote-hostile-") as directory:
        folder = Path(directory)
        try:
            namespace.enter(world.resolv_conf(folder))
        except namespace.Refused as refusal:
            result.write_text(json.dumps({"refused": str(refusal)}))
            return
        cases, good = world.all_cases(room), world.good_hosts(GOOD)
        authority = Authority(folder)
        world.start(cases, good, authority)
        from tests.hostile_web.batch import run  # the app comes when the world is there: it starts threads

        result.write_text(json.dumps(run(cases, good, authority, folder)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else SMALL)
