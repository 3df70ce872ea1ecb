"""Seconds to parse and explain a pasted list of 100,000 lines: `python -m tests.benchmarks.preview`."""

import random
import time
from collections import Counter

from core.targets import explain, parse_text

LINES = 100_000
LIMIT_SECONDS = 3.0


def listing(lines: int = LINES, seed: int = 4) -> str:
    """A list like those that people paste: two thirds plain, the rest with every kind of correction and fault."""
    random.seed(seed)
    return "\n".join(_line(number, random.random()) for number in range(lines))


def _line(number: int, chance: float) -> str:
    name = f"site-{number}.example.{('com', 'org', 'net', 'co.uk', 'es')[number % 5]}"
    plain = f"site{number}.{('com', 'org', 'net', 'co.uk', 'es')[number % 5]}"
    kinds = (
        (0.45, plain),
        (0.66, name),
        (0.80, f"HTTPS://WWW.{name}/"),
        (0.86, f"https://{name}/blog/página?q={number}"),
        (0.89, f"info@{plain}"),
        (0.92, f"münchen-{number}.de"),
        (0.94, f"exmaple{number}"),
        (0.96, "twice.example.com"),
        (0.98, f"a{number}.com, b{number}.com"),
        (1.01, f"see {plain} for more"),
    )
    return next(text for limit, text in kinds if chance < limit)


def main() -> None:
    """Print the seconds of each stage."""
    text = listing()
    start, used = time.perf_counter(), time.process_time()
    targets = parse_text(text)
    parsed = time.perf_counter()
    counts = targets.counts
    sentences = Counter(explain(line) for line in targets.lines)
    explained, used = time.perf_counter(), time.process_time() - used
    print(f"{LINES:,} lines, {len(targets.lines):,} entries, {len(sentences):,} different sentences")
    print(", ".join(f"{verdict} {count:,}" for verdict, count in counts.items()))
    print(f"parse {parsed - start:.2f} s, explain {explained - parsed:.2f} s, limit {LIMIT_SECONDS} s together")
    print(f"{used:.2f} s of processor time")


if __name__ == "__main__":
    main()
