"""The command line: `python -m core migrate | run FILE --export out.xlsx | demo | worker | token | backup | …`."""

import getpass
import logging
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from core import actor, i18n, logs, queries
from core.actor import Actor
from core.commands.backup import backup
from core.commands.doctor import doctor
from core.commands.forget import forget
from core.commands.prune import prune
from core.commands.restore import restore
from core.commands.token import token
from core.errors import InvalidInput, LoteError
from core.estimate import span
from core.i18n import _, ngettext
from core.job_config import PRESETS
from core.job_service import JobService
from core.queries.rows import JobRow
from core.reasons import sentence
from core.settings import Settings
from core.states import JobStatus, Origin
from core.tables import read_table
from core.targets import Policy, Targets, explain, parse_rows, parse_text

COMPLETED, FAILED, BAD_INPUT = 0, 1, 2
"""Exit codes of `run`."""
ASKED_SECONDS = 5.0
"""How often `run` works out the time left."""
HARD_END_SECONDS = 18
"""After SIGTERM a worker ends within this time, even if the database does not answer."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Lote: scrapes lists of domains in the background and gives one report per domain."""
    i18n.use(i18n.preferred(os.environ.get("LC_ALL") or os.environ.get("LANG")))
    click.get_current_context().with_resource(actor.acting(Actor(_user())))


