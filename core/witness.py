"""Hosts that answered lately are asked whether the network still works."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from core import breaker
from core.abort import Abort
from core.errors import FetchError
from core.fetch import Fetcher, FetchOptions

ASK_SECONDS = 10.0
"""Limit of one visit."""
ASKED_AT_A_TIME = 8
ASK_BYTES = 16 * 1024
ASK_REDIRECTS = 10


def ask(fetcher: Fetcher, targets: Collection[str], user_agent: str, abort: Abort) -> dict[str, FetchError | None]:
    """What became of one visit to each, all at the same time; None is a page. Raises `Aborted`.

    The visit goes to the robots.txt of the target's host: anybody may ask for that, and it is small.
    """
    options = FetchOptions(ASK_SECONDS, ASK_BYTES, ASK_REDIRECTS, user_agent, respect_robots=False)

    def visit(target: str) -> FetchError | None:
        try:
            fetcher.fetch(f"{authority(target)}/robots.txt", options, abort)
        except FetchError as error:
            return error
        return None

    if not targets:
        return {}
    with ThreadPoolExecutor(min(len(targets), ASKED_AT_A_TIME), thread_name_prefix="witness") as pool:
        return dict(zip(targets, pool.map(visit, targets), strict=True))


def is_alive(error: FetchError | None) -> bool:
    """Whether the visit that ended so had an HTTP answer, of whatever status: then the network works."""
    return error is None or breaker.answered(error.kind)


def authority(target: str) -> str:
    """`example.com:8443` of `example.com:8443/path?query`."""
    return target.partition("/")[0].partition("?")[0]
