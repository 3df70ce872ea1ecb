"""The ledger of hosts."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from core.models.columns import HOST, partial


class Host(SQLModel, table=True):
    """What politeness has to know about a host, over all jobs and engines; a row begins with the first visit."""

    __tablename__ = "hosts"
    __table_args__ = (
        CheckConstraint("interval_seconds IS NULL OR interval_seconds BETWEEN 0 AND 3600", name="interval"),
        CheckConstraint("crawl_delay_seconds IS NULL OR crawl_delay_seconds BETWEEN 0 AND 60", name="crawl_delay"),
        partial("ix_hosts_waited_for", "not_before", where="not_before IS NOT NULL"),
        partial("ix_hosts_overridden", "host", where="interval_seconds IS NOT NULL"),
    )

    host: str = Field(primary_key=True, sa_type=HOST)
    last_ended_at: datetime | None = None
    """When the last visit ended; a visit that is being broken off is given 2 s more."""
    answered_at: datetime | None = None
    """The last HTTP answer of whatever status."""
    crawl_delay_seconds: float | None = None
    """`Crawl-delay` of its robots.txt; 0 when that asks for none, null while it was not read."""
    not_before: datetime | None = None
    """Until when its last `Retry-After` asked to wait."""
    interval_seconds: float | None = None
    """Set by people: instead of the interval of the jobs and of `Crawl-delay`."""
