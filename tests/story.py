"""Words in which tests tell what happens to a job: claims, answers, failures, with the time passed in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core import presence, queries, queue
from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.presence import EngineKind, EngineRow
from core.queries.rows import JobRow, StepRow
from core.queue import Claim, Completed, Failed, Lost, WorkerGone
from core.stored_page import pack

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def later(seconds: float, now: datetime | None = None) -> datetime:
    """A moment after now, or after the story's beginning."""
    return (now or datetime.now(UTC)) + timedelta(seconds=seconds)


def new_job(service: JobService, targets: int | list[str] = 3, *, start: bool = True, **options: Any) -> int:
    """A job over `h1.test`, `h2.test` …; without pauses unless the options say otherwise."""
    domains = [f"h{n}.test" for n in range(1, targets + 1)] if isinstance(targets, int) else targets
    config = {"interval_seconds": 0, "concurrency": 64, **options.pop("config", {})}
    return service.create_batch_scraping_job(domains, config=config, start=start, **options).job.id


def claim(
    database: Database,
    places: int = 100,
    *,
    owner: str = "engine-1",
    now: datetime | None = None,
    max_running_jobs: int = 4,
    only_job: int | None = None,
) -> list[Claim]:
    """What an engine with that many free places gets."""
    with database.writing() as session:
        claimed = queue.claim(
            session,
            owner,
            places,
            lambda: now or datetime.now(UTC),
            max_running_jobs=max_running_jobs,
            only_job=only_job,
        )
    return claimed.claims


def settle(database: Database, *settlements: queue.Settlement, now: datetime | None = None) -> None:
    """Write what came of claims."""
    with database.writing() as session:
        queue.settle(session, settlements, now or datetime.now(UTC))


def completed(claim: Claim, **columns: Any) -> Completed:
    """The target answered well."""
    return Completed(claim, {**report_columns(claim.target), **columns}, f"Text of {claim.target}")


def flagged(claim: Claim, *flags: str, evidence: str = "23 words") -> Completed:
    """The target answered, but perhaps with nothing of worth."""
    return completed(claim, flags=[{"flag": flag, "evidence": evidence} for flag in flags])


def stored(claim: Claim, html: bytes = b"<p>A page", **columns: Any) -> Completed:
    """The target answered, and its page is kept."""
    return replace(completed(claim, **columns), page=pack(html))


def failed(claim: Claim, retry_in: float | None = None, kind: FailureKind = FailureKind.TIMEOUT) -> Failed:
    """The target failed."""
    return Failed(claim, kind, "Timed out after 30 s", None, retry_in)


def lost(claim: Claim) -> Lost:
    """The claim is handed back."""
    return Lost(claim)


def worker_gone(claim: Claim) -> WorkerGone:
    """The extraction process died with the page."""
    return WorkerGone(claim, "The extraction process died")


def report_columns(target: str) -> dict[str, Any]:
    """A report as a scrape gives it."""
    lists = ("redirect_chain", "h1s", "jsonld_types", "feeds", "categories", "tags", "internal_links")
    more = ("external_links", "external_hosts", "emails", "phones", "social_profiles", "flags", "technologies")
    latest = ("hreflang", "outlinks", "postal_addresses", "response_headers")
    return {
        "requested_url": f"https://{target}",
        "final_url": f"https://{target}/",
        "http_status": 200,
        "https": True,
        "bytes": 1000,
        "fetched_at": NOW,
        "total_seconds": 0.5,
        "extractor_version": "test",
        "title": f"Title of {target}",
        "word_count": 100,
        "content_hash": "0" * 64,
        "answers": {},
        **{name: [] for name in (*lists, *more, *latest)},
    }


def engine_lives(database: Database) -> None:
    """An engine has just said that it works on this database."""
    now = datetime.now(UTC)
    with database.writing() as session:
        presence.show(session, EngineRow("engine-1", EngineKind.WORKER, now, now, {}))


def job_of(database: Database, job_id: int) -> JobRow:
    """The job as it is now."""
    with database.reading() as session:
        return queries.jobs.get(session, job_id)


def steps_of(database: Database, job_id: int) -> list[StepRow]:
    """The first 500 steps of a job."""
    with database.reading() as session:
        return queries.steps.page(session, job_id, limit=500).items


def assert_counters_hold(database: Database, job_id: int) -> None:
    """The job's counters equal its steps, in one snapshot."""
    with database.reading() as session:
        job = queries.jobs.get(session, job_id)
        steps = queries.steps.page(session, job_id, limit=5000).items
    counts = {status: sum(step.status == status for step in steps) for status in ("completed", "failed", "cancelled")}
    assert counts == {
        "completed": job.completed_steps,
        "failed": job.failed_steps,
        "cancelled": job.cancelled_steps,
    }
    assert len(steps) == job.total_steps
