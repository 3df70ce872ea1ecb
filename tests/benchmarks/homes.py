"""Scores flags, bot walls, contact and visible text on the labelled home pages of `home_pages/`.

    .venv/bin/python -m tests.benchmarks.homes [--held-out]

Prints, for all pages and for those held out: per verdict (a flag, or the kind `bot_wall`) its precision, recall and
counts; per contact field its F1; the share of visible snippets in the reports' texts and how many hidden ones leaked;
then each page that was judged wrongly, each contact missed or made up and each snippet; of the pages held out only if
asked for, so that nobody fits a rule to them by the way.
"""

import argparse
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.extract import Extraction, Wish
from core.extract_worker import whole_page
from core.fetch import wall
from core.flags import Flag
from tests.benchmarks.quality import f1

HOMES = Path(__file__).parent / "home_pages"
WALL = "bot_wall"
VERDICTS = (*(flag.value for flag in Flag), WALL)
DIALLED = 7  # digits of a number, at least, that name it without its country's prefix


@dataclass(frozen=True, slots=True)
class Home:
    """One labelled page; what its fields mean stands in `home_pages/README.md`."""

    name: str
    kind: str
    language: str | None
    requested_url: str
    final_url: str
    http_status: int
    headers: dict[str, str]
    flags: list[str]
    error_kind: str | None
    either: list[str]
    near: list[str]
    emails: list[str]
    phones: list[str]
    social_profiles: list[str]
    visible: list[str]
    hidden: list[str]
    set: str

    @property
    def body(self) -> bytes:
        """The page as served."""
        return (HOMES / "pages" / self.name).read_bytes()

    @property
    def target(self) -> str:
        """What a job would have asked for: the host and what follows it, without scheme."""
        parts = urlsplit(self.requested_url)
        return parts.netloc.lower() + parts.path.rstrip("/")

    @property
    def verdicts(self) -> set[str]:
        """What holds of it: flags, or that it is a wall."""
        return {WALL} if self.error_kind == WALL else set(self.flags)


@dataclass(frozen=True, slots=True)
class Found:
    """What Lote made of a page."""

    verdicts: set[str]
    page: Extraction


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was right, too much and missing."""

    right: int
    too_much: int
    missing: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return self.right / (self.right + self.too_much) if self.right + self.too_much else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is there."""
        return self.right / (self.right + self.missing) if self.right + self.missing else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return f1(self.right, self.too_much, self.missing)


Looked = Sequence[tuple[Home, Found]]


def main() -> None:
    """Print the figures and every miss."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--held-out", action="store_true", help="list the misses on pages held out as well")
    shows_held_out = arguments.parse_args().held_out
    began = time.process_time()
    looked = [(home, look(home)) for home in read()]
    spent = time.process_time() - began
    print_figures("all", looked)
    print_figures("held out", [(home, found) for home, found in looked if home.set == "held_out"])
    print_misses([(home, found) for home, found in looked if shows_held_out or home.set == "open"])
    print(f"\n{len(looked)} pages, {1000 * spent / len(looked):.0f} ms of processor time each")


def read() -> list[Home]:
    """The labels, by the names of their pages."""
    labels: dict[str, dict[str, Any]] = json.loads((HOMES / "labels.json").read_text("utf-8"))
    return [Home(name=name, **label) for name, label in labels.items()]


def look(home: Home) -> Found:
    """Do what a step does with an answer: a wall, another error, or a report with its flags."""
    wish = Wish(target=home.target, http_status=home.http_status)
    page = whole_page(home.body, home.final_url, home.headers["content-type"], wish)
    return Found(judged(home, page), page)


def judged(home: Home, page: Extraction) -> set[str]:
    """The verdicts on a page; only a good fetch is judged by the flags."""
    if wall.of_head(home.http_status, home.headers.items()) or wall.of_body(home.http_status, home.body):
        return {WALL}
    if home.http_status != 200:
        return set()
    return {found["flag"] for found in page.flags}


# Counting


def verdict(name: str, looked: Looked) -> Count:
    """How a flag or the wall was judged, pages left out on which readers could differ."""
    pairs = [(name in h.verdicts, name in f.verdicts) for h, f in looked if name not in h.either]
    return Count(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def contact(field: str, looked: Looked) -> Count:
    """A contact field over the pages that have a report."""
    right = too_much = missing = 0
    for home, found in looked:
        if home.error_kind is None:
            unfound, made_up = compare(field, home, found.page)
            right += len(getattr(home, COLUMNS[field])) - len(unfound)
            too_much, missing = too_much + len(made_up), missing + len(unfound)
    return Count(right, too_much, missing)


def compare(field: str, home: Home, page: Extraction) -> tuple[list[str], list[str]]:
    """(labelled and not found, found and not labelled) of a contact field on one page."""
    labelled, found, same = getattr(home, COLUMNS[field]), getattr(page, COLUMNS[field]), SAME[field]
    unfound = [value for value in labelled if not any(same(value, other) for other in found)]
    made_up = [value for value in found if not any(same(other, value) for other in labelled)]
    return unfound, made_up


def snippets(home: Home, page: Extraction) -> tuple[list[str], list[str]]:
    """(visible snippets that the text lacks, hidden ones that it has)."""
    text = flat(page.text)
    return [s for s in home.visible if flat(s) not in text], [s for s in home.hidden if flat(s) in text]


def same_email(labelled: str, found: str) -> bool:
    return labelled.lower() == found.lower()


def same_number(labelled: str, found: str) -> bool:
    """The number that a reader would dial, with or without its country's prefix."""
    digits = re.sub(r"\D", "", found).removeprefix("00").lstrip("0")
    return len(digits) >= DIALLED and labelled.endswith(digits)


