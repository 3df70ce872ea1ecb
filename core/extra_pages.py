"""The site's own contact, legal notice and about pages, asked for within the visit: what they add to contact fields.

Nothing that goes wrong with them fails the step: it stands in the report's `extra_pages`.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from core.abort import Abort
from core.errors import FetchError, NoWorker, WorkerDied
from core.executors import Extractor
from core.extract import Reach, SitePage
from core.failures import FailureKind
from core.fetch import Fetcher, FetchOptions, Page

LEAST_SECONDS = 0.5
"""A page that has less time left is not asked for."""
HOLDS_OFF = frozenset({429, 503})
"""Statuses by which a host asks for fewer requests; it is left alone then."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Visited:
    """What came of the pages: `pages` is the column `extra_pages`, `found` the address and contact fields of each one
    that could be read, `retry_after_seconds` what the host asked for.
    """

    pages: list[dict[str, Any]] = field(default_factory=list)
    found: list[tuple[str, Reach]] = field(default_factory=list)
    retry_after_seconds: float | None = None


@dataclass(slots=True)
class ExtraPages:
    """One visit's way through them; `pause_seconds` lie between two requests, as between two visits to the host."""

    fetcher: Fetcher
    extractor: Extractor
    options: FetchOptions
    pause_seconds: float
    abort: Abort
    turn: int

    def visit(self, wanted: Sequence[SitePage], first: Page) -> Visited:
        """Ask for the pages, one after the other, in the time that `first` has left of the visit. Raises `Aborted`."""
        visited = Visited()
        left, ended = self.options.timeout_seconds - first.total_seconds, monotonic()
        held_off: FailureKind | None = None
        for kind, url in wanted:
            left -= self.pause_seconds
            told: dict[str, Any] = {"url": url, "kind": kind}
            if held_off is not None or left < LEAST_SECONDS:
                visited.pages.append({**told, "error_kind": (held_off or FailureKind.TIMEOUT).value})
                continue
            self.abort.wait(self.pause_seconds - (monotonic() - ended))
            began = monotonic()
            try:
                page = self._fetch(url, left)
                told["status"] = page.http_status
                ended = monotonic()
                visited.found.append((page.final_url, self._read(page)))
            except FetchError as failure:
                ended = monotonic()
                told |= _of_failure(failure)
                if failure.http_status in HOLDS_OFF:
                    held_off, visited.retry_after_seconds = failure.kind, failure.retry_after_seconds
            left -= ended - began
            visited.pages.append(told)
        return visited

    def _fetch(self, url: str, seconds: float) -> Page:
        scheme, _, target = url.partition("://")
        options = replace(self.options, timeout_seconds=seconds, stays_on_host=True)
        return self.fetcher.fetch(target, options, self.abort, scheme=scheme)

    def _read(self, page: Page) -> Reach:
        try:
            return self.extractor.read_reach(page.body, page.final_url, page.content_type, self.abort, turn=self.turn)
        except (WorkerDied, NoWorker) as error:
            log.warning("extra page %s: %s", page.final_url, error)
            kind = FailureKind.WORKER_DIED if isinstance(error, WorkerDied) else FailureKind.EXTRACT
            raise FetchError(kind, str(error)) from error


def _of_failure(failure: FetchError) -> dict[str, Any]:
    """An HTTP status tells more than its kind."""
    return {"error_kind": failure.kind.value} if failure.http_status is None else {"status": failure.http_status}
