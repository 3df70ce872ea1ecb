"""People who log in, tokens for programs, and who did what.

Revision: 0004
Previous: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import core.models

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = "IN ('viewer', 'analyst', 'admin')"
MEANS = "IN ('local', 'login', 'token')"


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("name", core.models.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("role_set_by", core.models.Text(), nullable=True),
        sa.Column("seen_role", sa.String(length=20), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(f"role {ROLES}", name=op.f("ck_users_role")),
        sa.CheckConstraint(f"seen_role {ROLES}", name=op.f("ck_users_seen_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", core.models.Text(), nullable=False),
        sa.Column("hint", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("secret_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("owner", core.models.Text(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("last_used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_by", core.models.Text(), nullable=True),
        sa.CheckConstraint(f"scope {ROLES}", name=op.f("ck_api_tokens_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_tokens_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_api_tokens_owner_id"), "api_tokens", ["owner", "id"])
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("actor", core.models.Text(), nullable=False),
        sa.Column("means", sa.String(length=20), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("thing", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("thing_id", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("details", core.models.Document(), nullable=False),
        sa.CheckConstraint(f"means {MEANS}", name=op.f("ck_audit_events_means")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_events_at_id"), "audit_events", ["at", "id"])
    op.create_index(op.f("ix_audit_events_thing_thing_id_id"), "audit_events", ["thing", "thing_id", "id"])


def downgrade() -> None:
    for table in ("audit_events", "api_tokens", "users"):
        op.drop_table(table)