def same_e164(labelled: str, found: str) -> bool:
    return labelled == found


def same_profile(labelled: str, found: str) -> bool:
    return bare(labelled) == bare(found)


def bare(url: str) -> str:
    """A profile's address without what differs between two spellings of it."""
    return re.sub(r"^https?://(?:www\.)?", "", url).rstrip("/").lower()


def flat(text: str) -> str:
    return " ".join(text.split())


COLUMNS = {"emails": "emails", "phones": "phones", "phones in E.164": "phones", "social profiles": "social_profiles"}
SAME: dict[str, Callable[[str, str], bool]] = {
    "emails": same_email,
    "phones": same_number,
    "phones in E.164": same_e164,
    "social profiles": same_profile,
}


# Printing


def print_figures(title: str, looked: Looked) -> None:
    """The table of one set of pages."""
    print(f"\n{title}: {len(looked)} pages\n{'':18}precision  recall    f1  right  too much  missing")
    for name, count in [(name, verdict(name, looked)) for name in VERDICTS] + [
        (field, contact(field, looked)) for field in COLUMNS
    ]:
        shares = f"{count.precision:9.3f} {count.recall:7.3f} {count.f1:5.3f}"
        print(f"{name:18}{shares} {count.right:6} {count.too_much:9} {count.missing:8}")
    reports = [(home, *snippets(home, found.page)) for home, found in looked if home.error_kind is None]
    wanted, lacked = sum(len(home.visible) for home, _, _ in reports), sum(len(lacks) for _, lacks, _ in reports)
    unwanted, leaked = sum(len(home.hidden) for home, _, _ in reports), sum(len(leaks) for _, _, leaks in reports)
    print(f"visible snippets found {wanted - lacked} of {wanted} ({1 - lacked / wanted:.3f}), ", end="")
    print(f"hidden ones leaked {leaked} of {unwanted}")


def print_misses(looked: Looked) -> None:
    """Each page judged wrongly, and what its report lacks or has too much."""
    print("\nmisses")
    for home, found in looked:
        expected, got = home.verdicts - set(home.either), found.verdicts - set(home.either)
        if expected != got:
            print(f"{mark(home)}: expected {words(expected)}, found {words(got)}")
        if home.error_kind is None:
            print_lacks(home, found.page)


def print_lacks(home: Home, page: Extraction) -> None:
    """What the report of a page lacks and has too much."""
    pairs = {field: compare(field, home, page) for field in COLUMNS} | {"text": snippets(home, page)}
    for field, (lacks, extra) in pairs.items():
        if lacks or extra:
            print(f"{mark(home)}: {field} lacks {words(lacks)}, has too much {words(extra)}")


def mark(home: Home) -> str:
    return f"{home.name} (held out)" if home.set == "held_out" else home.name


def words(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "nothing"


if __name__ == "__main__":
    main()
