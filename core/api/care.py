"""Routes that care for the data, for admins."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from core.api.given import Service
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import Body
from core.forget import Forgotten, forget, preview

router = APIRouter(route_class=JsonRoute, tags=["care"], responses=documented(422))


class ToForget(Body):
    """The domain; with `dry_run` nothing is changed."""

    domain: Annotated[str, Field(min_length=1, max_length=300, examples=["example.com"])]
    dry_run: Annotated[bool, Field(description="Only tell what would go")] = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What went, or would go."""

    domain: str
    dry_run: bool
    gone: Forgotten


@router.post("/forget")
def forget_domain(wanted: ToForget, service: Service) -> Answer:
    """Forget a domain and what is below it: its steps with lines, attempts, reports and stored pages go from all jobs,
    and where others name it, the name is taken out. Logs, exported files and backups still have it.
    """
    domain, found = preview(service.database, wanted.domain, service.settings)
    if not wanted.dry_run:
        found = forget(service.database, domain, datetime.now(UTC), service.settings)
    return Answer(domain, wanted.dry_run, found)
