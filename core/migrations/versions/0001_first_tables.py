"""Jobs, their lines, steps and attempts, reports, comments and idempotency keys.

Revision: 0001
Previous:
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import core.models


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "job_type",
            sa.Enum(
                "batch_scraping",
                "single_scraping",
                "comparison",
                name="job_type",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", core.models.Text(), nullable=False),
        sa.Column("description", core.models.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "running",
                "paused",
                "completed",
                "failed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("status_reason", core.models.Document(none_as_null=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("config", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("total_steps", sa.Integer(), nullable=False),
        sa.Column("completed_steps", sa.Integer(), nullable=False),
        sa.Column("failed_steps", sa.Integer(), nullable=False),
        sa.Column("cancelled_steps", sa.Integer(), nullable=False),
        sa.Column(
            "progress_percentage",
            sa.Float(),
            sa.Computed(
                "CASE WHEN total_steps = 0 THEN 0 ELSE ((completed_steps + failed_steps) * 1000 / total_steps) / 10.0 END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("created_by", core.models.Text(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "ui",
                "api",
                "python",
                "cli",
                "schedule",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("queued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("completed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(status IN ('cancelled', 'completed', 'failed')) = (completed_at IS NOT NULL)", name=op.f("ck_jobs_final")
        ),
        sa.CheckConstraint(
            "status <> 'running' OR (started_at IS NOT NULL AND queued_at IS NOT NULL)", name=op.f("ck_jobs_running")
        ),
        sa.CheckConstraint(
            "completed_steps >= 0 AND failed_steps >= 0 AND cancelled_steps >= 0 AND completed_steps + failed_steps + cancelled_steps <= total_steps",
            name=op.f("ck_jobs_counters"),
        ),
        sa.CheckConstraint("priority BETWEEN -10 AND 10", name=op.f("ck_jobs_priority")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_created_by"), ["created_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_jobs_status_priority_queued_at"), ["status", "priority", "queued_at"], unique=False
        )

    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("author", core.models.Text(), nullable=False),
        sa.Column("body", core.models.Text(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edited_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_comments_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comments_job_id_id"), ["job_id", "id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("caller", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("request_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("response", core.models.Document(none_as_null=True), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_idempotency_keys_job_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("key", "caller", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)

    op.create_table(
        "job_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("step_number", sa.Integer(), nullable=False),
        sa.Column("name", core.models.Text(), nullable=False),
        sa.Column("target", core.models.Text(), nullable=False),
        sa.Column(
            "host",
            sa.String(length=253).with_variant(sa.String(length=253, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "running",
                "completed",
                "failed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("overrides", core.models.Document(none_as_null=True), nullable=True),
        sa.Column("lease_owner", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("lease_expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("result_data", core.models.Document(none_as_null=True), nullable=True),
        sa.Column(
            "error_kind",
            sa.Enum(
                "dns",
                "connect",
                "refused",
                "reset",
                "tls",
                "timeout",
                "too_large",
                "redirect_loop",
                "protocol",
                "not_html",
                "empty",
                "http_4xx",
                "http_403",
                "http_404",
                "http_429",
                "http_5xx",
                "bot_wall",
                "robots",
                "blocked_address",
                "invalid_target",
                "extract",
                "worker_died",
                "cancelled",
                name="error_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("error_message", core.models.Text(), nullable=True),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("completed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("(status = 'running') = (lease_owner IS NOT NULL)", name=op.f("ck_job_steps_owned")),
        sa.CheckConstraint(
            "(status IN ('cancelled', 'completed', 'failed')) = (completed_at IS NOT NULL)",
            name=op.f("ck_job_steps_final"),
        ),
        sa.CheckConstraint("(lease_owner IS NULL) = (lease_expires_at IS NULL)", name=op.f("ck_job_steps_leased")),
        sa.CheckConstraint("attempts >= 0 AND fence >= 0", name=op.f("ck_job_steps_counts")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_steps_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_steps")),
        sa.UniqueConstraint("job_id", "step_number", name=op.f("uq_job_steps_job_id_step_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("job_steps", schema=None) as batch_op:
        batch_op.create_index("ix_job_steps_due", ["job_id", "status", "next_attempt_at", "step_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_steps_host_job_id"), ["host", "job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_steps_job_id_status_id"), ["job_id", "status", "id"], unique=False)
        batch_op.create_index(
            "ix_job_steps_leases",
            ["lease_owner"],
            unique=False,
            sqlite_where=sa.text("status = 'running'"),
            postgresql_where=sa.text("status = 'running'"),
        )

    op.create_table(
        "job_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("input", core.models.Text(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "ok",
                "corrected",
                "duplicate",
                "rejected",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", core.models.Text(), nullable=True),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("extra", core.models.Document(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_lines_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["step_id"], ["job_steps.id"], name=op.f("fk_job_lines_step_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_lines")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("job_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_lines_job_id_id"), ["job_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_lines_job_id_verdict_id"), ["job_id", "verdict", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_lines_step_id"), ["step_id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("target", core.models.Text(), nullable=False),
        sa.Column(
            "host",
            sa.String(length=253).with_variant(sa.String(length=253, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("requested_url", core.models.Text(), nullable=False),
        sa.Column("final_url", core.models.Text(), nullable=False),
        sa.Column("redirect_chain", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=False),
        sa.Column("https", sa.Boolean(), nullable=False),
        sa.Column("ip", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("ttfb_seconds", sa.Float(), nullable=True),
        sa.Column("total_seconds", sa.Float(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("content_type", core.models.Text(), nullable=True),
        sa.Column("charset", core.models.Text(), nullable=True),
        sa.Column("charset_source", core.models.Text(), nullable=True),
        sa.Column("server", core.models.Text(), nullable=True),
        sa.Column("tls_issuer", core.models.Text(), nullable=True),
        sa.Column("tls_expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("robots_verdict", core.models.Text(), nullable=True),
        sa.Column("fetched_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("extractor_version", core.models.Text(), nullable=False),
        sa.Column("title", core.models.Text(), nullable=True),
        sa.Column("description", core.models.Text(), nullable=True),
        sa.Column("canonical_url", core.models.Text(), nullable=True),
        sa.Column("language_declared", core.models.Text(), nullable=True),
        sa.Column("language_detected", core.models.Text(), nullable=True),
        sa.Column("site_name", core.models.Text(), nullable=True),
        sa.Column("author", core.models.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("modified_on", sa.Date(), nullable=True),
        sa.Column("image_url", core.models.Text(), nullable=True),
        sa.Column("favicon_url", core.models.Text(), nullable=True),
        sa.Column("generator", core.models.Text(), nullable=True),
        sa.Column("h1s", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("jsonld_types", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("feeds", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("meta_robots", core.models.Text(), nullable=True),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("content_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("categories", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("tags", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("internal_links", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("external_links", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("external_hosts", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("emails", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("phones", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("social_profiles", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("flags", core.models.Document(none_as_null=True), nullable=False),
        sa.Column("answers", core.models.Document(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_reports_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["step_id"], ["job_steps.id"], name=op.f("fk_reports_step_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("step_id", name=op.f("uq_reports_step_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_host_id"), ["host", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reports_job_id_id"), ["job_id", "id"], unique=False)

    op.create_table(
        "step_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("completed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "completed",
                "failed",
                "lost",
                "cancelled",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column(
            "error_kind",
            sa.Enum(
                "dns",
                "connect",
                "refused",
                "reset",
                "tls",
                "timeout",
                "too_large",
                "redirect_loop",
                "protocol",
                "not_html",
                "empty",
                "http_4xx",
                "http_403",
                "http_404",
                "http_429",
                "http_5xx",
                "bot_wall",
                "robots",
                "blocked_address",
                "invalid_target",
                "extract",
                "worker_died",
                "cancelled",
                name="error_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("error_message", core.models.Text(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (completed_at IS NULL)", name=op.f("ck_step_attempts_ended")),
        sa.ForeignKeyConstraint(
            ["step_id"], ["job_steps.id"], name=op.f("fk_step_attempts_step_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_attempts")),
        sa.UniqueConstraint("step_id", "number", name=op.f("uq_step_attempts_step_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("step_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_attempts_completed_at"), ["completed_at"], unique=False)

    op.create_table(
        "report_texts",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("text", core.models.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_texts_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_texts")),
    )


def downgrade() -> None:
    op.drop_table("report_texts")
    with op.batch_alter_table("step_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_step_attempts_completed_at"))

    op.drop_table("step_attempts")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reports_job_id_id"))
        batch_op.drop_index(batch_op.f("ix_reports_host_id"))

    op.drop_table("reports")
    with op.batch_alter_table("job_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_lines_step_id"))
        batch_op.drop_index(batch_op.f("ix_job_lines_job_id_verdict_id"))
        batch_op.drop_index(batch_op.f("ix_job_lines_job_id_id"))

    op.drop_table("job_lines")
    with op.batch_alter_table("job_steps", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_job_steps_leases",
            sqlite_where=sa.text("status = 'running'"),
            postgresql_where=sa.text("status = 'running'"),
        )
        batch_op.drop_index(batch_op.f("ix_job_steps_job_id_status_id"))
        batch_op.drop_index(batch_op.f("ix_job_steps_host_job_id"))
        batch_op.drop_index("ix_job_steps_due")

    op.drop_table("job_steps")
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_created_at"))

    op.drop_table("idempotency_keys")
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comments_job_id_id"))

    op.drop_table("comments")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_status_priority_queued_at"))
        batch_op.drop_index(batch_op.f("ix_jobs_created_by"))

    op.drop_table("jobs")
