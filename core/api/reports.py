"""Routes of reports."""

from typing import Annotated

from fastapi import APIRouter, Query

from core import queries
from core.api.given import ReportId, Service
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import NewCheck, ReportFilters
from core.queries.rows import FullReportRow, Page, ReportRow

router = APIRouter(route_class=JsonRoute, tags=["reports"], prefix="/reports", responses=documented(404, 422))


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
