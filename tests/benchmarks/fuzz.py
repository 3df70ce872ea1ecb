"""Fuzzing led by coverage: `python -m tests.benchmarks.fuzz TARGET SECONDS [CORPUS]`, where atheris is installed.

TARGET is one of `tests.fuzzed.TARGETS`. CORPUS keeps what was found between runs. The last lines tell the executions;
a finding ends the run and is written to a file named crash-… or timeout-… in the folder of the corpus.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["core", "http", "urllib3", "email", "protego"]):
    from tests.fuzzed import TARGETS

ROOT = Path(__file__).resolve().parents[2]
HANG_SECONDS, LARGEST, MEMORY_MIB = 10, 20_000, 3_000
WORDS = {
    "targets": (
        "http://",
        "https://",
        "xn--",
        "ñ.es",
        "a@b.es",
        "#",
        "[a](b.es)",
        ":8443",
        "…",
        "\\u200b",
        ".com",
        "//",
        ";",
    ),
    "heads": (
        "Retry-After: 5",
        "Refresh: 0;url=",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "charset=",
        "Set-Cookie: a=b; ",
        "url=",
    ),
    "robots": ("User-agent: *", "User-agent: lote", "Disallow: /", "Allow: /*", "Crawl-delay: ", "$", "Sitemap: "),
    "answers": (
        "HTTP/1.1 200 OK",
        "Content-Length: ",
        "Transfer-Encoding: chunked",
        "Location: /",
        "Content-Type: text/html",
    ),
    "pages": (
        "<a href=",
        "<script type='application/ld+json'>{",
        "<meta ",
        "mailto:",
        "&#x",
        "<!--",
        "tel:+34",
        "<base href=",
    ),
    "bodies": (
        "<meta http-equiv=refresh content='0;url=",
        "<title>Are you a robot?",
        "g-recaptcha",
        "<script",
        "<noscript",
    ),
}
"""What the mutations know of each language from the start."""
SEEDS = {
    "pages": "tests/benchmarks/home_pages/pages/*.html",
    "bodies": "tests/benchmarks/home_pages/pages/*.html",
}


def main(name: str, seconds: str, corpus: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in sorted(ROOT.glob(SEEDS[name])) if name in SEEDS else []:
        (corpus / seed.name).write_bytes(seed.read_bytes()[:LARGEST])
    words = corpus.parent / f"{name}.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS[name]))
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={HANG_SECONDS}",
        f"-max_len={LARGEST}",
        f"-rss_limit_mb={MEMORY_MIB}",
        f"-dict={words}",
        f"-artifact_prefix={corpus.parent}/",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[name])
    atheris.Fuzz()


def _escaped(word: str) -> str:
    """As libFuzzer's dictionaries want it."""
    return "".join(f"\\x{byte:02x}" if not 32 <= byte < 127 or byte in b'"\\' else chr(byte) for byte in word.encode())


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in TARGETS:
        sys.exit(f"python -m tests.benchmarks.fuzz {' | '.join(TARGETS)} SECONDS [CORPUS]")
    kept = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp(prefix="lote-fuzz-")) / sys.argv[1]
    main(sys.argv[1], sys.argv[2], kept)
