"""A login that does not succeed leads back to the login page, which is told why."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from core.login import COOKIE
from core.way_in import WayIn


async def begins(request: Request) -> Response:
    """As Streamlit begins a login: off to the provider, or a bare page when that is down."""
    if "down" in request.query_params:
        return Response("Authentication error", 400)
    return RedirectResponse("https://provider.example/authorize", 302)


async def ends(request: Request) -> Response:
    """As Streamlit ends a login: home, with a cookie for who is let in, without the old one for who is not."""
    answer = RedirectResponse("/tools/", 302)
    if request.query_params.get("code") == "good":
        answer.set_cookie(COOKIE, "signed")
    else:
        answer.delete_cookie(COOKIE)
    return answer


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = [Route("/tools/auth/login", begins), Route("/tools/oauth2callback", ends)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(WayIn)]), follow_redirects=False)


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/tools/auth/login", "https://provider.example/authorize"),
        ("/tools/auth/login?down", "/tools/?login=down"),
        ("/tools/oauth2callback?code=good&state=1", "/tools/"),
        ("/tools/oauth2callback?code=stale&state=1", "/tools/?login=failed"),
        ("/tools/oauth2callback?error=access_denied&state=1", "/tools/?login=refused"),
        ("/tools/oauth2callback", "/tools/"),  # back from the provider's logout
    ],
)
def test_where_a_login_leads(client: TestClient, path: str, leads: str) -> None:
    answer = client.get(path)
    assert answer.headers["location"] == leads
    assert "error" not in answer.text
    if leads.endswith("failed"):
        assert "Max-Age=0" in answer.headers["set-cookie"]
