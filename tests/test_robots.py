"""What a robots.txt says (RFC 9309), and how the files that were read are kept."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from core.abort import Abort
from core.errors import Aborted, FetchError
from core.failures import FailureKind as K
from core.fetch.lookup import LookUps
from core.fetch.robots_files import MAX_AGE_SECONDS, Origin, RobotsFiles
from core.fetch.visit import Visit
from core.guard import Guard
from core.robots import MAX_BYTES, Robots, product_token

SITE = "https://site.test"
PATIENCE_SECONDS = 30


# What a file says


def forbidden(text: str | bytes, path: str = "/private/x", agent: str = "lote") -> str | None:
    body = text.encode() if isinstance(text, str) else text
    return Robots.read(body, agent).rules(agent).forbidden_by(SITE + path)


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("Lote/1.0 (+https://example.com/bot)", "lote"),
        ("Mozilla/5.0 (compatible; ExampleBot/0.1; +http://example.com)", "examplebot"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140", "mozilla"),
        ("archive.org_bot", "archive.org_bot"),
        ("MJ12bot/v1.4", "mj12bot"),
        ("(nobody)", ""),
    ],
)
def test_the_product_token_is_read_from_the_user_agent(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("User-agent: *\nDisallow: /private/", "Disallow: /private/"),
        ("user-AGENT : *\ndisallow:/private/ # why not", "disallow:/private/"),
        ("\ufeffUser-agent: *\r\nDisallow: /private/\r\n", "Disallow: /private/"),
        ("User-agent: *\rDisallow: /private/\r", "Disallow: /private/"),
        ("User-agent: LOTE/2.0\nDisallow: /p", "Disallow: /p"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: lote\nDisallow: /other", None),
        (
            "User-agent: lote\nDisallow: /other\n\nUser-agent: *\nDisallow: /\n\nUser-agent: Lote\nDisallow: /priv",
            "Dis",
        ),
        ("User-agent: lote\nUser-agent: other\nDisallow: /private", "Disallow: /private"),
        ("User-agent: other\nSitemap: https://site.test/s.xml\n\nUser-agent: lote\nDisallow: /private", "Disallow"),
        ("User-agent: lote\nCrawl-delay: 3\nUser-agent: other\nDisallow: /private", "Disallow: /private"),
        ("User-agent: other\nDisallow: /", None),
        ("User-agent: lo\nDisallow: /", None),
        ("User-agent: lotello\nDisallow: /", None),
        ("User-agent: lote\n\nUser-agent: *\nDisallow: /private", "Disallow: /private"),
        ("User-agent: lote\nDisallow:\n\nUser-agent: *\nDisallow: /", None),
        ("User-agent: *\nDisallow: /private\nAllow: /private/x", None),
        ("User-agent: *\nDisallow: /private/x\nAllow: /private/", "Disallow: /private/x"),
        ("User-agent: *\nAllow: /private/x\nDisallow: /private/x", None),
        ("User-agent: *\nDisallow: /*/x$", "Disallow: /*/x$"),
        ("User-agent: *\nDisallow: /*/$", None),
        ("User-agent: *\nDisallow: /%70rivate", "Disallow: /%70rivate"),
        ("Disallow: /", None),
        ("<html><title>Not found</title>Disallow: /", None),
        ("", None),
    ],
)
def test_the_groups_that_name_the_product_count_else_those_for_everybody(text: str, rule: str | None) -> None:
    found = forbidden(text)
    assert found is None if rule is None else found is not None and found.startswith(rule)


def test_a_path_is_matched_with_its_query_and_robots_txt_itself_is_always_allowed() -> None:
    text = "User-agent: *\nDisallow: /*?sort="
    assert forbidden(text, "/list?sort=price") and not forbidden(text, "/list?page=2")
    assert not forbidden("User-agent: *\nDisallow: /", "/robots.txt")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 2.5\n", 2.5),
        ("User-agent: *\nDisallow: /x\ncrawl-delay: 3600", 60),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: -1", 0),
        ("User-agent: *\nCrawl-delay: nan", 0),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: lote\nDisallow: /x", 0),
        ("User-agent: other\nCrawl-delay: 9", 0),
        ("", 0),
    ],
)
def test_crawl_delay_is_that_of_the_group_and_60_s_at_the_most(text: str, seconds: float) -> None:
    assert Robots.read(text.encode(), "lote").rules("lote").crawl_delay_seconds == seconds


def test_another_product_may_ask_the_same_file() -> None:
    file = Robots.read(b"User-agent: one\nDisallow: /\n\nUser-agent: two\nCrawl-delay: 5", "one")
    assert file.rules("one").forbidden_by(SITE) and not file.rules("two").forbidden_by(SITE)
    assert file.rules("two").crawl_delay_seconds == 5


def test_the_first_500_kib_count_and_no_line_that_is_cut() -> None:
    head = b"User-agent: *\nAllow: /private/x\n"
    filling = b"#" * (MAX_BYTES - len(head) - 12) + b"\n"
    inside = head + filling + b"Disallow: /\n"
    assert len(inside) == MAX_BYTES + 1
    assert forbidden(inside, "/other") is None  # its line end is beyond, so it may be the beginning of a longer path
    assert forbidden(head + filling[1:] + b"Disallow: /\n", "/other") == "Disallow: /"
    assert forbidden(head + filling + b"Disallow: /some/where/else\n", "/other") is None


def test_bytes_that_are_no_utf_8_spoil_their_own_line_only() -> None:
    assert forbidden(b"User-agent: *\nDisallow: /caf\xe9\nDisallow: /private\n") == "Disallow: /private"


def test_a_hostile_file_costs_little() -> None:
    agents = b"".join(b"User-agent: b%d\n" % n for n in range(13_000)) + b"User-agent: *\n"
    rules = b"".join(b"Disallow: /*a%d$\n" % n for n in range(14_000))
    for body in (
        agents + rules,
        b"User-agent: *\nDisallow: /" + b"*a" * 250_000 + b"\n",
        b"user agent" + b" " * 500_000,
    ):
        began = time.thread_time()
        forbidden(body, "/" + "a/" * 4000)
        assert time.thread_time() - began < 3
        assert Robots.read(body, "lote").size < 32 * 1024 * 1024


# The files that are kept


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def a_visit(abort: Abort | None = None, seconds: float = 20) -> Visit:
    return Visit(seconds, abort or Abort(), Guard(), LookUps(), 1000)


def origin(name: str) -> Origin:
    return "https", name, 443


def test_a_file_is_kept_for_24_hours() -> None:
    clock, loads = Clock(), []
    files = RobotsFiles(clock=clock)

    def load() -> Robots:
        loads.append(clock.seconds)
        return Robots.none("lote")

    for moment in (0, 10, MAX_AGE_SECONDS - 1, MAX_AGE_SECONDS, MAX_AGE_SECONDS + 5):
        clock.seconds = moment
        files.get(origin("a.test"), load, a_visit())
    assert loads == [0, MAX_AGE_SECONDS]


def test_files_are_bounded_in_number_and_bytes_and_the_one_not_asked_for_goes() -> None:
    loads: list[str] = []

    def ask(files: RobotsFiles, name: str, body: bytes = b"") -> None:
        def load() -> Robots:
            loads.append(name)
            return Robots.read(body, "lote")

        files.get(origin(name), load, a_visit())

    few = RobotsFiles(max_files=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        ask(few, name)
    assert loads == ["a", "b", "c", "b"]
    loads.clear()
    small = RobotsFiles(max_bytes=150_000)
    for name in ("a", "b", "a", "c", "b"):
        ask(small, name, b"#" * 60_000)
    assert loads == ["a", "b", "c", "b"]
    ask(small, "huge", b"#" * 400_000)
    ask(small, "huge", b"#" * 400_000)
    assert loads[-2:] == ["huge", "huge"]


@contextmanager
def two_at_once(
    files: RobotsFiles, first: Abort, second: Abort, outcome: "Future[Robots]", loads: list[int], seconds: float = 20
) -> Iterator[tuple["Future[Robots]", "Future[Robots]"]]:
    """Two visits that ask for one file: the first fetches, until `outcome` is set; the second waits for it."""
    begun = threading.Event()

    def load() -> Robots:
        loads.append(1)
        begun.set()
        return outcome.result(PATIENCE_SECONDS) if len(loads) == 1 else Robots.none("lote")

    with ThreadPoolExecutor(2) as pool:
        leader = pool.submit(files.get, origin("a.test"), load, a_visit(first))
        assert begun.wait(PATIENCE_SECONDS)
        waiting = a_visit(second, seconds)
        follower = pool.submit(files.get, origin("a.test"), load, waiting)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not waiting.doing.startswith("waiting for robots.txt"):
            assert time.monotonic() < deadline
            time.sleep(0.002)
        yield leader, follower


def test_two_visits_that_ask_at_once_fetch_once() -> None:
    outcome, loads = Future[Robots](), list[int]()
    with two_at_once(RobotsFiles(), Abort(), Abort(), outcome, loads) as (leader, follower):
        outcome.set_result(Robots.none("lote"))
        assert leader.result() is follower.result()
    assert len(loads) == 1


def test_an_answer_that_is_no_file_holds_for_both_and_is_not_kept() -> None:
    outcome, loads, files = Future[Robots](), list[int](), RobotsFiles()
    with two_at_once(files, Abort(), Abort(), outcome, loads) as both:
        outcome.set_exception(FetchError(K.HTTP_5XX, "HTTP 503", http_status=503, retry_after_seconds=7))
        errors = [visit.exception() for visit in both]
    assert errors[0] is not errors[1] and len(loads) == 1
    assert all(isinstance(error, FetchError) and error.retry_after_seconds == 7 for error in errors)
    assert not files.get(origin("a.test"), lambda: Robots.none("lote"), a_visit()).exists


@pytest.mark.parametrize("error", [Aborted(), FetchError(K.TIMEOUT, "Timed out after 1 s"), OSError("a fault of ours")])
def test_what_stopped_the_other_visit_does_not_stop_this_one(error: Exception) -> None:
    outcome, loads = Future[Robots](), list[int]()
    with two_at_once(RobotsFiles(), Abort(), Abort(), outcome, loads) as (leader, follower):
        outcome.set_exception(error)
        assert leader.exception() is error
        assert not follower.result().exists
    assert len(loads) == 2


def test_who_waits_for_another_visit_can_be_aborted_and_has_its_own_time() -> None:
    abort, outcome = Abort(), Future[Robots]()
    with two_at_once(RobotsFiles(), Abort(), abort, outcome, []) as (_leader, follower):
        abort.set()
        assert isinstance(follower.exception(PATIENCE_SECONDS), Aborted)
        outcome.set_result(Robots.none("lote"))
    outcome = Future[Robots]()
    with two_at_once(RobotsFiles(), Abort(), Abort(), outcome, [], seconds=0.2) as (_leader, follower):
        error = follower.exception(PATIENCE_SECONDS)
        assert isinstance(error, FetchError) and error.kind is K.TIMEOUT
        outcome.set_result(Robots.none("lote"))
