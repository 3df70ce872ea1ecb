"""Whether Lote works: for people, and for whoever watches over the process."""

import logging
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from core import __version__, queries
from core.api.given import Service
from core.api.shapes import Alive, Health
from core.db import Database
from core.errors import DatabaseDown, DatabaseMoved, LoteError
from core.i18n import _
from core.job_service import JobService

router = APIRouter(tags=["health"])

log = logging.getLogger(__name__)

State = Literal["ok", "unreachable", "moved", "outdated"]


@router.get("/health", response_model_exclude_none=True, responses={503: {"description": "Degraded", "model": Health}})
def get_health(request: Request, response: Response, service: Service) -> Health:
    """`ok`, or `degraded` with status 503 and the reason in `detail`: the database does not answer, its file was moved,
    the disk is full, or no engine works, neither in this process (`engine`) nor elsewhere on this database."""
    return _health(request, response, service, *_answers(service.database))


@router.get("/health/live")
async def get_liveness() -> Alive:
    """The process answers. The database is not asked: a supervisor that restarts Lote because of this one's silence
    never does so for a fault of the database."""
    return Alive("ok")


@router.get(
    "/health/ready",
    response_model_exclude_none=True,
    responses={503: {"description": "Not ready, with the reason in `detail`", "model": Health}},
)
def get_readiness(request: Request, response: Response, service: Service) -> Health:
    """As `/health`, and besides the database must have the revision of this version (`outdated` when it has not)."""
    database, detail = _answers(service.database)
    if database == "ok" and not _is_current(service.database):
        database, detail = "outdated", _("The database has another revision than this version of Lote.")
    return _health(request, response, service, database, detail)


def _health(request: Request, response: Response, service: JobService, database: State, detail: str | None) -> Health:
    engine = request.app.state.engine_status()
    detail = detail or _engine_trouble(engine, service)
    response.status_code = 503 if detail else 200
    return Health("degraded" if detail else "ok", __version__, database, engine, detail)


def _is_current(database: Database) -> bool:
    try:
        return database.is_current()
    except (LoteError, SQLAlchemyError) as error:  # it has gone since it was asked
        log.error("the revision of the database cannot be read: %s", error)
        return False


def _answers(database: Database) -> tuple[State, str | None]:
    try:
        with database.reading() as session:
            queries.jobs.waiting(session)  # a cheap read of a table: a connection alone says little
    except DatabaseMoved as error:
        log.error("%s", error)
        return "moved", error.message
    except (LoteError, SQLAlchemyError) as error:
        log.error("the database does not answer: %s", error)
        return "unreachable", error.message if isinstance(error, LoteError) else DatabaseDown().message
    return "ok", None


def _engine_trouble(engine: dict[str, Any], service: JobService) -> str | None:
    if engine.get("disk_is_full"):
        return _("The disk is full: nothing is scraped until there is room.")
    if engine.get("status") != "ok" and not service.engine_is_alive():
        return _("No engine works on this database: jobs wait.")
    return None
