"""A web that means harm, visited by the real engine in a network namespace: every step ends as it should, at its cost.

What the hosts do and what has to come of them stands in `tests/hostile_web`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile_web.case import COMPLETED, TIMEOUT_SECONDS
from tests.hostile_web.markup import SMALL
from tests.hostile_web.world import all_cases

ROOT = Path(__file__).resolve().parents[1]
RUN_SECONDS = 280
MEMORY_MIB = 250
"""Room for what 64 pages of 1 MiB take at a time; a single bomb that goes off takes 1,024."""


def visited(result: Path) -> dict[str, Any]:
    """What came of the batches; skips where the machine gives no namespace."""
    command = [sys.executable, "-m", "tests.hostile_web", str(result)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_SECONDS)
    assert ran.returncode == 0, ran.stderr[-5000:]
    told: dict[str, Any] = json.loads(result.read_text())
    if "refused" in told:
        assert os.environ.get("CI") != "true", told["refused"]
        pytest.skip(told["refused"])
    return told


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_a_hostile_web_costs_its_own_steps_and_nothing_else(tmp_path: Path) -> None:
    told = visited(tmp_path / "result.json")
    assert told["canary_sings"]
    assert told["canary_hits"] == []

    cases, steps = all_cases(SMALL), told["beside"]
    assert {case.name: steps[case.host]["kind"] for case in cases} == {case.name: case.kind for case in cases}
    titled = {case.name: case.title for case in cases if case.title is not None}
    assert {case.name: steps[case.host]["title"] for case in cases if case.name in titled} == titled
    untold = {
        case.name: steps[case.host]["message"] for case in cases if case.says not in f"{steps[case.host]['message']}"
    }
    assert untold == {}
    assert [host for host, step in steps.items() if not step["is_valid"]] == []
    assert told["grown_mib"] < MEMORY_MIB

    good = told["alone"].keys()
    assert {step["kind"] for step in told["alone"].values()} == {COMPLETED} == {steps[host]["kind"] for host in good}
    full_time = [
        step["ended"]
        for step in steps.values()
        if step["message"] and f"after {TIMEOUT_SECONDS:g} s" in step["message"]
    ]
    assert max(steps[host]["ended"] for host in good) < min(full_time)
