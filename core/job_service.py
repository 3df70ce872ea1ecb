"""The use-cases on jobs, for screens, API, command line and Python alike; each opens its own transaction."""

import logging
import multiprocessing
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from core import (
    actor,
    audit,
    checks,
    comments,
    edits,
    extract_again,
    hosts,
    job_changes,
    new_jobs,
    owner,
    presence,
    queries,
    queue,
    reasons,
)
from core.actor import Role
from core.db import Database
from core.disk import ENOUGH_BYTES
from core.draft import Created, Draft
from core.errors import DatabaseUnusable, InvalidInput, Refused
from core.failures import FailureKind
from core.guard import Guard
from core.i18n import N_, _
from core.idempotency import Idempotency, once
from core.job_config import MIB, JobConfig, check_overrides
from core.queries.rows import CommentRow, Deletion, FullReportRow, JobRow, StepRow
from core.settings import Settings
from core.states import JobType, Origin, StepStatus
from core.targets import Policy, Targets, parse_items, parse_text
from core.vitals import vitals

MOST_STEPS_NAMED = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobService:
    """What can be done with jobs. Safe to share between threads; `open()` makes one from the environment."""

    settings: Settings
    database: Database = field(repr=False)

    @classmethod
    def open(cls, settings: Settings | None = None) -> "JobService":
        """The service on the settings' database, migrated if need be.

        Raises `DatabaseUnusable`, also inside a child process of `multiprocessing`, where a script without
        `if __name__ == "__main__":` would run itself again and again.
        """
        if multiprocessing.parent_process() is not None:
            raise DatabaseUnusable(
                N_(
                    "JobService.open() was called while a worker process was starting. Put the script's own code"
                    ' below `if __name__ == "__main__":`.'
                )
            )
        settings = settings or Settings.load()
        Guard.of(settings)  # an override that cannot be used is told now, not by the first step
        database = Database.of(settings)
        try:
            database.prepare(settings.auto_migrate)
        except DatabaseUnusable:
            database.close()
            raise
        return cls(settings, database)

    def close(self) -> None:
        """Close the database connections."""
        self.database.close()

    def engine_is_alive(self) -> bool:
        """Whether an engine takes queued jobs of this database: that of this process, or any other on any machine."""
        own = vitals() or {}
        if own.get("alive"):
            return True
        with self.database.reading() as session:
            engines = presence.living(session, owner.gone(self.settings.data_dir))
        return any(engine.serves for engine in engines if engine.id != own.get("id"))

    # -- create

    def create_batch_scraping_job(
        self,
        domains: Targets | str | list[str],
        name: str | None = None,
        description: str = "",
        config: Mapping[str, Any] | JobConfig | None = None,
        created_by: str = "",
        *,
        priority: int = 0,
        start: bool = False,
        origin: Origin = Origin.PYTHON,
        job_type: JobType = JobType.BATCH_SCRAPING,
        idempotency: Idempotency | None = None,
    ) -> Created:
        """A job over the domains: a list (one item a line), a text as somebody pastes it, or parsed targets.

        Raises `InvalidInput` when no target is left, when there are too many, or when a value is out of bounds.
        """
        who = actor.need(Role.ANALYST)
        draft = Draft.of(
            self._targets(domains),
            largest=self.settings.max_steps_per_job,
            job_type=job_type,
            name=name,
            description=description,
            priority=priority,
            config=config,
            created_by=who.sign(created_by),
            origin=origin,
        )
        with self.database.writing() as session:
            make = partial(new_jobs.create, draft=draft, now=_now(), start=start)
            return once(session, idempotency, make, _now())

    def create_single_scraping_job(self, domain: str, name: str | None = None, **options: Any) -> Created:
        """A job over one domain, named after it; the options are those of a batch."""
        options.setdefault("job_type", JobType.SINGLE_SCRAPING)
        targets = self._targets([domain])
        if len(targets.accepted) > 1:
            raise InvalidInput(
                N_("There are {n} domains in “{text}”; a single scraping takes one."),
                errors=[{"field": "domain", "detail": _("more than one")}],
                n=len(targets.accepted),
                text=domain[:200],
            )
        try:
            return self.create_batch_scraping_job(targets, name or domain.strip()[:200], **options)
        except InvalidInput as error:
            for fault in error.errors:
                fault["field"] = "domain" if str(fault["field"]).startswith("domains") else fault["field"]
            raise

    def add_targets(
        self, job_id: int, domains: Targets | str | list[str], *, idempotency: Idempotency | None = None
    ) -> Created:
        """More targets for a job that has not ended; what is told of lines is numbered as its list goes on.

        Raises `Refused` when it has ended, `InvalidInput` when nothing is new or the job would become too large.
        """
        actor.need(Role.ANALYST)
        targets, largest = self._targets(domains), self.settings.max_steps_per_job
        add = partial(new_jobs.extend, job_id=job_id, targets=targets, now=_now(), largest=largest)
        with self.database.writing() as session:
            return once(session, idempotency, add, _now())

    def run_again(self, job_id: int, created_by: str = "", origin: Origin = Origin.PYTHON) -> JobRow:
        """A new job with the list and the configuration of this one, started at once."""
        with self.database.reading() as session:
            job = queries.jobs.get(session, job_id)
            targets = queries.lines.as_targets(session, job_id)
        return self.create_batch_scraping_job(
            targets,
            job.name,
            job.description,
            job.config,
            created_by,
            priority=job.priority,
            start=True,
            origin=origin,
            job_type=job.job_type,
        ).job

    def extract_again(
        self,
        job_id: int,
        name: str | None = None,
        config: Mapping[str, Any] | None = None,
        *,
        idempotency: Idempotency | None = None,
        **options: Any,
    ) -> Created:
        """A new job that reads the stored pages of this one instead of visiting anybody, started at once; the options
        are those of `extract_again.create`.
        """
        who = actor.need(Role.ANALYST)
        options["created_by"] = who.sign(options.get("created_by", ""))
        _check_named(options.get("steps"))
        with self.database.writing() as session:
            make = partial(extract_again.create, job_id=job_id, name=name, config=config, now=_now(), **options)
            return once(session, idempotency, make, _now())

    # -- move

    def start_job(self, job_id: int) -> JobRow:
        """Queue the job; any running engine on this database takes it."""
        return self._changed(job_id, lambda session: queue.start(session, job_id, _now()), "started")

    def pause_job(self, job_id: int, by: str = "") -> JobRow:
        """Stop claiming steps of the job; running ones finish."""
        signed = actor.current().sign(by)
        return self._changed(job_id, lambda session: queue.pause(session, job_id, signed), "paused", by)

    def resume_job(self, job_id: int) -> JobRow:
        """Go on with a paused job. `Refused` for one that the full disk holds, which an engine lets go on by itself."""
        held = (self.get_job_status(job_id).status_reason or {}).get("code") == reasons.DISK_FULL
        if held and self.engine_is_alive():
            raise Refused(
                N_("Job {job_id} goes on by itself when {enough} MiB of disk space are free. Make room."),
                job_id=job_id,
                enough=ENOUGH_BYTES // MIB,
            )
        return self._changed(job_id, lambda session: queue.resume(session, job_id), "resumed")

    def cancel_job(self, job_id: int, by: str = "") -> JobRow:
        """End the job at once; its reports stay."""
        signed = actor.current().sign(by)
        return self._changed(job_id, lambda session: queue.cancel(session, job_id, signed, _now()), "cancelled", by)

    def retry(
        self,
        job_id: int,
        states: Collection[str] = (StepStatus.FAILED,),
        error_kind: str | None = None,
        steps: Collection[int] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> JobRow:
        """Run failed (or cancelled) steps of a finished job again, with `overrides` of its configuration.

        `steps` names step numbers, at most `MOST_STEPS_NAMED`; states and kinds take any number of steps.
        """
        check_overrides(overrides or {})
        _check_named(steps)

        def again(session: Session) -> None:
            queue.retry(
                session,
                job_id,
                _now(),
                states=[StepStatus(state) for state in states],
                error_kind=FailureKind(error_kind) if error_kind else None,
                steps=steps,
                overrides=dict(overrides or {}),
            )

        given: dict[str, Any] = {"error_kind": error_kind, "overrides": dict(overrides or {})}
        return self._changed(job_id, again, "retried", **{name: value for name, value in given.items() if value})

    def execute_job(self, job_id: int) -> JobRow:
        """Run the job here and now, with an engine that takes only its steps; gives it back finished or paused.

        A pause that ends by itself (no network, a full disk) is waited out.
        """
        from core.engine import Engine

        engine = Engine(self.settings, self.database, only_job=job_id)
        self.start_job(job_id)
        with engine:
            engine.wait_for_job()
        return self.get_job_status(job_id)

    # -- change and read

    def update_job(
        self,
        job_id: int,
        *,
        name: str | None = None,
        description: str | None = None,
        priority: int | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> JobRow:
        """Change what is given; `config` holds the keys to change. After the start only lanes and pause of it may."""
        given = partial(edits.edit, name=name, description=description, priority=priority, config=config)
        edit = partial(given, job_id=job_id, now=_now())
        return self._changed(job_id, edit, "edited")

    def set_host_interval(self, host: str, seconds: float | None) -> str:
        """Let `seconds` pass between visits to a host, whatever jobs and its robots.txt say; None: as they say again.

        Gives the host's name as it is stored; `InvalidInput` for what is no host, and outside of 0 to 3,600 s.
        """
        actor.need(Role.ANALYST)
        with self.database.writing() as session:
            return hosts.set_interval(session, host, seconds, Policy.of(self.settings))

    def deletion_counts(self, job_id: int) -> Deletion:
        """What a deletion of the job would take with it."""
        with self.database.reading() as session:
            return queries.jobs.deletion(session, job_id)

    def delete_job(self, job_id: int) -> Deletion:
        """Delete a finished or never started job with its lines, steps, reports and comments."""
        with self.database.writing() as session:
            job = queries.jobs.get(session, job_id)
            actor.need_say_over(job.created_by)
            counts = queries.jobs.deletion(session, job_id)
            queue.delete(session, job_id)
            audit.record(session, "job.deleted", job_id, name=job.name, **asdict(counts))
        log.info("job deleted: %s", counts, extra={"job_id": job_id})
        return counts

    def get_job_status(self, job_id: int) -> JobRow:
        """The job as it is now."""
        with self.database.reading() as session:
            return queries.jobs.get(session, job_id)

    def list_jobs(self, filters: Mapping[str, Any] | None = None) -> list[JobRow]:
        """Jobs, newest first; `filters` as for `queries.jobs.page` (status, job_type, q, created_by, limit)."""
        with self.database.reading() as session:
            return queries.jobs.page(session, **(filters or {})).items

    def list_steps(self, job_id: int, filters: Mapping[str, Any] | None = None) -> list[StepRow]:
        """Steps of a job by number; `filters` as for `queries.steps.page` (status, error_kind, q, limit)."""
        with self.database.reading() as session:
            return queries.steps.page(
                session, job_id, **{"limit": self.settings.max_steps_per_job, **(filters or {})}
            ).items

    def get_report(self, report_id: int) -> FullReportRow:
        """A report with its text; a completed step has its id as `report_id`."""
        with self.database.reading() as session:
            return queries.reports.get(session, report_id)

    def input_text(self, job_id: int) -> str:
        """The list as it was given, one line each."""
        with self.database.reading() as session:
            queries.jobs.get(session, job_id)
            return "\n".join(line.input for line in queries.lines.all_of(session, job_id))

    # -- checks and comments

    def check_report(self, report_id: int, author: str, note: str = "") -> FullReportRow:
        """Mark a flagged report as checked by hand: it needs no attention any more."""
        with self.database.writing() as session:
            report = checks.check(session, report_id, author, note, _now())
        log.info("report %d is checked by hand", report_id, extra={"job_id": report.job_id})
        return report

    def uncheck_report(self, report_id: int) -> FullReportRow:
        """Take such a mark back, whoever made it."""
        with self.database.writing() as session:
            report = checks.uncheck(session, report_id)
        log.info("report %d is not checked by hand any more", report_id, extra={"job_id": report.job_id})
        return report

    def add_comment(self, job_id: int, author: str, body: str) -> CommentRow:
        """A new comment on the job."""
        with self.database.writing() as session:
            return comments.add(session, job_id, author, body, _now())

    def edit_comment(self, comment_id: int, author: str, body: str) -> CommentRow:
        """Another text for one's own comment."""
        with self.database.writing() as session:
            return comments.edit(session, comment_id, author, body, _now())

    def delete_comment(self, comment_id: int, author: str) -> None:
        """Delete one's own comment."""
        with self.database.writing() as session:
            comments.delete(session, comment_id, author)

    def _changed(
        self, job_id: int, change: Callable[[Session], None], done: str, by: str = "", **details: Any
    ) -> JobRow:
        """The job after the change, which the audit log tells as `job.<done>` if it was one."""
        actor.need(Role.ANALYST)
        with self.database.writing() as session:
            before = queries.jobs.get(session, job_id)
            change(session)
            after = queries.jobs.get(session, job_id)
            if is_changed := job_changes.has_changed(before, after):
                audit.record(session, f"job.{done}", job_id, by=by, **job_changes.told(before, after), **details)
        if is_changed:
            log.info("job %s", done, extra={"job_id": job_id})
        return after

    def _targets(self, domains: Targets | str | list[str]) -> Targets:
        if isinstance(domains, Targets):
            return domains
        policy = Policy.of(self.settings)
        return parse_text(domains, policy=policy) if isinstance(domains, str) else parse_items(domains, policy)


def _check_named(steps: Collection[int] | None) -> None:
    if steps is not None and len(steps) > MOST_STEPS_NAMED:
        raise InvalidInput(
            N_("{n} steps are named; at most {limit} can be, or all of a state or kind."),
            errors=[{"field": "steps", "detail": _("more than {limit}").format(limit=MOST_STEPS_NAMED)}],
            n=len(steps),
            limit=MOST_STEPS_NAMED,
        )


def _now() -> datetime:
    return datetime.now(UTC)
