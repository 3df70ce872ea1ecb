"""Routes that read their body as JSON, and as nothing but JSON (RFC 8259)."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from core import actor
from core.api import roles
from core.i18n import N_

MALFORMED = N_("The body is not valid JSON.")
TOO_DEEP = N_("The body is nested too deeply.")


class _JsonRequest(Request):
    async def json(self) -> Any:
        """The body; a problem 400 for what is no JSON: NaN, broken UTF-8, numbers of thousands of digits."""
        try:
            return json.loads((await self.body()).decode("utf-8-sig"), parse_constant=_refuse)
        except RecursionError as error:
            raise HTTPException(400, TOO_DEEP) from error
        except ValueError as error:
            raise HTTPException(400, MALFORMED) from error


class JsonRoute(APIRoute):
    """The route class of every router of the API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request that reads strictly; whoever may not do this is told before it reads."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            actor.need(roles.needed(self.name, self.methods))
            return await handle(_JsonRequest(request.scope, request.receive))

        return strict


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
