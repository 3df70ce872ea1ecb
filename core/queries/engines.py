"""Reads of the engines that live, with the claims that they hold."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import presence
from core.models import JOB_STEPS
from core.presence import EngineRow
from core.states import StepStatus


@dataclass(frozen=True, slots=True)
class EngineAtWork:
    """A living engine, how many steps it holds, and when the first of these leases ends if it is not renewed."""

    engine: EngineRow
    claims: int
    lease_expires_at: datetime | None


def at_work(session: Session, gone: Collection[str] = ()) -> list[EngineAtWork]:
    """Every living engine, the oldest first; `gone` as in `presence.living`."""
    statement = (
        sa.select(JOB_STEPS.c.lease_owner, sa.func.count(), sa.func.min(JOB_STEPS.c.lease_expires_at))
        .where(JOB_STEPS.c.status == StepStatus.RUNNING)
        .group_by(JOB_STEPS.c.lease_owner)
    )
    held = {owner: (claims, ends) for owner, claims, ends in session.execute(statement)}
    return [EngineAtWork(engine, *held.get(engine.id, (0, None))) for engine in presence.living(session, gone)]
