"""Routes of the audit log, for admins."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from core import i18n, queries
from core.api.export import Download, Separator, separator_of
from core.api.given import Service
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import EventFilters, EventPaging
from core.queries.audit import EventRow
from core.queries.rows import Page

MEDIA_TYPES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson")

router = APIRouter(route_class=JsonRoute, tags=["audit"], prefix="/audit-events", responses=documented(422))


class EventExport(EventFilters):
    """What the file holds."""

    format: Literal["csv", "xlsx", "ndjson"] = "csv"
    separator: Separator = ","


@router.get("")
def list_audit_events(service: Service, filters: Annotated[EventPaging, Query()]) -> Page[EventRow]:
    """Who did what to which thing, newest first."""
    with service.database.reading() as session:
        return queries.audit.page(session, filters.wanted(), limit=filters.limit, cursor=filters.cursor)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"description": "The file", "content": {type: {} for type in MEDIA_TYPES}}},
)
def export_audit_events(service: Service, options: Annotated[EventExport, Query()]) -> StreamingResponse:
    """The same events as a file."""
    from core.export import export_events

    return Download(
        export_events(
            service.database,
            options.wanted(),
            format=options.format,
            separator=separator_of(options.separator),
            language=i18n.language(),
        )
    )
