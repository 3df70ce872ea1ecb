"""Calls of every kind, made from the schema: nothing breaks, nothing is open that should not be, answers hold."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.actor import Actor, Scope
from core.api import roles
from core.job_service import JobService
from tests.contract import CHECKS, Contract, token

FEW = settings(
    max_examples=40,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[*HealthCheck],
)


@pytest.fixture
def contract(service: JobService) -> Contract:
    return Contract.of(JobService(service.settings.model_copy(update={"api_requests_per_minute": 0}), service.database))


@pytest.mark.parametrize("scope", [None, Scope.READ, Scope.ADMIN])
@FEW
@given(data=st.data())
def test_every_call_is_answered_as_documented(contract: Contract, scope: Scope | None, data: st.DataObject) -> None:
    case = data.draw(contract.cases)
    answer = case.call(headers=token(contract.service, scope))
    case.validate_response(answer, checks=CHECKS)
    if case.operation.path in roles.OPEN:
        assert answer.status_code == 200
    elif scope is None:
        assert answer.status_code == 401
    else:
        needed = roles.needed(str(case.operation.definition.raw["operationId"]), {case.method.upper()})
        if not Actor(role=scope.role).may(needed):
            assert answer.status_code == 403
        assert answer.status_code != 401
