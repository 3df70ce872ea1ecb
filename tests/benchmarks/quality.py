"""Scores extraction on saved pages with known answers, next to trafilatura's defaults.

    .venv/bin/python -m tests.benchmarks.quality CORPUS [--pages 240]

CORPUS has pages/NAME.gz and truth.json by NAME. Text: F1 over shingles of four words where the whole article is known
(`article_body`, as scrapinghub/article-extraction-benchmark counts), F1 over snippets where some are (`with`,
`without`, as adbar/trafilatura's evaluation). Metadata: share of right values.
"""

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trafilatura
from trafilatura.metadata import extract_metadata

from core.errors import FetchError
from core.extract import extract

FIELDS = {"title": "title", "author": "author", "date": "published_on", "description": "description"}
FIELDS["sitename"] = "site_name"
Found = dict[str, str]


def main() -> None:
    """Print one table: each system's scores and its processor time a page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpus", type=Path)
    arguments.add_argument("--pages", type=int, default=240)
    given = arguments.parse_args()
    truth = json.loads((given.corpus / "truth.json").read_text("utf-8"))
    names = sorted(truth)[: given.pages]
    for system in (ours, trafilatura_defaults):
        print(system.__name__, score(system, given.corpus / "pages", {name: truth[name] for name in names}))


def ours(body: bytes, url: str) -> Found:
    """What Lote reports."""
    try:
        found = extract(body, url, None)
    except FetchError as error:
        print(url, error)
        return {"text": ""}
    return {"text": found.text, **{f: str(getattr(found, column) or "") for f, column in FIELDS.items()}}


def trafilatura_defaults(body: bytes, url: str) -> Found:
    """What the library gives when it is simply called."""
    head = extract_metadata(trafilatura.load_html(body), url)
    values = {field: str(getattr(head, field) or "") for field in FIELDS}
    return {"text": trafilatura.extract(body, url=url) or "", **values}


def score(system: Callable[[bytes, str], Found], pages: Path, truth: dict[str, Any]) -> dict[str, float]:
    """Scores of a system over the pages, and its processor time in milliseconds a page."""
    shingle_counts: list[tuple[float, float, float]] = []
    snippets: Counter[str] = Counter()
    right: Counter[str] = Counter()
    known: Counter[str] = Counter()
    spent = 0.0
    for name, expected in truth.items():
        body = gzip.decompress((pages / f"{name}.gz").read_bytes())
        began = time.process_time()
        found = system(body, expected["url"])
        spent += time.process_time() - began
        if "article_body" in expected:
            shingle_counts.append(compare_shingles(expected["article_body"], found["text"]))
        else:
            snippets += compare_snippets(expected, found["text"])
        for field in FIELDS.keys() & expected.keys():
            known[field] += 1
            right[field] += plain(expected[field]) == plain(found[field])
    tp, fp, fn = (sum(column) for column in zip(*shingle_counts, strict=True)) if shingle_counts else (0, 0, 0)
    return {
        "f1_article": f1(tp, fp, fn),
        "f1_snippets": f1(snippets["tp"], snippets["fp"], snippets["fn"]),
        **{field: round(right[field] / known[field], 3) for field in FIELDS if known[field]},
        "ms_a_page": round(1000 * spent / len(truth), 1),
    }


def compare_shingles(expected: str, found: str) -> tuple[float, float, float]:
    """(right, too much, missing) over shingles of four words, scaled so that each page counts the same."""
    wanted, got = shingles(expected), shingles(found)
    right = (wanted & got).total()
    counts = (right, got.total() - right, wanted.total() - right)
    return tuple(count / (sum(counts) or 1) for count in counts)  # type: ignore[return-value]


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """How often each run of four words occurs."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words)


def compare_snippets(expected: dict[str, Any], found: str) -> Counter[str]:
    """Counts of snippets that must be found and are (tp) or are not (fn), and that must not and are (fp)."""
    text = " ".join(found.split())
    hits = [" ".join(snippet.split()) in text for snippet in expected["with"]]
    wrong = [" ".join(snippet.split()) in text for snippet in expected["without"]]
    return Counter(tp=sum(hits), fn=len(hits) - sum(hits), fp=sum(wrong))


def f1(tp: float, fp: float, fn: float) -> float:
    """Harmonic mean of precision and recall."""
    return round(2 * tp / (2 * tp + fp + fn), 4) if tp else 0.0


def plain(text: str) -> str:
    """For comparing values: white space collapsed, case folded."""
    return " ".join(text.split()).casefold()


if __name__ == "__main__":
    main()
