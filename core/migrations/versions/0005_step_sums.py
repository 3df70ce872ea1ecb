"""Sums of ended steps, for the metrics, filled from the attempts that are there; indexes of failed and slow visits.

Revision: 0005
Previous: 0004
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import sqlmodel
from alembic import op

import core.models

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FAILED = sa.text("status = 'failed' AND source_report_id IS NULL")
SLOW = sa.text("total_seconds >= 10 AND source_report_id IS NULL")
SPANS = "IN ('minute', 'hour', 'ever')"
MINUTES_KEPT = timedelta(hours=49)
BOUNDS_SECONDS = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)
# a colon before a name would be a parameter
BEGIN = {
    "sqlite": {"minute": "substr({at}, 1, 16) || '\\:00.000000'", "hour": "substr({at}, 1, 13) || '\\:00\\:00.000000'"},
    "postgresql": {"minute": "date_trunc('minute', {at}, 'UTC')", "hour": "date_trunc('hour', {at}, 'UTC')"},
}
SECONDS = {
    # whole seconds and microseconds apart: SQLite's julianday is off by 40 µs
    "sqlite": "strftime('%s', a.completed_at) - strftime('%s', a.started_at)"
    " + (substr(a.completed_at, 21, 6) - substr(a.started_at, 21, 6)) / 1000000.0",
    "postgresql": "CAST(EXTRACT(EPOCH FROM a.completed_at - a.started_at) AS double precision)",
}
EPOCH = {"sqlite": "'1970-01-01 00\\:00\\:00.000000'", "postgresql": "TIMESTAMPTZ '1970-01-01 00\\:00\\:00+00'"}


def upgrade() -> None:
    op.create_table(
        "step_results",
        *_of_span(),
        sa.Column("result", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("owner", core.models.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"span {SPANS}", name=op.f("ck_step_results_span")),
        sa.PrimaryKeyConstraint("span", "begins_at", "result", "owner", name=op.f("pk_step_results")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "step_times",
        *_of_span(),
        sa.Column("bucket", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", core.models.Text(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.CheckConstraint(f"span {SPANS}", name=op.f("ck_step_times_span")),
        sa.PrimaryKeyConstraint("span", "begins_at", "bucket", "owner", name=op.f("pk_step_times")),
        sqlite_with_rowid=False,
    )
    failed = ["completed_at", "host", "error_kind", "job_id", "status", "source_report_id"]
    slow = ["fetched_at", "host", "total_seconds", "job_id", "source_report_id"]
    op.create_index("ix_job_steps_failed", "job_steps", failed, sqlite_where=FAILED, postgresql_where=FAILED)
    op.create_index("ix_reports_slow", "reports", slow, sqlite_where=SLOW, postgresql_where=SLOW)
    _fill()


def downgrade() -> None:
    op.drop_index("ix_reports_slow", table_name="reports")
    op.drop_index("ix_job_steps_failed", table_name="job_steps")
    op.drop_table("step_times")
    op.drop_table("step_results")


def _of_span() -> list[sa.Column]:
    return [
        sa.Column("span", sa.String(length=20), nullable=False),
        sa.Column("begins_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    ]


def _fill() -> None:
    connection = op.get_bind()
    dialect = connection.dialect.name
    since = datetime.now(UTC) - MINUTES_KEPT
    for span, beginning in (("hour", None), ("minute", since)):
        for statement in _sums(dialect, span, beginning is not None):
            values = {"since": beginning} if beginning is not None else {}
            typed = [sa.bindparam(name, type_=sqlmodel.sql.sqltypes.UTCDateTime()) for name in values]
            connection.execute(sa.text(statement).bindparams(*typed), values)
    for table, key, values in (("step_results", "result", "attempts, steps"), ("step_times", "bucket", "steps, seconds")):
        summed = ", ".join(f"SUM({value.strip()})" for value in values.split(","))
        connection.execute(
            sa.text(
                f"INSERT INTO {table} (span, begins_at, {key}, owner, {values})"
                f" SELECT 'ever', {EPOCH[dialect]}, {key}, owner, {summed} FROM {table} WHERE span = 'hour'"
                f" GROUP BY {key}, owner"
            )
        )


def _sums(dialect: str, span: str, is_limited: bool) -> tuple[str, str]:
    """What inserts the sums of each minute or hour: how attempts ended, and how long the last ones of steps took."""
    begin = BEGIN[dialect][span].format(at="a.completed_at")
    seconds = f"CASE WHEN a.completed_at > a.started_at THEN {SECONDS[dialect]} ELSE 0.0 END"
    ends = "a.number = s.fence AND s.status IN ('completed', 'failed')"
    source = (
        " FROM step_attempts a JOIN job_steps s ON s.id = a.step_id JOIN jobs j ON j.id = s.job_id"
        " WHERE a.outcome IN ('completed', 'failed')"
    ) + (" AND a.completed_at >= :since" if is_limited else "")
    result = (
        "CASE WHEN a.error_kind IS NOT NULL THEN a.error_kind"
        " WHEN a.step_id IN (SELECT step_id FROM reports WHERE flag_count > 0) THEN 'flagged' ELSE 'completed' END"
    )
    cases = " ".join(f"WHEN seconds <= {bound} THEN {number}" for number, bound in enumerate(BOUNDS_SECONDS))
    bucket = f"CASE {cases} ELSE {len(BOUNDS_SECONDS)} END"
    return (
        "INSERT INTO step_results (span, begins_at, result, owner, attempts, steps)"
        f" SELECT '{span}', begins_at, result, owner, COUNT(*), SUM(ends) FROM (SELECT {begin} AS begins_at,"
        f" {result} AS result, j.created_by AS owner, CASE WHEN {ends} THEN 1 ELSE 0 END AS ends {source}) AS ended"
        " GROUP BY begins_at, result, owner",
        "INSERT INTO step_times (span, begins_at, bucket, owner, steps, seconds)"
        f" SELECT '{span}', begins_at, {bucket} AS bucket, owner, COUNT(*), SUM(seconds) FROM"
        f" (SELECT {begin} AS begins_at, {seconds} AS seconds, j.created_by AS owner {source} AND {ends}) AS ended"
        " GROUP BY begins_at, bucket, owner",
    )
