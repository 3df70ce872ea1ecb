"""What a hostile web costs: `python -m tests.benchmarks.hostile [batch | each]`; needs Linux and network namespaces.

`each` visits every host alone and prints a line for it; `batch` visits all of them at once, with good ones among them.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.hostile_web.case import COMPLETED, TIMEOUT_SECONDS
from tests.hostile_web.markup import WHOLE
from tests.hostile_web.world import all_cases


def main(what: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        if "each" in what or not what:
            _tell_each(_run(Path(directory) / "each.json", "--each"))
        if "batch" in what or not what:
            _tell_batch(_run(Path(directory) / "batch.json", "--whole"))


def _run(result: Path, option: str) -> Any:
    quiet = subprocess.DEVNULL if option == "--whole" else None
    subprocess.run([sys.executable, "-m", "tests.hostile_web", str(result), option], check=True, stderr=quiet)
    told = json.loads(result.read_text())
    if "refused" in told:
        sys.exit(told["refused"])
    return told


def _tell_each(rows: list[dict[str, Any]]) -> None:
    wrong = [row["case"] for row in rows if row["kind"] != row["expected"]]
    print(f"\n{len(rows)} hosts, each alone; not as expected: {_listed(wrong)}")
    for what in ("seconds", "processor", "mib", "worker_mib"):
        worst = max(rows, key=lambda row: row[what])
        print(f"most {what}: {worst[what]:.1f} ({worst['case']})")


def _tell_batch(told: dict[str, Any]) -> None:
    cases, steps, alone = all_cases(WHOLE), told["beside"], told["alone"]
    wrong = [case.name for case in cases if steps[case.host]["kind"] != case.kind]
    print(f"\n{len(cases)} hostile hosts and {len(alone)} good ones in one job; not as expected: {_listed(wrong)}")
    print(f"connections to addresses that are no site's: {len(told['canary_hits'])}")
    done = {host: steps[host] for host in alone if steps[host]["kind"] == COMPLETED}
    for name, some in (("alone", alone), ("beside the hostile ones", done)):
        took = median(step["ended"] - step["began"] for step in some.values())
        last = max(step["ended"] for step in some.values())
        print(f"good hosts {name}: {len(some)} completed, the last after {last:.2f} s, each {took:.2f} s (median)")
    end = max(step["ended"] for step in steps.values())
    print(f"time limit of a visit: {TIMEOUT_SECONDS:g} s; all ended after {end:.1f} s")
    print(f"the app grew by {told['grown_mib']:.0f} MiB, the largest worker has {told['worker_mib']:.0f} MiB")


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


if __name__ == "__main__":
    main(sys.argv[1:])
