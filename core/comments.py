"""Comments on jobs: written, edited and deleted by their authors."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import actor, audit, queries
from core.actor import Role
from core.errors import InvalidInput, Refused
from core.i18n import N_, _
from core.models import COMMENTS
from core.queries.rows import CommentRow

LONGEST_BODY = 10_000
LONGEST_AUTHOR = 200


def add(session: Session, job_id: int, author: str, body: str, now: datetime) -> CommentRow:
    """A new comment on an existing job."""
    who = actor.need(Role.ANALYST)
    queries.jobs.get(session, job_id)
    values = {"job_id": job_id, "author": _author(who.sign(author)), "body": _body(body), "created_at": now}
    comment_id = session.execute(sa.insert(COMMENTS).values(values).returning(COMMENTS.c.id)).scalar_one()
    audit.record(session, "job.commented", job_id, by=author.strip(), comment_id=comment_id)
    return queries.comments.get(session, comment_id)


def edit(session: Session, comment_id: int, author: str, body: str, now: datetime) -> CommentRow:
    """Another text for one's own comment; an admin who has logged in may change all."""
    comment = _own(session, comment_id, author)
    session.execute(sa.update(COMMENTS).where(COMMENTS.c.id == comment_id).values(body=_body(body), edited_at=now))
    _tell(session, "job.comment_edited", comment, author)
    return queries.comments.get(session, comment_id)


def delete(session: Session, comment_id: int, author: str) -> None:
    """Delete one's own comment; an admin who has logged in may delete all."""
    comment = _own(session, comment_id, author)
    session.execute(sa.delete(COMMENTS).where(COMMENTS.c.id == comment_id))
    _tell(session, "job.comment_deleted", comment, author)


def _tell(session: Session, action: str, comment: CommentRow, author: str) -> None:
    """Whose comment it was; what it said is the author's own matter."""
    audit.record(session, action, comment.job_id, by=author.strip(), comment_id=comment.id, author=comment.author)


def _own(session: Session, comment_id: int, author: str) -> CommentRow:
    who = actor.need(Role.ANALYST)
    comment = queries.comments.get(session, comment_id)
    if who.is_verified:
        actor.need_say_over(comment.author)
    elif comment.author != _author(author):
        raise Refused(N_("Only {author} can change this comment."), author=comment.author)
    return comment


def _author(author: str) -> str:
    name = author.strip()
    if not name or len(name) > LONGEST_AUTHOR:
        raise InvalidInput(
            N_("A comment needs an author, of {limit} characters at the most."),
            errors=[{"field": "author", "detail": _("missing or too long")}],
            limit=LONGEST_AUTHOR,
        )
    return name


def _body(body: str) -> str:
    if not body.strip() or len(body) > LONGEST_BODY:
        raise InvalidInput(
            N_("A comment needs a text, of {limit} characters at the most."),
            errors=[{"field": "body", "detail": _("missing or too long")}],
            limit=LONGEST_BODY,
        )
    return body.strip()
