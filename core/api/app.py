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
from core.api import client, comments, export, health, jobs, moves, problems, reports, steps
from core.api.authentication import Door
from core.api.edge import Edge
from core.job_service import JobService
from core.login import Login

DESCRIPTION = """
Scrape lists of domains in the background: create a job, follow it, read its reports, export them.

Times are UTC (ISO 8601 with `Z`). Lists answer `items`, `next_cursor`, `total` and `total_is_exact`; give
`next_cursor` as `cursor` to get the next page. Errors are problem details (RFC 9457, `application/problem+json`)
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
    {"name": "health", "description": "Whether Lote works"},
]
NAMES = {
    "JobRow": "Job",
    "WaitingStep": "Step",
    "LineRow": "Line",
    "AttemptRow": "Attempt",
    "CommentRow": "Comment",
    "FullReportRow": "FullReport",
    "ReportRow": "Report",
    "Page_JobRow_": "JobList",
    "Page_WaitingStep_": "StepList",
    "Page_LineRow_": "LineList",
    "Page_AttemptRow_": "AttemptList",
    "Page_CommentRow_": "CommentList",
    "Page_ReportRow_": "ReportList",
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
    for noun in (jobs, moves, steps, export, comments, reports, health, client):
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
        api.openapi_schema = _with_problems(_renamed(schema))
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


def _with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schema["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
    return schema
