"""What people set for a host: the pause between two visits, whatever jobs and robots.txt say."""

import sqlalchemy as sa
from sqlmodel import Session

from core import audit, dialect, queue
from core.errors import InvalidInput
from core.i18n import N_, Amount, _
from core.models import HOSTS
from core.targets import Policy, parse_items

LONGEST_SECONDS = 3600.0


def set_interval(session: Session, host: str, seconds: float | None, policy: Policy) -> str:
    """Let `seconds` pass between visits to the host (None: as jobs and robots.txt say); gives its name as stored.
    Steps that wait for the host already wait by it too.

    Raises `InvalidInput` for what is no host and for a pause outside of 0 to 3,600 s.
    """
    name = named(host, policy)
    if seconds is not None and not 0 <= seconds <= LONGEST_SECONDS:
        raise InvalidInput(
            N_("A pause of {seconds} s is not possible: from 0 to {longest} s are."),
            errors=[{"field": "interval_seconds", "detail": _("from 0 to 3,600")}],
            seconds=Amount(seconds),
            longest=Amount(LONGEST_SECONDS),
        )
    queue.host_changed(session, name)
    before = session.execute(sa.select(HOSTS.c.interval_seconds).where(HOSTS.c.host == name)).scalar()
    statement = dialect.insert(session, HOSTS).values(host=name, interval_seconds=seconds)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[HOSTS.c.host], set_={"interval_seconds": statement.excluded.interval_seconds}
        )
    )
    if before != seconds:
        audit.record(session, "host.pause_set", name, before=before, after=seconds)
    return name


def named(text: str, policy: Policy) -> str:
    """The name of a host as it is stored; raises `InvalidInput` for what is none."""
    accepted = parse_items([text], policy).accepted
    if len(accepted) != 1 or accepted[0].target != accepted[0].host:
        raise InvalidInput(
            N_("“{text}” is not the name of a host, such as example.com."),
            errors=[{"field": "host", "detail": _("Give one name, without a path.")}],
            text=text.strip()[:200],
        )
    return str(accepted[0].host)
