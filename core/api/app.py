"""The application of the API, to be mounted at `/api`."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.responses import RedirectResponse

from core import __version__
from core.actor import Scope
from core.api import (
    audit,
    care,
    client,
    comments,
    export,
    health,
    jobs,
    metrics,
    moves,
    problems,
    reports,
    roles,
    steps,
    tokens,
)
from core.api.authentication import Door
from core.api.edge import Edge
from core.job_service import JobService
from core.login import COOKIE, Login

DESCRIPTION = """
Scrape lists of domains in the background: create a job, follow it, read its reports, export them.

Times are UTC (ISO 8601 with `Z`). Lists answer `items`, `next_cursor`, `total` and `total_is_exact`; give
`next_cursor` as `cursor` to get the next page.

A program sends a token, which Settings or `python -m core token create` makes: `Authorization: Bearer lote_…`. Where a
login is configured, every call but health needs one, or the login's cookie; without one it gets 401. The scopes read,
write and admin are the roles viewer, analyst and admin; each call says which it needs, else it gets 403. A token that
is used too often gets 429 with `Retry-After`.

Errors are problem details (RFC 9457, `application/problem+json`)
in the language of the cookie `lote_language` or of `Accept-Language` (English, Spanish):

| `type` | status | |
|---|---|---|
"""
TAGS = [
    {"name": "jobs", "description": "Batches of targets and what can be done with them"},
    {"name": "steps", "description": "The targets of a job, the tries at them, the list as it was given"},
    {"name": "export", "description": "Results as a file"},
    {"name": "comments", "description": "What people wrote about a job"},
    {"name": "reports", "description": "What was found on each site"},
    {"name": "tokens", "description": "Secrets that let programs in"},
    {"name": "audit", "description": "Who did what"},
    {"name": "care", "description": "What must not be kept"},
    {"name": "health", "description": "Whether Lote works"},
    {"name": "metrics", "description": "Figures for Prometheus"},
]
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token: `lote_…`"},
    "login": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The cookie of who has logged in on the screens; only for calls of Lote's own pages",
    },
}
NAMES = {
    "JobRow": "Job",
    "WaitingStep": "Step",
    "LineRow": "Line",
    "AttemptRow": "Attempt",
    "CommentRow": "Comment",
    "FullReportRow": "FullReport",
    "ReportRow": "Report",
    "EventRow": "AuditEvent",
    "Page_JobRow_": "JobList",
    "Page_WaitingStep_": "StepList",
    "Page_LineRow_": "LineList",
    "Page_AttemptRow_": "AttemptList",
    "Page_CommentRow_": "CommentList",
    "Page_ReportRow_": "ReportList",
    "Page_Token_": "TokenList",
    "Page_EventRow_": "AuditEventList",
}
"""Names of rows inside Lote → the names that clients read."""


def create_api(service: JobService, engine_status: Callable[[], dict[str, Any]], login: Login | None = None) -> FastAPI:
    """The API on this service. `engine_status()["status"]` is "ok" when an engine works; health shows all of it.

    With a `login`, every route but health needs a token or the cookie of who has logged in.
    """
    api = FastAPIOffline(
        redoc_url=None,
        title="Lote",
        version=__version__,
        description=DESCRIPTION + "\n".join(_row(kind) for kind in problems.KINDS.values()),
        openapi_tags=TAGS,
        generate_unique_id_function=_operation_id,
        swagger_ui_parameters={"validatorUrl": None},
    )
    api.state.service, api.state.engine_status = service, engine_status
    api.add_middleware(Edge, door=Door.of(service, login))
    problems.register(api)
    for noun in (jobs, moves, steps, export, comments, reports, tokens, audit, care, health, metrics, client):
        api.include_router(noun.router)
    api.add_route("/", _to_docs, include_in_schema=False)
    api.openapi = lambda: _schema(api)  # type: ignore[method-assign]
    return api


def _row(kind: problems.Kind) -> str:
    return f"| `{kind.type}` | {kind.status} | {kind.title} |"


def _operation_id(route: APIRoute) -> str:
    return route.name


def _to_docs(_request: object) -> RedirectResponse:
    return RedirectResponse("docs")


def _schema(api: FastAPI) -> dict[str, Any]:
    if not api.openapi_schema:
        schema = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            tags=api.openapi_tags,
            routes=api.routes,
        )
        api.openapi_schema = _with_problems(_secured(_renamed(schema)))
    return api.openapi_schema


def _renamed(schema: dict[str, Any]) -> dict[str, Any]:
    schemas = schema["components"]["schemas"]
    for name, shown in NAMES.items():
        schemas[shown] = schemas.pop(name) | {"title": shown}
    text = json.dumps(schema)
    for name, shown in NAMES.items():
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{shown}"')
    renamed: dict[str, Any] = json.loads(text)
    return renamed


def _secured(schema: dict[str, Any]) -> dict[str, Any]:
    """What every call needs, and how it is refused without."""
    schema["components"]["securitySchemes"] = SECURITY
    refusals = {
        str(status): answer for status, answer in problems.documented(401, 403, 429).items() if status != "default"
    }
    for path, operations in schema["paths"].items():
        for method, operation in operations.items() if path not in roles.OPEN else ():
            role = roles.needed(operation["operationId"], {method.upper()})
            operation["security"] = [{name: []} for name in SECURITY]
            operation["responses"] = dict(sorted({**refusals, **operation["responses"]}.items()))
            operation["description"] += f"\n\nNeeds the role {role} (scope {Scope.of(role)})."
    return schema


def _with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schema["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
    return schema
