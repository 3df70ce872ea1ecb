"""Lote, its limit and its peers over the same pages, latency and lanes, in turn, as ratios.

    python -m tests.benchmarks.peers [--pages FOLDER] [--hosts 500] [--latency 0.1] [--path /news/a-page.html]

`--path /` has the pages read as home pages, which costs a third. `--only lote` leaves parts out, `--small` is a look
whether it works. Peers that are not installed are left out (tests/benchmarks/requirements.txt).
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from tests.benchmarks.peers.task import ROOT, Task

PARTS = {
    "limit": "limit",
    "lote": "Lote",
    "scrapy_pipeline": "Scrapy, extraction in a pipeline",
    "huey_processes": "Huey, worker processes",
    "threads": "threads, extraction in them",
    "trafilatura_cli": "trafilatura's command line",
}
NEEDS = {"scrapy_pipeline": "scrapy", "huey_processes": "huey"}
SMALL_HOSTS = 30
LONGEST_SECONDS = 600

Figures = dict[str, Any]


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", default="", help="folder of HTML files, packed or not; the project's own otherwise")
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--path", default="/news/a-page.html")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--processes", type=int, default=2, help="extraction processes of Lote and of the limit")
    parser.add_argument("--rounds", type=int, default=1, help="medians of so many rounds")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--small", action="store_true", help=f"{SMALL_HOSTS} hosts")
    given = parser.parse_args()
    task = Task(
        SMALL_HOSTS if given.small else given.hosts, given.path, given.concurrency, given.processes, given.pages
    )
    with web(task, given.latency) as served:
        rounds = [one_round(served, given.only) for _ in range(given.rounds)]
    report(rounds, given.only)


@contextmanager
def web(task: Task, latency_seconds: float) -> Iterator[Task]:
    """The task with the ports of a running web."""
    command = [sys.executable, "-m", "tests.benchmarks.peers.web", str(latency_seconds), task.pages]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and server.stdin is not None
    server.stdout.readline()
    try:
        yield replace(task, **json.loads(server.stdout.readline()))
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()


def one_round(task: Task, only: list[str]) -> dict[str, Figures]:
    """The figures of each part; the limit is measured before and after the others, and is the mean of both."""
    done = {}
    for part in only:
        if part in NEEDS and find_spec(NEEDS[part]) is None:
            print(f"{PARTS[part]}: not installed")
            continue
        done[part] = run(part, task)
    if "limit" in done and len(done) > 1:
        after = run("limit", task)
        done["limit"] = {key: (value + after[key]) / 2 for key, value in done["limit"].items()}
    return done


def run(part: str, task: Task) -> Figures:
    """One part in a process of its own; what it tells, or `error`."""
    command = [sys.executable, "-m", f"tests.benchmarks.peers.{part}", task.as_argument()]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {LONGEST_SECONDS} s"}
    lines = ended.stdout.strip().splitlines()
    if ended.returncode != 0 or not lines:
        said = ended.stderr.strip().splitlines()
        return {"error": f"ended with status {ended.returncode}: {said[-1] if said else ''}"}
    return dict(json.loads(lines[-1]))


def report(rounds: list[dict[str, Figures]], only: list[str]) -> None:
    """A line a part, and the figures of Lote's own."""
    print(f"{'':34}{'pages/s':>9}{'of limit':>10}{'Lote is':>9}{'ms CPU a page':>15}")
    for part in only:
        told = [each[part] for each in rounds if part in each]
        if error := next((each["error"] for each in told if "error" in each), None):
            print(f"{PARTS[part]:34}{error}")
        elif told:
            cpu = statistics.median(1000 * (f["own_cpu"] + f["other_cpu"]) / f["pages"] for f in told)
            of_limit, lote = ratio(rounds, part, "limit"), ratio(rounds, "lote", part)
            print(f"{PARTS[part]:34}{statistics.median(map(rate, told)):9.1f}{of_limit:>10}{lote:>9}{cpu:15.1f}")
    for name, value in own_figures([each["lote"] for each in rounds if "seconds" in each.get("lote", {})]).items():
        print(f"{name}: {value}")


def ratio(rounds: list[dict[str, Figures]], part: str, other: str) -> str:
    """The rate of one part over that of the other, in words."""
    both = [
        rate(each[part]) / rate(each[other])
        for each in rounds
        if all("seconds" in each.get(p, {}) for p in (part, other))
    ]
    return f"{statistics.median(both):.2f}" + ("" if other == "limit" else " ×") if both else "–"


def rate(figures: Figures) -> float:
    """Pages a second."""
    return float(figures["pages"] / figures["seconds"])


def own_figures(told: list[Figures]) -> dict[str, str]:
    """What only Lote tells: medians over the rounds."""
    if not told:
        return {}

    def median(of: Any) -> float:
        return float(statistics.median(of(each) for each in told))

    return {
        "Rate at the latency over the rate without": f"{median(lambda e: rate(e) / rate(e['at_once'])):.2f}",
        "Processor time outside the workers": f"{median(lambda e: e['own_cpu'] / (e['own_cpu'] + e['other_cpu'])):.1%}",
        "First result after a cold start": f"{median(lambda e: e['first_result_seconds']):.1f} s",
        "First pages took longer than again by up to": f"{median(lambda e: e['first_slower']):.2f} s",
    }


if __name__ == "__main__":
    main()
