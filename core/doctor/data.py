"""Looks at the database, the disk, the files and the engines."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import __version__, owner, presence
from core.db import Database, head, revisions, without_password
from core.disk import ENOUGH_BYTES, LITTLE_BYTES
from core.doctor.finding import Finding, bad, ok, warning
from core.i18n import _, ngettext
from core.job_config import MIB
from core.models import JOB_STEPS, JOBS
from core.settings import Settings
from core.states import StepStatus

CLOCK_SECONDS = 5.0
"""Clocks of two machines that differ by more make leases and pauses wrong."""


def files(settings: Settings) -> Iterator[Finding]:
    """The data directory: there, ours, nobody else's, with room."""
    directory = settings.data_dir.absolute()
    if not directory.is_dir():
        yield warning(
            "data_dir",
            _("The data directory {directory} is not there.").format(directory=directory),
            _("It is made at the first start; set LOTE_DATA_DIR if it should be elsewhere."),
        )
        return
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        yield bad(
            "data_dir",
            _("The data directory {directory} cannot be written to.").format(directory=directory),
            _("Give it to the user that runs Lote."),
        )
    elif (mode := directory.stat().st_mode & 0o777) & 0o077:
        yield warning(
            "data_dir",
            _("Others on this machine may look into {directory} (mode {mode:o}).").format(
                directory=directory, mode=mode
            ),
            f"chmod 700 {directory}",
        )
    else:
        yield ok("data_dir", _("The data directory {directory} is private.").format(directory=directory))
    free = shutil.disk_usage(directory).free
    told = _("{n} MiB of disk space are free.").format(n=free // MIB)
    if free < LITTLE_BYTES:
        yield bad("disk", told, _("Jobs pause until there are {n} MiB. Make room.").format(n=ENOUGH_BYTES // MIB))
    elif free < 10 * ENOUGH_BYTES:
        yield warning("disk", told, _("Make room, or let data go: LOTE_KEEP_HTML_DAYS, LOTE_KEEP_REPORTS_DAYS."))
    else:
        yield ok("disk", told)


def schema(database: Database) -> Iterator[Finding]:
    """The revision; raises `DatabaseDown` or `DatabaseUnusable` when the database does not answer."""
    found, name = database.revision(), without_password(database.url)
    if found == head():
        yield ok("database", _("{database} answers; its revision is {revision}.").format(database=name, revision=found))
    elif found is not None and found not in revisions():
        yield bad(
            "database",
            _("{database} is newer than this version of Lote.").format(database=name),
            _("Install the newer version again."),
        )
    else:
        is_migrated = database.is_sqlite and found is not None
        yield warning(
            "database",
            _("{database} has the revision {revision}, not {head}.").format(
                database=name, revision=found or "-", head=head()
            ),
            _("It is migrated at the next start.") if is_migrated else "python -m core migrate",
        )


def content(database: Database) -> Iterator[Finding]:
    """What is in it: whole, with counters that equal the steps."""
    with database.reading() as session:
        yield _integrity(session, database)
        yield _counters(session)
        yield from _engines(session, database)
        yield _clock(session, database)


def _integrity(session: Session, database: Database) -> Finding:
    if database.is_sqlite:
        problems = [row for row in session.execute(sa.text("PRAGMA quick_check(3)")).scalars() if row != "ok"]
    else:
        invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid LIMIT 3"
        problems = list(session.execute(sa.text(invalid)).scalars())
    if not problems:
        return ok("integrity", _("The database is whole."))
    advice = _("Stop Lote and restore a backup: python -m core restore FILE --replace")
    told = _("The database is damaged: {problems}").format(problems="; ".join(map(str, problems)))
    return bad("integrity", told, advice if database.is_sqlite else f"REINDEX INDEX {problems[0]}")


def _counters(session: Session) -> Finding:
    steps = (
        sa.select(JOB_STEPS.c.job_id, JOB_STEPS.c.status, sa.func.count().label("n"))
        .group_by(JOB_STEPS.c.job_id, JOB_STEPS.c.status)
        .subquery()
    )

    def counted(*statuses: StepStatus) -> sa.ColumnElement[int]:
        of_job = sa.select(sa.func.coalesce(sa.func.sum(steps.c.n), 0)).where(steps.c.job_id == JOBS.c.id)
        return (of_job.where(steps.c.status.in_(statuses)) if statuses else of_job).scalar_subquery()

    differ = sa.or_(
        JOBS.c.total_steps != counted(),
        JOBS.c.completed_steps != counted(StepStatus.COMPLETED),
        JOBS.c.failed_steps != counted(StepStatus.FAILED),
        JOBS.c.cancelled_steps != counted(StepStatus.CANCELLED),
    )
    if jobs := list(session.scalars(sa.select(JOBS.c.id).where(differ).limit(10))):
        told = _("The counters of these jobs are not those of their steps: {jobs}").format(jobs=jobs)
        return bad("counters", told, _("This is a fault of Lote; please report it."))
    return ok("counters", _("The counters of all jobs equal their steps."))


def _engines(session: Session, database: Database) -> Iterator[Finding]:
    living = presence.living(session, owner.gone(database.data_dir))
    others = sorted({engine.version for engine in living} - {__version__})
    told = ngettext("{n} engine lives.", "{n} engines live.", len(living)).format(n=len(living))
    if not living:
        yield warning("engines", _("No engine lives."), _("Start the app, or python -m core worker."))
    elif others:
        versions = ", ".join(others)
        told = _("Engines of other versions live: {versions}; this is {own}.").format(
            versions=versions, own=__version__
        )
        yield warning("engines", told, _("Restart them with this version."))
    else:
        yield ok("engines", told)
    expired = (JOB_STEPS.c.status == StepStatus.RUNNING) & (JOB_STEPS.c.lease_expires_at < presence.moment(session))
    if n := session.execute(sa.select(sa.func.count()).select_from(JOB_STEPS).where(expired)).scalar_one():
        told = ngettext("{n} claim has run out.", "{n} claims have run out.", n).format(n=n)
        yield warning("leases", told, _("An engine takes it up within seconds; start one."))
    else:
        yield ok("leases", _("No claim has run out."))


def _clock(session: Session, database: Database) -> Finding:
    now = datetime.now(UTC)
    off = (presence.moment(session) - now).total_seconds()
    told = _("This machine says {moment}.").format(moment=now.strftime("%Y-%m-%d %H:%M:%SZ"))
    if database.is_sqlite:
        return ok("clock", told)
    if abs(off) > CLOCK_SECONDS:
        told += " " + _("The database's clock differs by {n} s.").format(n=round(off))
        return bad("clock", told, _("Let both keep their time by NTP."))
    return ok("clock", told + " " + _("So does the database."))


def python() -> Finding:
    """The version that runs."""
    return ok("version", f"Lote {__version__}, Python {sys.version.split()[0]}")
