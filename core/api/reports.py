"""Routes of reports."""

import re
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from core import queries
from core.api.attachment import attachment
from core.api.given import ReportId, Service
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import NewCheck, ReportFilters
from core.queries.rows import FullReportRow, Page, ReportRow

HTML_TYPES = ("text/plain", "application/octet-stream")
"""Never as what it is: what a stranger's page says is data here. The second is for bytes in no known charset."""
CHARSET = re.compile(r"[\w.:+-]{1,40}", re.ASCII)

router = APIRouter(route_class=JsonRoute, tags=["reports"], prefix="/reports", responses=documented(404, 410, 422))


@router.get("")
def list_reports(service: Service, filters: Annotated[ReportFilters, Query()]) -> Page[ReportRow]:
    """Reports without their texts, newest first."""
    with service.database.reading() as session:
        return queries.reports.page(session, **filters.model_dump())


@router.get("/{report_id}")
def get_report(report_id: ReportId, service: Service) -> FullReportRow:
    """One report with its text."""
    with service.database.reading() as session:
        return queries.reports.get(session, report_id)


@router.get(
    "/{report_id}/html",
    response_class=Response,
    responses={200: {"description": "The HTML as it was fetched", "content": {type: {} for type in HTML_TYPES}}},
)
def get_html(report_id: ReportId, service: Service) -> Response:
    """The HTML that the report was extracted from, byte for byte, as a file to save; 404 when it was not stored (the
    job's `store_html`), 410 when it is no longer kept.
    """
    with service.database.reading() as session:
        found = queries.stored_pages.html(session, report_id)
    is_known = found.charset is not None and CHARSET.fullmatch(found.charset) is not None
    headers = {
        "Content-Type": f"{HTML_TYPES[0]}; charset={found.charset}" if is_known else HTML_TYPES[1],
        "Content-Disposition": attachment(f"{found.host}-{report_id}.html"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(found.page, headers=headers)


@router.post("/{report_id}/check", responses=documented(409))
def check_report(report_id: ReportId, check: NewCheck, service: Service) -> FullReportRow:
    """Mark a report with flags as checked by hand: it needs no attention any more. 409 without flags, and while
    another check stands. Names are not verified.
    """
    return service.check_report(report_id, check.author, check.note)


@router.delete("/{report_id}/check")
def uncheck_report(report_id: ReportId, service: Service) -> FullReportRow:
    """Take the check back, whoever made it; a report that is not checked stays as it is."""
    return service.uncheck_report(report_id)
