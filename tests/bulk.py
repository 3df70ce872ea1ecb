"""Many ended steps at once, made by SQL alone: finished jobs of several owners over 90 days, with attempts and reports.

One in twelve steps failed (a third of these after a retry), one in nine reports is flagged, one in fifty is slow.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from core.db import MIGRATIONS, Database

OWNERS = ("ana", "luis", "marta", "", "O'Hara; --")
KINDS = ("timeout", "dns", "http_404", "connect", "tls", "http_5xx", "bot_wall", "robots")
DAYS = 90
HOSTS = 20_000


def fill(database: Database, steps: int, now: datetime, *, each: int = 10_000) -> None:
    """Insert jobs of `each` steps, `steps` in all (a multiple of `each`), that ended evenly over the `DAYS` before now.

    The sums of the metrics are not touched, see `summed`.
    """
    begin = now - timedelta(days=DAYS)
    with database.writing() as session:
        connection = session.connection()
        first = connection.execute(sa.text("SELECT COALESCE(MAX(id), 0) FROM jobs")).scalar_one()
        first_step = connection.execute(sa.text("SELECT COALESCE(MAX(id), 0) FROM job_steps")).scalar_one()
        jobs = steps // each
        values = {"n": jobs, "each": each, "first": first, "first_step": first_step, "steps": steps}
        for statement in _statements(database.is_sqlite, begin, now, steps):
            text = sa.text(statement)
            connection.execute(text, {name: value for name, value in values.items() if name in text._bindparams})
        if not database.is_sqlite:
            for table in ("jobs", "job_steps", "step_attempts", "reports"):
                name = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))"
                connection.exec_driver_sql(name)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as the server does by itself before long


def summed(database: Database) -> None:
    """Make the sums of the metrics anew from what is there, as an upgrade from the version before them does."""
    for revision, direction in (("0004", command.downgrade), ("head", command.upgrade)):
        revised(database, revision, direction)


def revised(database: Database, revision: str, direction: Callable[[Config, str], None]) -> None:
    """Bring the database to another revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        direction(config, revision)


def _statements(is_sqlite: bool, begin: datetime, now: datetime, steps: int) -> list[str]:
    """The number of a step decides everything about it; the same on both databases."""
    spread = (now - begin).total_seconds() / steps
    started = _moment(is_sqlite, begin, f"(k * {spread})")
    took = "(CASE WHEN k % 50 = 7 THEN 10 + k % 80 WHEN k % 12 = 5 THEN 5 + k % 56 ELSE 0.125 * (1 + k % 37) END)"
    ended = _moment(is_sqlite, begin, f"(k * {spread} + {took})")
    early = _moment(is_sqlite, begin, f"(k * {spread} - 30)")
    kind = _chosen("k / 12", [_text(name) for name in KINDS])
    owner = _chosen("k", [_text(name) for name in OWNERS])
    failed = "k % 12 = 5"
    host = f"'h' || (k % {HOSTS} * 7919 % {HOSTS}) || '.test'"
    no, empty = ("0", "'[]'") if is_sqlite else ("FALSE", "CAST('[]' AS JSON)")
    yes = "1" if is_sqlite else "TRUE"
    config = "'{}'" if is_sqlite else "CAST('{}' AS JSON)"
    result = """'{"report_id": ' || (:first_step + k) || '}'"""
    document = result if is_sqlite else f"CAST({result} AS JSON)"
    lists = (
        *("redirect_chain", "h1s", "jsonld_types", "feeds", "categories", "tags", "internal_links", "external_links"),
        *("external_hosts", "emails", "phones", "social_profiles", "flags"),
    )
    job_failed = "(SELECT COUNT(*) FROM job_steps s WHERE s.job_id = jobs.id AND s.status = 'failed')"
    return [
        _series("n")
        + "INSERT INTO jobs (id, job_type, name, description, status, priority, config, total_steps, completed_steps,"
        " failed_steps, cancelled_steps, created_by, origin, created_at, queued_at, started_at, completed_at)"
        f" SELECT :first + k, 'batch_scraping', 'Bulk ' || k, '', 'completed', 0, {config}, :each, :each, 0, 0,"
        f" {owner}, 'api', {_at(is_sqlite, begin)}, {_at(is_sqlite, begin)}, {_at(is_sqlite, begin)},"
        f" {_at(is_sqlite, now)} FROM series",
        _series("steps")
        + "INSERT INTO job_steps (id, job_id, step_number, name, target, host, status, attempts, next_attempt_at,"
        " waits_for_host, fence, result_data, error_kind, error_message, started_at, completed_at)"
        f" SELECT :first_step + k, :first + 1 + (k - 1) / :each, 1 + (k - 1) % :each, 'Scraping: ' || {host}, {host},"
        f" {host}, CASE WHEN {failed} THEN 'failed' ELSE 'completed' END, CASE WHEN k % 36 = 5 THEN 2 ELSE 1 END,"
        f" {started}, {no}, CASE WHEN k % 36 = 5 THEN 2 ELSE 1 END, CASE WHEN {failed} THEN NULL ELSE {document} END,"
        f" CASE WHEN {failed} THEN {kind} END, CASE WHEN {failed} THEN 'It failed' END, {started}, {ended} FROM series",
        _series("steps") + "INSERT INTO step_attempts (step_id, number, started_at, completed_at, outcome, error_kind)"
        f" SELECT :first_step + k, 1, {early}, {started}, 'failed', 'timeout' FROM series WHERE k % 36 = 5 UNION ALL"
        f" SELECT :first_step + k, CASE WHEN k % 36 = 5 THEN 2 ELSE 1 END, {started}, {ended},"
        f" CASE WHEN {failed} THEN 'failed' ELSE 'completed' END, CASE WHEN {failed} THEN {kind} END FROM series",
        _series("steps")
        + f"INSERT INTO reports (id, step_id, job_id, target, host, requested_url, final_url, {', '.join(lists)},"
        " http_status, https, bytes, fetched_at, attempts, extractor_version, word_count, content_hash, answers,"
        " flag_count, flag_codes, total_seconds)"
        f" SELECT :first_step + k, :first_step + k, :first + 1 + (k - 1) / :each, {host}, {host}, 'https://x', 'https://x',"
        f" {', '.join([empty] * len(lists))}, 200, {yes}, 1000, {ended}, 1, 'bulk', 100, 'hash', {config},"
        f" CASE WHEN k % 9 = 2 THEN 1 ELSE 0 END, CASE WHEN k % 9 = 2 THEN 'thin_text' ELSE '' END, {took}"
        f" FROM series WHERE NOT ({failed})",
        f"UPDATE jobs SET failed_steps = {job_failed}, completed_steps = total_steps - {job_failed}"
        " WHERE id > :first AND id <= :first + :n",
    ]


def _series(count: str) -> str:
    return f"WITH RECURSIVE series(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM series WHERE k < :{count}) "


def _at(is_sqlite: bool, at: datetime) -> str:
    return _moment(is_sqlite, at, "0")


def _moment(is_sqlite: bool, at: datetime, seconds: str) -> str:
    """So many seconds after a moment, as SQLAlchemy stores it."""
    if is_sqlite:
        return f"strftime('%Y-%m-%d %H:%M:%f000', {at.timestamp()} + {seconds}, 'unixepoch')"
    return f"to_timestamp({at.timestamp()} + {seconds})"


def _chosen(number: str, values: list[str]) -> str:
    """One of them for each number, in turn."""
    cases = " ".join(f"WHEN {n} THEN {value}" for n, value in enumerate(values))
    return f"CASE {number} % {len(values)} {cases} END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
