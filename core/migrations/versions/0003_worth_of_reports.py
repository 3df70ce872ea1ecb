"""What a report is worth: its flags counted, its check by hand; more of what a page and its answer state;
the options that an attempt was made with.

Revision: 0003
Previous: 0002
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import core.models

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FLAGGED = sa.text("flag_count > 0")
ENDED_BADLY = sa.text("status = 'failed' OR (status = 'cancelled' AND started_at IS NOT NULL)")
LISTS = ("technologies", "hreflang", "outlinks", "postal_addresses", "extra_pages", "response_headers")


def _of_reports() -> list[sa.Column]:
    return [
        sa.Column("flag_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("flag_codes", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=""),
        sa.Column("checked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("checked_by", core.models.Text(), nullable=True),
        sa.Column("checked_note", core.models.Text(), nullable=True),
        sa.Column("canonical_differs", sa.Boolean(), nullable=True),
        sa.Column("x_robots_tag", core.models.Text(), nullable=True),
        sa.Column("organisation_name", core.models.Text(), nullable=True),
        *(sa.Column(name, core.models.Document(), nullable=False, server_default=sa.text("'[]'")) for name in LISTS),
        sa.Column("contact_sources", core.models.Document(), nullable=False, server_default=sa.text("'{}'")),
    ]


def upgrade() -> None:
    op.add_column("step_attempts", sa.Column("overrides", core.models.Document(), nullable=True))
    for column in _of_reports():
        op.add_column("reports", column)
    counted = ["job_id", "flag_count", "checked_at", "flag_codes", "step_id"]
    op.create_index("ix_reports_flagged", "reports", counted, sqlite_where=FLAGGED, postgresql_where=FLAGGED)
    of_target, badly = ["target", "completed_at"], {"sqlite_where": ENDED_BADLY, "postgresql_where": ENDED_BADLY}
    op.create_index("ix_job_steps_ended_badly", "job_steps", of_target, **badly)


def downgrade() -> None:
    op.drop_index("ix_job_steps_ended_badly", "job_steps")
    op.drop_index("ix_reports_flagged", "reports")
    for column in _of_reports():
        op.drop_column("reports", column.name)
    op.drop_column("step_attempts", "overrides")
