"""Alembic's environment: it migrates the connection that `Database.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import core.models  # noqa: F401 - it declares the tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
