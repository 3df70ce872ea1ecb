"""Politeness over all jobs, the engines that work on the database, and reports that are used again.

Revision: 0002
Previous: 0001
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import core.models

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RUNNING = sa.text("status = 'running'")
ASKED_TO_WAIT = sa.text("not_before IS NOT NULL")
PARKED = sa.text("waits_for_host")
OVERRIDDEN = sa.text("interval_seconds IS NOT NULL")
REUSED = sa.text("reused_report_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", core.models.HOST, nullable=False),
        sa.Column("last_ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("crawl_delay_seconds", sa.Float(), nullable=True),
        sa.Column("not_before", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("interval_seconds", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "interval_seconds IS NULL OR interval_seconds BETWEEN 0 AND 3600", name=op.f("ck_hosts_interval")
        ),
        sa.CheckConstraint(
            "crawl_delay_seconds IS NULL OR crawl_delay_seconds BETWEEN 0 AND 60", name=op.f("ck_hosts_crawl_delay")
        ),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_index(
        "ix_hosts_waited_for", "hosts", ["not_before"], sqlite_where=ASKED_TO_WAIT, postgresql_where=ASKED_TO_WAIT
    )
    op.create_index("ix_hosts_overridden", "hosts", ["host"], sqlite_where=OVERRIDDEN, postgresql_where=OVERRIDDEN)
    op.create_table(
        "engines",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("machine", core.models.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("vitals", core.models.Document(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engines")),
    )
    op.add_column("job_steps", sa.Column("waits_for_host", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_job_steps_parked",
        "job_steps",
        ["host", "job_id", "next_attempt_at", "step_number"],
        sqlite_where=PARKED,
        postgresql_where=PARKED,
    )
    op.create_index("ix_job_steps_visited", "job_steps", ["host"], sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.add_column("job_steps", sa.Column("reused_report_id", sa.Integer(), nullable=True))
    for name, columns in (
        ("ix_job_steps_reused", ["reused_report_id", "job_id"]),
        ("ix_job_steps_reusing", ["job_id"]),
    ):
        op.create_index(name, "job_steps", columns, sqlite_where=REUSED, postgresql_where=REUSED)
    op.create_index(op.f("ix_reports_target_fetched_at"), "reports", ["target", "fetched_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_reports_target_fetched_at"), "reports")
    for name in ("ix_job_steps_reused", "ix_job_steps_reusing"):
        op.drop_index(name, "job_steps")
    op.drop_column("job_steps", "reused_report_id")
    op.drop_index("ix_job_steps_visited", "job_steps")
    op.drop_index("ix_job_steps_parked", "job_steps")
    op.drop_column("job_steps", "waits_for_host")
    op.drop_table("engines")
    op.drop_table("hosts")
