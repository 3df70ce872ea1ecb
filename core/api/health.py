"""Whether Lote works: for people, and for whoever watches over the process."""

import logging

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from core import __version__, queries
from core.api.given import Service
from core.api.shapes import Health
from core.db import Database

router = APIRouter(tags=["health"])

log = logging.getLogger(__name__)


@router.get("/health", responses={503: {"description": "Degraded", "model": Health}})
def get_health(request: Request, response: Response, service: Service) -> Health:
    """`ok`, or `degraded` with status 503 when the database does not answer or the engine is not alive."""
    engine = request.app.state.engine_status()
    reachable = _answers(service.database)
    healthy = reachable and engine.get("status") == "ok"
    response.status_code = 200 if healthy else 503
    return Health("ok" if healthy else "degraded", __version__, "ok" if reachable else "unreachable", engine)


def _answers(database: Database) -> bool:
    try:
        with database.reading() as session:
            queries.jobs.waiting(session)  # a cheap read of a table: a connection alone says little
    except SQLAlchemyError as error:
        log.error("the database does not answer: %s", error)
        return False
    return True
