"""What a report is worth: its flags counted, its check by hand; more of what a page and its answer state;
the options that an attempt was made with; pages stored as they were fetched, and steps that read them;
when the pace of a job was changed.

Revision: 0003
Previous: 0002
"""

import re

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
KINDS = (
    *("dns", "connect", "refused", "reset", "tls", "timeout", "too_large", "redirect_loop", "protocol", "not_html"),
    *("empty", "http_4xx", "http_403", "http_404", "http_429", "http_5xx", "bot_wall", "robots", "blocked_address"),
    *("invalid_target", "extract", "worker_died"),
)
NEW_KIND = "page_gone"
HAS_HTML = sa.text("html_sha256 IS NOT NULL")
READS_A_PAGE = sa.text("source_report_id IS NOT NULL")
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
        sa.Column("html_sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("source_report_id", sa.Integer(), nullable=True),
    ]


def upgrade() -> None:
    op.add_column("jobs", sa.Column("pace_changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column("step_attempts", sa.Column("overrides", core.models.Document(), nullable=True))
    for column in _of_reports():
        op.add_column("reports", column)
    counted = ["job_id", "flag_count", "checked_at", "flag_codes", "step_id"]
    op.create_index("ix_reports_flagged", "reports", counted, sqlite_where=FLAGGED, postgresql_where=FLAGGED)
    of_target, badly = ["target", "completed_at"], {"sqlite_where": ENDED_BADLY, "postgresql_where": ENDED_BADLY}
    op.create_index("ix_job_steps_ended_badly", "job_steps", of_target, **badly)
    _store_pages()


def _store_pages() -> None:
    op.create_table(
        "stored_pages",
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("stored_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_pages")),
    )
    op.create_index("ix_stored_pages_sizes", "stored_pages", ["bytes", "stored_bytes"])
    for name, columns in (
        ("ix_reports_html", ["html_sha256", "job_id"]),
        ("ix_reports_with_html", ["job_id", "html_sha256"]),
    ):
        op.create_index(name, "reports", columns, sqlite_where=HAS_HTML, postgresql_where=HAS_HTML)
    op.add_column("job_steps", sa.Column("source_report_id", sa.Integer(), nullable=True))
    reading, reads = ["source_report_id", "job_id"], {"sqlite_where": READS_A_PAGE, "postgresql_where": READS_A_PAGE}
    op.create_index("ix_job_steps_reading", "job_steps", reading, **reads)
    _allow_kinds([*KINDS, NEW_KIND, "cancelled"])


def _allow_kinds(kinds: list[str]) -> None:
    """The failures that both tables know."""
    known = "error_kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"
    if op.get_bind().dialect.name == "sqlite":
        _allow_on_sqlite(known)
        return
    for table in ("job_steps", "step_attempts"):
        op.drop_constraint(f"ck_{table}_error_kind", table)
        op.create_check_constraint(op.f(f"ck_{table}_error_kind"), table, known)


def _allow_on_sqlite(known: str) -> None:
    """SQLite cannot change a CHECK: this is its own recipe for what leaves the rows as they are
    (https://www.sqlite.org/lang_altertable.html#otheralter). A copy of the tables would take minutes, and its DROP
    TABLE all that refers to them.
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    tables = "SELECT name, sql FROM sqlite_master WHERE name IN ('job_steps', 'step_attempts')"
    for name, sql in connection.exec_driver_sql(tables).all():
        changed = re.sub(r"error_kind IN \([^)]*\)", known, sql)
        connection.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE name = ?", (changed, name))
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    for table in ("job_steps", "step_attempts"):
        op.execute(f"UPDATE {table} SET error_kind = 'extract' WHERE error_kind = '{NEW_KIND}'")
    _allow_kinds([*KINDS, "cancelled"])
    op.drop_index("ix_job_steps_reading", "job_steps")
    op.drop_column("job_steps", "source_report_id")
    for name in ("ix_reports_with_html", "ix_reports_html"):
        op.drop_index(name, "reports")
    op.drop_table("stored_pages")
    op.drop_index("ix_job_steps_ended_badly", "job_steps")
    op.drop_index("ix_reports_flagged", "reports")
    for column in _of_reports():
        op.drop_column("reports", column.name)
    op.drop_column("step_attempts", "overrides")
    op.drop_column("jobs", "pace_changed_at")
