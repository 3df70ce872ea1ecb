"""Which due steps of a job may be claimed: those whose host is free; the others are parked until it is."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.models import HOSTS, JOB_STEPS
from core.politeness import ENTRY, free_at
from core.queries.hosts import is_visited
from core.states import StepStatus

ROUNDS = 4
"""How often one claim reads on when the steps that it reads have to wait for their hosts."""
READ_BEYOND = 32
"""Due steps read beyond those that are wanted, because some of them will have to wait."""
PARKED_SECONDS = 600.0
"""A step that waits behind others of its host is looked at again after this, if no end of a visit makes it due."""

OF_JOB = JOB_STEPS.c.job_id == sa.bindparam("job_id")
_DUE = (
    sa.select(*(JOB_STEPS.c[name] for name in ("id", "host", "source_report_id")))
    .add_columns(is_visited(JOB_STEPS.c.host).label("is_visited"), *(HOSTS.c[name] for name in ENTRY))
    .select_from(JOB_STEPS.outerjoin(HOSTS, HOSTS.c.host == JOB_STEPS.c.host))
    .where(OF_JOB, JOB_STEPS.c.status == StepStatus.PENDING)
    .where(JOB_STEPS.c.next_attempt_at <= sa.bindparam("now"))
    .where(JOB_STEPS.c.id.not_in(sa.bindparam("chosen", expanding=True)))
    .order_by(JOB_STEPS.c.next_attempt_at, JOB_STEPS.c.step_number)
    .limit(sa.bindparam("n"))
)
_PARK = sa.update(JOB_STEPS).where(JOB_STEPS.c.status == StepStatus.PENDING).values(waits_for_host=True)
_PARK_BEHIND = _PARK.where(JOB_STEPS.c.id.in_(sa.bindparam("ids", expanding=True))).values(
    next_attempt_at=sa.bindparam("moment")
)
_PARK_FIRST = _PARK.where(JOB_STEPS.c.id == sa.bindparam("first")).values(next_attempt_at=sa.bindparam("moment"))


class Sorting:
    """Due steps of a job, in their order: those whose host is free are chosen, the others wait for it.

    The first one of a host that rests gets the moment when that ends. All others wait for the end of a visit.
    `interval_seconds` is the job's own pause.
    """

    def __init__(self, session: Session, job_id: int, interval_seconds: float, now: datetime) -> None:
        self._session, self._job_id, self._interval_seconds, self._now = session, job_id, interval_seconds, now
        self._chosen: list[int] = []
        self._hosts: set[str] = set()
        """Those that have their step: a chosen one, or the first to come when they have rested."""
        self._first: list[dict[str, Any]] = []
        self._behind: list[int] = []
        self.pauses: dict[str, float] = {}
        """Of the hosts of chosen steps, those for which people have set one."""

    def choose(self, wanted: int) -> list[int]:
        """Ids of up to `wanted` steps, one a host; what has to wait is written down."""
        for _ in range(ROUNDS):
            limit = 2 * (wanted - len(self._chosen)) + READ_BEYOND
            rows = self._session.execute(_DUE, self._asked(limit)).all()
            for row in rows:
                if len(self._chosen) < wanted:
                    self._sort(row)
            self._park()
            if len(rows) < limit or len(self._chosen) >= wanted:
                break
        return self._chosen

    def _asked(self, limit: int) -> dict[str, Any]:
        return {"job_id": self._job_id, "now": self._now, "chosen": self._chosen, "n": limit}

    def _sort(self, row: Any) -> None:
        if row.source_report_id is not None:
            self._chosen.append(row.id)
            return
        if row.is_visited or row.host in self._hosts:
            self._behind.append(row.id)
            return
        self._hosts.add(row.host)
        moment = free_at(row, self._interval_seconds, self._now)
        if moment > self._now:
            self._first.append({"first": row.id, "moment": moment})
            return
        self._chosen.append(row.id)
        if row.interval_seconds is not None:
            self.pauses[row.host] = row.interval_seconds

    def _park(self) -> None:
        if self._behind:
            far = self._now + timedelta(seconds=PARKED_SECONDS)
            self._session.execute(_PARK_BEHIND, {"ids": self._behind, "moment": far})
        if self._first:
            self._session.execute(_PARK_FIRST, self._first)
        self._behind, self._first = [], []
