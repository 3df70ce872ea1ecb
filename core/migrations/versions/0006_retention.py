"""What is no longer kept leaves a word behind: steps name their report that went, reports say when their page went.

Revision: 0006
Previous: 0005
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PRUNED = sa.text("pruned_report_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("job_steps", sa.Column("pruned_report_id", sa.Integer(), nullable=True))
    op.add_column("reports", sa.Column("html_pruned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    named = {"sqlite_where": PRUNED, "postgresql_where": PRUNED}
    op.create_index("ix_job_steps_pruned", "job_steps", ["pruned_report_id"], **named)


def downgrade() -> None:
    op.drop_index("ix_job_steps_pruned", table_name="job_steps")
    op.drop_column("reports", "html_pruned_at")
    op.drop_column("job_steps", "pruned_report_id")
