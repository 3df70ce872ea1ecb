"""The route that Prometheus scrapes."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST

from core import owner
from core.api.exposition import Exposition
from core.api.given import Service
from core.api.problems import documented
from core.disk import room_on
from core.queries import metrics, metrics_now

TYPES = (CONTENT_TYPE_PLAIN_0_0_4, CONTENT_TYPE_LATEST)

router = APIRouter(tags=["metrics"], responses=documented(503))


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Figures", "content": {type: {"schema": {"type": "string"}} for type in TYPES}}},
)
def get_metrics(request: Request, service: Service, accept: Annotated[str, Header()] = "") -> Response:
    """Figures in the text format of Prometheus, or in OpenMetrics when the caller accepts that.

    Counters of steps and attempts come from the database: every process on it tells the same, they outlive restarts,
    and deleted jobs stay counted. Of this process or its machine are `process_*`, `lote_engine_up`, `lote_build_info`
    and `lote_disk_*`.
    """
    with service.database.reading() as session:
        ended = metrics.ever(session)
        present = metrics_now.read(session, datetime.now(UTC), owner.gone(service.settings.data_dir))
    engine = request.app.state.engine_status()
    found = Exposition(ended, present, room_on(service.settings.data_dir), engine.get("status") == "ok")
    encode, content_type = choose_encoder(accept)
    return Response(encode(found), headers={"Content-Type": content_type})
