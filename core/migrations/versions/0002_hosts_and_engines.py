"""Politeness over all jobs, and the engines that work on the database.

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
OVERRIDDEN = sa.text("interval_seconds IS NOT NULL")


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
    op.create_index("ix_job_steps_visited", "job_steps", ["host"], sqlite_where=RUNNING, postgresql_where=RUNNING)


def downgrade() -> None:
    op.drop_index("ix_job_steps_visited", "job_steps")
    op.drop_table("engines")
    op.drop_table("hosts")
