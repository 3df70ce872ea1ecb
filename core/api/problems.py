"""Problem details (RFC 9457): the kinds of problems, their answers, and which error becomes which."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from core import faults
from core.errors import (
    DatabaseDown,
    DatabaseFull,
    DatabaseMoved,
    DatabaseUnusable,
    Forbidden,
    InvalidInput,
    LoteError,
    NoLongerKept,
    NotFound,
    Refused,
)
from core.i18n import N_, _

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

FAR = (OperationalError, NoConnection)
"""What the database's driver and pool raise when it does not answer."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; `slug` makes its `type`."""

    slug: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The URI reference that names this kind; it never changes."""
        return f"/api/docs#{self.slug}"


BAD_REQUEST = Kind("bad-request", 400, N_("The request cannot be read"))
UNIDENTIFIED = Kind("unauthorized", 401, N_("It is not known who asks"))
FORBIDDEN = Kind("forbidden", 403, N_("This request is not allowed"))
NOT_FOUND = Kind("not-found", 404, N_("Not found"))
GONE = Kind("gone", 410, N_("No longer kept"))
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, N_("This method is not possible here"))
CONFLICT = Kind("conflict", 409, N_("Not possible now"))
TOO_LARGE = Kind("too-large", 413, N_("The request is too large"))
UNSUPPORTED = Kind("unsupported-media-type", 415, N_("JSON is needed"))
INVALID = Kind("invalid-input", 422, N_("The input cannot be used"))
TOO_MANY = Kind("too-many-requests", 429, N_("Too many requests"))
INTERNAL = Kind("internal-error", 500, N_("An error inside Lote"))
UNAVAILABLE = Kind("unavailable", 503, N_("The database does not answer"))
KINDS = {
    kind.status: kind
    for kind in (
        BAD_REQUEST,
        UNIDENTIFIED,
        FORBIDDEN,
        NOT_FOUND,
        GONE,
        METHOD_NOT_ALLOWED,
        CONFLICT,
        TOO_LARGE,
        UNSUPPORTED,
        INVALID,
        TOO_MANY,
        INTERNAL,
        UNAVAILABLE,
    )
}


class Fault(BaseModel):
    """One fault of the input."""

    field: Annotated[
        str, Field(description="The parameter, or the path in the body: `config.concurrency`, `domains.1` (the first)")
    ]
    detail: Annotated[str, Field(description="What is wrong with it")]


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: Annotated[str, Field(description="Names the kind of problem; stable", examples=[NOT_FOUND.type])]
    title: Annotated[str, Field(description="The kind of problem in words", examples=[NOT_FOUND.title])]
    status: Annotated[int, Field(description="The HTTP status", examples=[404])]
    detail: Annotated[str, Field(description="What happened, for people", examples=["There is no job 7."])]
    errors: Annotated[list[Fault], Field(description="The single faults of the input; empty for other problems")]


def problem(
    kind: Kind,
    detail: str,
    errors: Sequence[Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer that tells a problem, in the language of the present context; `detail` is already translated."""
    content = {
        "type": kind.type,
        "title": _(kind.title),
        "status": kind.status,
        "detail": detail,
        "errors": errors or (),
    }
    # ASCII, because a message may quote a lone surrogate of the input
    return Response(json.dumps(content), kind.status, dict(headers or {}), MEDIA_TYPE)


def internal() -> Response:
    """The answer to an error of ours; the traceback is in the log only."""
    return problem(INTERNAL, _("Something went wrong inside Lote; the log has the details."))


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems, for OpenAPI."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    known: dict[int | str, dict[str, Any]] = {
        status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses
    }
    return known | {"default": {"description": "Any other problem", "content": content}}


def register(api: FastAPI) -> None:
    """Make every error of the API a problem."""
    for known in (LoteError, *FAR):
        api.add_exception_handler(known, _known_error)
    api.add_exception_handler(RequestValidationError, _invalid_request)
    api.add_exception_handler(HTTPException, _http_error)


async def _known_error(_request: Request, error: Exception) -> Response:
    return answer(error)


def answer(error: Exception) -> Response:
    """The problem that an error of ours, or one of `FAR`, is."""
    match error:
        case NoLongerKept():
            return problem(GONE, error.message)
        case NotFound():
            return problem(NOT_FOUND, error.message)
        case Forbidden():
            return problem(FORBIDDEN, error.message)
        case Refused():
            return problem(CONFLICT, error.message)
        case InvalidInput():
            return problem(INVALID, error.message, error.errors)
        case DatabaseFull() | DatabaseMoved():
            log.error("%s", error)
            return _unavailable(error.message)
        case OperationalError() | NoConnection():
            log.error("the database does not answer: %s", _driver_words(error))
            return _unavailable()
        case DatabaseDown() | DatabaseUnusable():
            log.error("%s (%s)", error, _driver_words(error.__cause__))
            return _unavailable()
        case _:
            log.error("unexpected error in the API", exc_info=error)
            return internal()


def _driver_words(error: BaseException | None) -> object:
    """The driver's words only: a statement may fill megabytes."""
    return getattr(error, "orig", None) or error


def _unavailable(detail: str | None = None) -> Response:
    again = _("The database is busy or cannot be reached. Try again in {n} seconds.").format(n=RETRY_AFTER_SECONDS)
    return problem(UNAVAILABLE, detail or again, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _invalid_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = faults.described(error.errors())
    detail = " ".join(f"{fault['field']}: {fault['detail']}" if fault["field"] else fault["detail"] for fault in errors)
    return problem(INVALID, detail, [dict(fault) for fault in errors])


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == METHOD_NOT_ALLOWED.status:
        headers["Allow"] = ", ".join(_methods(request))
        detail = _("{method} is not possible here; possible: {methods}.")
        return problem(
            METHOD_NOT_ALLOWED, detail.format(method=request.method, methods=headers["Allow"]), headers=headers
        )
    if error.status_code == NOT_FOUND.status:
        return problem(NOT_FOUND, _("There is nothing at {path}.").format(path=request.url.path), headers=headers)
    return problem(KINDS.get(error.status_code, BAD_REQUEST), _(str(error.detail)), headers=headers)


def _methods(request: Request) -> list[str]:
    """Every method of the path: each route of it knows only its own."""
    return [
        method
        for method in ("GET", "POST", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
