"""Routes of comments."""

from typing import Annotated

from fastapi import APIRouter, Query

from core import queries
from core.api.given import CommentId, JobId, Service
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import Authorship, CommentChange, NewComment, Paging
from core.queries.rows import CommentRow, Page

router = APIRouter(route_class=JsonRoute, tags=["comments"], prefix="/comments")


@router.get("/job/{job_id}", responses=documented(404, 422))
def list_comments(job_id: JobId, service: Service, paging: Annotated[Paging, Query()]) -> Page[CommentRow]:
    """Comments on a job, oldest first."""
    with service.database.reading() as session:
        return queries.comments.page(session, job_id, limit=paging.limit, cursor=paging.cursor)


@router.post("/job", status_code=201, responses=documented(404, 422))
def add_comment(comment: NewComment, service: Service) -> CommentRow:
    """Comment on a job."""
    return service.add_comment(comment.job_id, comment.author, comment.body)


@router.patch("/{comment_id}", responses=documented(404, 409, 422))
def edit_comment(comment_id: CommentId, change: CommentChange, service: Service) -> CommentRow:
    """Change one's own comment: `author` must be the comment's author, else 409. With a login or a token one's own
    name must, but for admins, else 403.
    """
    return service.edit_comment(comment_id, change.author, change.body)


@router.delete("/{comment_id}", status_code=204, responses=documented(404, 409, 422))
def delete_comment(comment_id: CommentId, service: Service, who: Annotated[Authorship, Query()]) -> None:
    """Delete one's own comment: the parameter `author` must be the comment's author, else 409. With a login or a
    token one's own name must, but for admins, else 403.
    """
    service.delete_comment(comment_id, who.author)
