"""A small OpenID Connect provider on loopback: discovery, login page, codes with PKCE, signed ID tokens, logout."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any
from urllib.parse import urlencode

import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.app import free_port
from tests.cookies import COOKIE_SECRET

CLIENT_ID, CLIENT_SECRET = "lote", "what only Lote and the provider know"


class Oidc:
    """The provider. `people` holds the claims of everybody that its page offers, and may change while it runs."""

    def __init__(self, people: dict[str, dict[str, Any]]) -> None:
        self.people = people
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._key = RSAKey.generate_key(2048, {"kid": "1"})
        self._codes: dict[str, dict[str, str]] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> "Oidc":
        """Answer from now on, at the same address as before."""
        routes = [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/keys", self._keys),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/logout", self._logout),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=self.port, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Be down."""
        assert self._server
        assert self._thread
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Be down inside the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def environment(self, url: str) -> dict[str, str]:
        """What Lote, which browsers see at `url`, has to be told."""
        return {
            "LOTE_OIDC_METADATA_URL": f"{self.issuer}/.well-known/openid-configuration",
            "LOTE_OIDC_CLIENT_ID": CLIENT_ID,
            "LOTE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "LOTE_OIDC_COOKIE_SECRET": COOKIE_SECRET,
            "LOTE_OIDC_REDIRECT_URI": f"{url}/oauth2callback",
        }

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/logout",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self._key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        """A page with one link a person, and one that refuses; a link leads back to Lote."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        if (who := asked.pop("as", None)) is None:
            links = [f'<a href="?{escape(urlencode(asked | {"as": name}))}">{name}</a>' for name in [*self.people, "-"]]
            return HTMLResponse(f"<title>Provider</title><h1>Who are you?</h1><p>{' '.join(links)}")
        answer = {"error": "access_denied"} if who == "-" else {"code": self._code(who, asked)}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer | {'state': asked['state']})}", 303)

    def _code(self, who: str, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**asked, "who": who}
        return code

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self._codes.pop(str(form.get("code")), None)
        given = request.headers.get("authorization", ""), form.get("client_secret")
        if asked is None or not any(given) or form.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if create_s256_code_challenge(str(form.get("code_verifier"))) != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            **{"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]},
            **{"sub": asked["who"], **self.people[asked["who"]]},
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self._key)
        return JSONResponse({"access_token": "-", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    async def _logout(self, request: Request) -> Response:
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 303)
