"""The route of a job's export."""

from typing import TYPE_CHECKING, Annotated, Literal

from anyio import CancelScope
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from core import i18n
from core.api.attachment import attachment
from core.api.given import JobId, Service
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import Parameters

if TYPE_CHECKING:
    from core.export import ExportFile

MEDIA_TYPES = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
    "application/x-ndjson",
    "application/vnd.apache.parquet",
)

Separator = Annotated[Literal[",", ";", "tab"], Field(description="Between the cells of a csv")]

router = APIRouter(route_class=JsonRoute, tags=["export"])


class ExportOptions(Parameters):
    """What the file holds."""

    format: Literal["csv", "xlsx", "json", "ndjson", "parquet"] = "csv"
    rows: Annotated[
        Literal["lines", "steps"], Field(description="One row for each line of the list as given, or for each step")
    ] = "lines"
    separator: Separator = ","
    language: Annotated[
        Literal["en", "es"] | None, Field(description="Of the sentences in the file; without it that of the request")
    ] = None


@router.get(
    "/jobs/{job_id}/export",
    response_class=StreamingResponse,
    responses=documented(404, 422) | {200: {"description": "The file", "content": {type: {} for type in MEDIA_TYPES}}},
)
def export_job(job_id: JobId, service: Service, options: Annotated[ExportOptions, Query()]) -> StreamingResponse:
    """The list with its reports as a file. While the job runs, the header `Lote-Partial: true` says so."""
    # pandas takes half a second to import: only the first export waits for it
    from core.export import export

    file = export(
        service.database,
        job_id,
        format=options.format,
        rows=options.rows,
        separator=separator_of(options.separator),
        language=options.language or i18n.language(),
    )
    return Download(file)


def separator_of(name: str) -> str:
    """The character that is meant."""
    return "\t" if name == "tab" else name


class Download(StreamingResponse):
    """A file that is made while it is sent, and given up when the client goes away."""

    def __init__(self, file: "ExportFile") -> None:
        headers = {
            "Content-Disposition": attachment(file.filename),
            "Lote-Partial": "true" if file.partial else "false",
            "Cache-Control": "no-store",
        }
        super().__init__(file.chunks, media_type=file.media_type, headers=headers)
        self.file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self.file.close)
