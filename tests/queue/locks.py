"""Tells when somebody waits for a lock in a database on PostgreSQL."""

import time
from collections.abc import Callable

import sqlalchemy as sa

from core.db import Database

WAITERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
PATIENCE_SECONDS = 30.0


def until_somebody_waits(database: Database, is_through: Callable[[], bool] = lambda: False) -> None:
    """Until a transaction waits for a lock, or is through without one; the test fails when neither comes."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_through():
        with database.reading() as session:
            if session.execute(WAITERS).scalar_one():
                return
        assert time.monotonic() < end, "nobody waits for a lock"
        time.sleep(0.01)
