"""The edge of the API: the language of a request, who asks, what its body must be, the answer when something breaks."""

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import actor, i18n
from core.api import language, problems
from core.api.authentication import Door
from core.i18n import N_, _

LARGEST_BODY = 25 * 1024 * 1024
TOO_LARGE = N_("The body of a request may have at most 25 MiB. Split the list into several jobs.")
NOT_JSON = N_("Send the body as JSON, with the header Content-Type: application/json.")

log = logging.getLogger(__name__)


class Edge:
    """ASGI middleware around the routes of the API."""

    def __init__(self, app: ASGIApp, *, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing that a request does comes out as anything but an answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with i18n.speaking(language.of(scope)):
            await self._answer(scope, receive, _Answer(send))

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._let_in(scope, receive, answer)
        except Exception:
            log.exception("error in %s %s", scope["method"], scope["path"])
            if answer.has_begun:
                raise  # only a broken connection can tell the client now
            await problems.internal()(scope, receive, answer)

    async def _let_in(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        """First the size of the body, which nobody may exceed, then who asks, then what is asked."""
        headers = Headers(scope=scope)
        if refusal := _too_large(headers):
            await refusal(scope, receive, answer)
            return
        let_in = await self.door.admit(scope, headers)
        if isinstance(let_in, Response):
            if _has_body(headers):
                let_in.headers["Connection"] = "close"  # nobody reads it
            await let_in(scope, receive, answer)
            return
        with actor.acting(let_in.actor):
            await (_no_json(headers) or self.app)(scope, _limited(receive), answer)
        await self.door.leave(let_in)


class _Answer:
    """Passes the answer on and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers.add_vary_header("Accept-Language, Authorization, Cookie")
        await self.send(message)


def _too_large(headers: Headers) -> Response | None:
    """The answer to a body that says that it is too large, before any of it is read."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > LARGEST_BODY:
        return problems.problem(problems.TOO_LARGE, _(TOO_LARGE), headers={"Connection": "close"})
    return None


def _no_json(headers: Headers) -> Response | None:
    """The answer to a body that is no JSON, before any of it is read."""
    if _has_body(headers) and not _is_json(headers.get("content-type", "")):
        return problems.problem(problems.UNSUPPORTED, _(NOT_JSON))
    return None


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "").strip("0") != ""


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))


def _limited(receive: Receive) -> Receive:
    """`receive` that stops a body without Content-Length where it gets too large."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise HTTPException(413, TOO_LARGE, {"Connection": "close"})
        return message

    return limited
