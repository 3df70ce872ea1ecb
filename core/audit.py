"""The audit log: an event is written in the transaction that does what it tells."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import actor
from core.models import AUDIT_EVENTS

LONGEST_ID = 320


def record(session: Session, action: str, thing_id: object = "", by: str = "", **details: object) -> None:
    """Write that whoever acts did `action` ("job.cancelled") to the thing with this id.

    `by` signs it where no login does. Details are what people want to know later, as JSON; never a secret.
    """
    who = actor.current()
    session.execute(
        sa.insert(AUDIT_EVENTS).values(
            at=datetime.now(UTC),
            actor=who.sign(by or who.name),
            means=who.means,
            token_id=who.token_id,
            action=action,
            thing=action.partition(".")[0],
            thing_id=str(thing_id)[:LONGEST_ID],
            details=details,
        )
    )
