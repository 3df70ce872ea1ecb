"""One attempt at a step: what is settled of it, however it ends."""

import logging
import random
from collections.abc import Callable

from core import retry
from core.errors import Aborted, DatabaseDown, FetchError, NoWorker, WorkerDied
from core.failures import FailureKind
from core.queue import Claim, Completed, Failed, Lost, Settlement, WorkerGone
from core.steps import Scraped

NO_WORKER_SECONDS = 30.0
"""A step comes back after this when no extraction process could be started for its page."""
NO_DATABASE_SECONDS = 5.0
"""And after this when the database did not give its stored page."""

log = logging.getLogger(__name__)


def attempt(claim: Claim, scrape: Callable[[], Scraped]) -> Settlement:
    """Scrape, and give what became of it; never raises."""
    try:
        scraped = scrape()
    except Aborted:
        log.info("step stopped: %s", claim.target, extra=ids(claim))
        return Lost(claim)
    except NoWorker as error:
        log.warning("step: %s", error, extra=ids(claim))
        return Lost(claim, NO_WORKER_SECONDS)
    except DatabaseDown as error:
        log.warning("step: its stored page cannot be read now: %s", error, extra=ids(claim))
        return Lost(claim, NO_DATABASE_SECONDS)
    except WorkerDied as error:
        log.warning("step: %s", error, extra=ids(claim))
        return WorkerGone(claim, str(error))
    except FetchError as error:
        return _failed(claim, error)
    except Exception:  # the edge of an attempt: our own fault must cost this step only
        log.exception("step failed by a fault of Lote's own", extra=ids(claim))
        return Failed(claim, FailureKind.EXTRACT, "An internal error; the log has the details.", None, None)
    asked = scraped.crawl_delay_seconds, scraped.retry_after_seconds
    return Completed(claim, scraped.report, scraped.text, *asked, scraped.page)


def is_no_answer(settlement: Settlement) -> bool:
    """Whether it failed without a word of its target."""
    return isinstance(settlement, WorkerGone) or (isinstance(settlement, Failed) and settlement.http_status is None)


def ids(claim: Claim) -> dict[str, int]:
    """What the log tells beside a message about the step."""
    return {"job_id": claim.job_id, "step_id": claim.step_id}


def _failed(claim: Claim, error: FetchError) -> Failed:
    spent = claim.attempts + 1
    retry_in = retry.decide(error, spent, claim.config, random.random())
    then = "no further attempt" if retry_in is None else f"next attempt in {retry_in:.1f} s"
    log.warning("attempt failed (%s): %s; %s", error.kind, error, then, extra=ids(claim))
    message = retry.last_word(error) if retry_in is None else error.detail
    asked = error.retry_after_seconds, error.crawl_delay_seconds
    return Failed(claim, error.kind, message, error.http_status, retry_in, *asked)
