"""Reads of comments."""

import sqlalchemy as sa
from sqlmodel import Session, col

from core.errors import NotFound
from core.i18n import N_
from core.models import Comment
from core.queries import jobs
from core.queries.paging import by_keyset, columns, one
from core.queries.rows import CommentRow, Page


def page(session: Session, job_id: int, *, limit: int = 50, cursor: str | None = None) -> Page[CommentRow]:
    """Comments on a job, oldest first; `NotFound` without the job."""
    jobs.get(session, job_id)
    statement = sa.select(*columns(CommentRow, Comment)).where(col(Comment.job_id) == job_id)
    return by_keyset(session, CommentRow, statement, col(Comment.id), limit=limit, cursor=cursor)


def get(session: Session, comment_id: int) -> CommentRow:
    """One comment, or `NotFound`."""
    found = None
    if 0 < comment_id <= jobs.LARGEST_ID:
        found = one(session, CommentRow, sa.select(*columns(CommentRow, Comment)).where(col(Comment.id) == comment_id))
    if found is None:
        raise NotFound(N_("There is no comment {id}. It may have been deleted."), id=comment_id)
    return found
