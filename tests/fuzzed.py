"""What must hold for any bytes at all, one function for each door that they come in by: no crash, no hang, no nonsense.

`tests/test_fuzzed.py` tries some, `python -m tests.benchmarks.fuzz` tries them for as long as one likes.
"""

import dataclasses
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from http.client import parse_headers
from io import BytesIO
from unittest.mock import patch

from core import headers, retry, robots
from core.abort import Abort
from core.errors import FetchError, InvalidInput
from core.expressions import Asked
from core.extract import Wish, extract
from core.failures import FailureKind
from core.fetch import Fetcher, FetchOptions, certificate, judgement, refresh, wall
from core.fetch.redirect import next_url
from core.settings import Settings
from core.states import Verdict
from core.targets import explain, merge_www, parse_text, take_parts

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HERE = "https://site.test/shop/old?x=1"
URLS = (HERE, "https://site.test/", "http://127.0.0.1:8080/x", "", "nonsense", "http://[bad")
TYPES = (None, "text/html; charset=utf-8", "text/html; charset=utf-16", "text/html; charset=iso-2022-jp", "charset=\0")
OPTIONS = FetchOptions(5.0, 50_000, 3, "Lote-Test/1", respect_robots=False)


def targets(data: bytes) -> None:
    """A pasted list: its lines add up, and what was accepted is accepted again."""
    text = data.decode("utf-8", "replace")
    found = parse_text(text)
    assert sum(found.counts.values()) == len(found.lines)
    assert found.counts[Verdict.OK] + found.counts[Verdict.CORRECTED] == len(found.accepted)
    for line in found.lines:
        assert explain(line)
    for line in found.accepted:
        assert line.target is not None and line.target.isascii()
        again = parse_text(line.target).lines
        assert [(each.target, each.verdict) for each in again] == [(line.target, Verdict.OK)]
    for changed in (merge_www(found), take_parts(found)):
        assert len(changed.lines) >= len(found.lines)


def heads(data: bytes) -> None:
    """The head of an answer, and each of its fields by itself: facts are short, printable, valid text."""
    try:
        given = parse_headers(BytesIO(data + b"\r\n\r\n")).items()
    except Exception:  # noqa: BLE001  # http.client's own limits; the fetcher translates what it raises
        given = []
    value = data.decode("latin-1")
    given = [
        *given,
        *((name, value) for name in ("Refresh", "Set-Cookie", "X-Robots-Tag", "X-Powered-By", "cf-mitigated")),
    ]
    for each in headers.kept(given):
        assert all(text.isprintable() and len(text) <= headers.LONGEST_VALUE for text in each.values())
    _is_text([headers.robots_tag(given), [maker["name"] for maker in headers.makers(given)]])
    wall.of_head(403, given)
    for name, said in given:
        seconds = retry.retry_after(said, NOW)
        assert seconds is None or 0 <= seconds <= 1e12, (name, said)
        assert len(judgement.charset(said) or "") <= 40
        _fails(FailureKind.NOT_HTML, lambda said=said: judgement.refuse_type(said))
        _fails(FailureKind.PROTOCOL, lambda said=said: _is_clean(next_url(HERE, said)))
        certificate.expires_at({"notAfter": said})
    _is_clean(refresh.onward(HERE, given, data) or HERE)
    _is_clean(refresh.onward(HERE, [], b"<meta http-equiv=refresh content='0;" + data) or HERE)


def robots_files(data: bytes) -> None:
    """A robots.txt: it forbids or it does not, and says how often."""
    file = robots.Robots.read(data, "lote")
    for token in ("lote", "other"):
        rules = file.rules(token)
        assert 0 <= rules.crawl_delay_seconds <= robots.MAX_CRAWL_DELAY_SECONDS
        for url in (HERE, "https://site.test/"):
            forbidden = rules.forbidden_by(url)
            assert forbidden is None or forbidden.isprintable()
    assert file.size > 0
    robots.product_token(data.decode("utf-8", "replace"))


def answers(data: bytes) -> None:
    """Whatever a server says to a GET: a page or a failure with a kind, never our time limit."""
    ours, theirs = socket.socketpair()
    with theirs, ours, patch("core.fetch.connection.connect", lambda *_all, **_values: ours.dup()):
        theirs.sendall(data[:60_000])
        theirs.shutdown(socket.SHUT_WR)
        try:
            page = _fetcher().fetch("site.test", OPTIONS, Abort(), scheme="http")
        except FetchError as failure:
            assert failure.kind is not FailureKind.TIMEOUT
            assert failure.detail.isprintable(), failure.detail
        else:
            assert page.bytes <= OPTIONS.max_bytes


def pages(data: bytes) -> None:
    """The extraction of any body under any address and type: valid text, or a page that cannot be read."""
    url, content_type = URLS[data[0] % len(URLS)] if data else HERE, TYPES[data[-1] % len(TYPES)] if data else None
    wish = Wish(
        (Asked("W", "text", "site", "text"), Asked("S", "css", "a[href] b", "html")),
        site_pages=True,
        target="site.test",
    )
    _fails(FailureKind.EXTRACT, lambda: _is_extraction(extract(data, url, content_type, wish)))


def bodies(data: bytes) -> None:
    """What the fetcher itself asks of a body: a wall, a refresh, a page at all."""
    wall.of_body(403, data)
    wall.of_body(200, data)
    _is_clean(refresh.onward(HERE, [], data) or HERE)
    for failures in (FailureKind.NOT_HTML, FailureKind.EMPTY):
        _fails(failures, lambda: judgement.refuse_body("text/html", data), FailureKind.NOT_HTML, FailureKind.EMPTY)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "targets": targets,
    "heads": heads,
    "robots": robots_files,
    "answers": answers,
    "pages": pages,
    "bodies": bodies,
}


@cache
def _fetcher() -> Fetcher:
    return Fetcher(Settings.load())


def _fails(kind: FailureKind, act: Callable[[], object], *others: FailureKind) -> None:
    """Do it; it may fail, but only so."""
    try:
        act()
    except FetchError as failure:
        assert failure.kind in (kind, *others), failure
    except InvalidInput as error:
        raise AssertionError(error) from error


def _is_clean(url: str) -> None:
    assert url.startswith(("http://", "https://")), url
    assert not any(char in "\\\x7f" or char < " " for char in url), url


def _is_extraction(found: object) -> None:
    assert dataclasses.is_dataclass(found)
    _is_text([getattr(found, field.name) for field in dataclasses.fields(found)])


def _is_text(value: object) -> None:
    for text in _strings(value):
        assert "\0" not in text
        text.encode()  # no lone surrogate


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
