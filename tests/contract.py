"""The API as a contract: an installation with a login, tokens for it, and calls as its schema allows them."""

from dataclasses import dataclass

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core import tokens
from core.actor import Scope
from core.api import create_api
from core.job_service import JobService
from tests.served import NobodyLoggedIn
from tests.story import claim, completed, failed, flagged, new_job, settle

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""What every answer keeps, whoever asks."""
IDS = ("job_id", "step_number", "comment_id", "report_id", "token_id")


@dataclass(frozen=True, slots=True)
class Contract:
    """Calls to an API with a login."""

    service: JobService
    cases: st.SearchStrategy[Case]

    @classmethod
    def of(cls, service: JobService) -> "Contract":
        """On a database with an ended job, a running one and one that was not started."""
        fill(service)
        api = create_api(service, lambda: {"status": "ok"}, NobodyLoggedIn())  # type: ignore[arg-type]
        schema = schemathesis.openapi.from_asgi("/openapi.json", api, headers=token(service, Scope.READ))
        operations = [found.ok() for found in schema.get_all_operations()]
        return cls(service, st.sampled_from(operations).flatmap(_cases))


def token(service: JobService, scope: Scope | None) -> dict[str, str]:
    """The headers of a new token: a call may revoke the last one. None: without a token."""
    if scope is None:
        return {}
    return {"Authorization": f"Bearer {tokens.create(service.database, scope, scope, owner='robot').secret}"}


def _cases(operation: APIOperation) -> st.SearchStrategy[Case]:
    """Calls with ids as they come, and with such as there are."""
    named = [name for name in IDS if f"{{{name}}}" in operation.path]
    if not named:
        return operation.as_strategy()
    return (
        st.integers(1, 3).flatmap(lambda number: operation.as_strategy(path_parameters=dict.fromkeys(named, number)))
        | operation.as_strategy()
    )


def fill(service: JobService) -> None:
    """An ended job with reports and comments, a running one, and one that was not started."""
    job_id = new_job(service, [f"{n}.example.com" for n in range(3)])
    first, second, third = claim(service.database)
    settle(service.database, completed(first), flagged(second, "thin_text"), failed(third))
    for n in range(3):
        service.add_comment(job_id, "robot", f"comment {n}")
    new_job(service, ["example.org", "example.net"])
    claim(service.database, 1)
    new_job(service, ["example.org", "example.net"], start=False)
