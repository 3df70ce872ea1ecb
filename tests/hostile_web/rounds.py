"""The rounds that are made of the hostile web: all of it in batches, or host by host."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.hostile import Authority
from tests.hostile_web import world
from tests.hostile_web.case import Case
from tests.hostile_web.markup import SMALL, WHOLE

GOOD = 40


def batch(folder: Path, is_whole: bool) -> dict[str, Any]:
    """What came of a batch of good hosts and of one with all; `is_whole` fills the pages up."""
    cases, good, authority = _started(folder, WHOLE if is_whole else SMALL)
    from tests.hostile_web.batch import run  # the app comes when the world is there, which forks

    return run(cases, good, authority, folder)


def each(folder: Path) -> Iterator[dict[str, Any]]:
    """A row for each hostile host."""
    cases, _good, authority = _started(folder, WHOLE)
    from tests.hostile_web.one_by_one import visits

    return visits(cases, authority)


def _started(folder: Path, room: int) -> tuple[Sequence[Case], Sequence[str], Authority]:
    cases, good, authority = world.all_cases(room), world.good_hosts(GOOD), Authority(folder)
    world.start(cases, good, authority)
    return cases, good, authority