@main.command()
def migrate() -> None:
    """Bring the database to this version's schema (SQLite is copied first)."""
    settings = Settings.load()
    logs.configure(settings.log_format)
    service = JobService.open(settings.model_copy(update={"auto_migrate": True}))
    click.echo(_("The database is up to date: revision {revision}.").format(revision=service.database.revision()))
    service.close()


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--export", "exported", type=click.Path(path_type=Path, dir_okay=False), help="csv, xlsx, json, …")
@click.option("--name", help="Name of the job; by default the file's.")
@click.option("--column", help="Column with the domains; by default it is guessed.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="normal", show_default=True, help="Pace.")
@click.option("--rows", type=click.Choice(["lines", "steps"]), default="lines", show_default=True, help="Export rows.")
def run(file: Path, exported: Path | None, name: str | None, column: str | None, preset: str, rows: str) -> None:
    """Run a batch without a browser: FILE is a txt, csv or xlsx list of domains.

    Exit codes: 0 completed, 1 failed or cancelled, 2 bad input.
    """
    settings = Settings.load()
    logs.configure(settings.log_format, logging.ERROR)
    if exported is not None:
        _check_export(exported)
    targets = _targets(file, column, Policy.of(settings))
    service = JobService.open(settings)
    try:
        created = service.create_batch_scraping_job(
            targets, name or file.name, config=PRESETS[preset], created_by=actor.current().name, origin=Origin.CLI
        )
        for line in (*targets.rejected, *targets.duplicates):
            click.echo(f"{line.line}: {line.input[:80]!r}: {explain(line)}", err=True)
        job = _execute(service, created.job)
        _tell(job)
        if exported is not None:
            _write(service, job, exported, rows)
    finally:
        service.close()
    sys.exit(COMPLETED if job.status is JobStatus.COMPLETED else FAILED)


@main.command()
@click.option("--port", default=8501, show_default=True, help="Port of the app on 127.0.0.1.")
@click.option("--keep", is_flag=True, help="Keep the temporary database afterwards.")
def demo(port: int, keep: bool) -> None:
    """The app on a temporary database, with a small web of its own; works without internet."""
    from core.demo.start import start

    sys.exit(start(port, keep))


@main.command()
def worker() -> None:
    """An engine without screens, on the database of the settings; ends at SIGTERM or Ctrl+C."""
    from core.engine import Engine
    from core.presence import EngineKind

    settings = Settings.load()
    logs.configure(settings.log_format)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    service = JobService.open(settings)
    with Engine(settings, service.database, kind=EngineKind.WORKER):
        ended.wait()
        hard_end = threading.Timer(HARD_END_SECONDS, os._exit, [0])
        hard_end.daemon = True
        hard_end.start()
    service.close()


main.add_command(backup)
main.add_command(doctor)
main.add_command(forget)
main.add_command(prune)
main.add_command(restore)
main.add_command(token)


def _user() -> str:
    """Who is logged in on this machine; a container may know no names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _targets(file: Path, column: str | None, policy: Policy) -> Targets:
    try:
        data = file.read_bytes()
    except OSError as error:
        message = i18n.N_("The file {file} cannot be read: {reason}")
        raise InvalidInput(message, file=file, reason=error.strerror) from error
    table = read_table(data, file.name, policy=policy)
    if table.kind == "text" and table.text is not None:
        return parse_text(table.text, policy=policy)
    return parse_rows(table.rows_for(column), policy)


def _check_export(path: Path) -> None:
    from core.export import FORMATS

    if path.suffix.lstrip(".").lower() not in FORMATS:
        raise InvalidInput(
            i18n.N_("The export {file} cannot be written: its ending has to be one of {formats}."),
            file=path,
            formats=", ".join(FORMATS),
        )
    if not path.absolute().parent.is_dir():
        raise InvalidInput(i18n.N_("The export {file} cannot be written: there is no such directory."), file=path)


def _execute(service: JobService, job: JobRow) -> JobRow:
    """Run the job with a progress bar and the time left; an interrupt pauses it, so that nobody runs it unasked."""
    from core.engine import Engine

    engine = Engine(service.settings, service.database, only_job=job.id)
    service.start_job(job.id)
    label, left, asked_at = f"#{job.id} {job.name}", "", -ASKED_SECONDS
    with engine, click.progressbar(length=job.total_steps, label=label, show_eta=False, file=sys.stderr) as bar:

        def show(now: JobRow) -> None:
            nonlocal left, asked_at
            if time.monotonic() - asked_at >= ASKED_SECONDS:
                left, asked_at = _time_left(service, now), time.monotonic()
            bar.update(now.total_steps - now.unfinished_steps - bar.pos)
            bar.label = " ".join(filter(None, (label, sentence(now, (now.status_reason or {}).get("ahead", 0)), left)))

        try:
            engine.wait_for_job(show)
        except KeyboardInterrupt:
            service.pause_job(job.id, by=actor.current().name)
    return service.get_job_status(job.id)


def _time_left(service: JobService, job: JobRow) -> str:
    """2–3 min left; empty as long as there is nothing to judge by."""
    with service.database.reading() as session:
        left = queries.progress.of_job(session, job, datetime.now(UTC)).seconds_left
    return _("{span} left").format(span=span(left.low, left.high)) if left else ""


def _tell(job: JobRow) -> None:
    click.echo(
        _("Job {id}: {completed} completed, {failed} failed, {cancelled} cancelled of {total}.").format(
            id=job.id,
            completed=job.completed_steps,
            failed=job.failed_steps,
            cancelled=job.cancelled_steps,
            total=job.total_steps,
        )
    )
    if n := job.flagged_steps:
        flagged = ngettext("{n} of the completed is flagged.", "{n} of the completed are flagged.", n)
        click.echo(flagged.format(n=n))
    if job.status is JobStatus.PAUSED:
        click.echo(_("It is paused; resume it in the app, or cancel it there."), err=True)


def _write(service: JobService, job: JobRow, path: Path, rows: str) -> None:
    """Write the export beside its name first, so that a broken one never stands under it."""
    from core.export import export  # pandas with it, which takes half a second: only who exports waits for it

    unfinished = path.with_name(f".{path.name}.part")
    form = path.suffix.lstrip(".").lower()
    try:
        with (
            export(service.database, job.id, format=form, rows=rows, language=i18n.language()) as file,
            unfinished.open("wb") as out,
        ):
            out.writelines(file.chunks)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(_("Written: {file}").format(file=path))


def _run() -> None:
    try:
        main(standalone_mode=True)
    except LoteError as error:
        click.echo(error.message, err=True)
        for fault in getattr(error, "errors", [])[:20]:
            click.echo(f"  {fault.get('field')}: {fault.get('detail')}", err=True)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    _run()
