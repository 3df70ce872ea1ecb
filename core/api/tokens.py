"""Routes of API tokens."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from core import queries, tokens
from core.api.given import Service, TokenId, Who
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import CreatedToken, NewToken, Token, TokenFilters
from core.queries.rows import Page

router = APIRouter(route_class=JsonRoute, tags=["tokens"], prefix="/tokens", responses=documented(422))


@router.get("")
def list_tokens(service: Service, filters: Annotated[TokenFilters, Query()]) -> Page[Token]:
    """One's own tokens, newest first; for admins those of all. No answer ever holds a secret."""
    now = datetime.now(UTC)
    with service.database.reading() as session:
        page = queries.tokens.page(session, owner=tokens.visible_owner(), **filters.model_dump())
    return Page([Token.of(row, now) for row in page.items], page.next_cursor, page.total, page.total_is_exact)


@router.post("", status_code=201, responses=documented(413, 415, 422))
def create_token(body: NewToken, service: Service, who: Who, response: Response) -> CreatedToken:
    """Create a token. `token` is its secret: this is the only answer that holds it. The scope may be at most one's own
    role; tokens may create tokens only with the scope `admin`.
    """
    made = tokens.create(service.database, body.name, body.scope, days=body.days, owner=body.owner or who)
    response.headers["Cache-Control"] = "no-store"
    return CreatedToken.made(made, datetime.now(UTC))


@router.delete("/{token_id}", responses=documented(404))
def revoke_token(token_id: TokenId, service: Service, who: Who) -> Token:
    """Revoke a token of one's own, or any as an admin: it lets nobody in from now on, and stays in the list."""
    return Token.of(tokens.revoke(service.database, token_id, by=who), datetime.now(UTC))
