"""API tokens on the Settings screen: those there are, a form for a new one, its secret this one time."""

import shlex
from datetime import timedelta
from html import escape

import streamlit as st

from core import actor, tokens
from core.actor import Scope
from core.i18n import N_, _, ngettext
from core.queries import tokens as reads
from core.queries.tokens import TokenRow, TokenState
from core.tokens import DEFAULT_DAYS, LONGEST_NAME, NewToken
from pages.ui.actions import attempt
from pages.ui.app import ask_name, origin, service, who
from pages.ui.figures import ago, day, middle, moment, now, number, plain
from pages.ui.status import token_badge

MOST_SHOWN = 50
MADE = "token_made"
"""Session state: the token that was just made, with its secret; gone when the reader goes elsewhere."""
REVOKED = "revoked"
"""Key and query parameter of the switch."""
NAME, SCOPE, DAYS = "token_name", "token_scope", "token_days"
"""Keys of the form's fields."""
DAYS_OFFERED = (7, 30, DEFAULT_DAYS, 365, None)
SCOPES: dict[Scope, tuple[str, str]] = {
    Scope.READ: (N_("Read"), N_("sees jobs, reports and exports")),
    Scope.WRITE: (N_("Write"), N_("also creates, changes and moves jobs, comments and checks")),
    Scope.ADMIN: (N_("Admin"), N_("also deletes what others made, sees the audit log, creates tokens")),
}


def api_tokens() -> None:
    """The secret of a new token, the list, and the form below it."""
    with st.container(border=True, key="tokens"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(_("API tokens"), anchor=False, width="content")
            st.toggle(_("Show revoked tokens"), key=REVOKED, bind="query-params", width="content")
        st.caption(
            _(
                "A token lets a program use the API in your name, with at most your own role. Whoever has it can use"
                " it: give each program its own, and revoke those that are not needed any more."
            )
        )
        if (made := st.session_state.get(MADE)) is not None:
            _secret(made)
        _list()
        _form()


def forget() -> None:
    """Show the secret no more: the reader is elsewhere."""
    st.session_state.pop(MADE, None)


def _secret(made: NewToken) -> None:
    with st.container(border=True, key="token_secret"):
        said = _("Copy the token “{name}” now: it is not shown again.")
        st.success(said.format(name=plain(middle(made.row.name, 60))), icon=":material/key:")
        st.code(made.secret, language=None, wrap_lines=True)
        st.caption(_("An example of its use:"))
        header = shlex.quote(f"Authorization: Bearer {made.secret}")
        st.code(f"curl -H {header} \\\n  {shlex.quote(f'{origin()}/api/jobs')}", language="bash", wrap_lines=True)
        st.button(_("I have copied it"), key="token_copied", icon=":material/check:", on_click=forget)


def _list() -> None:
    with service().database.reading() as session:
        page = reads.page(
            session, owner=tokens.visible_owner(), revoked=bool(st.session_state.get(REVOKED)), limit=MOST_SHOWN
        )
    if not page.items:
        st.caption(_("There are no tokens that could be used."))
    for row in page.items:
        _token(row)
    if page.total > len(page.items):
        told = ngettext("The newest {n} of {total} token.", "The newest {n} of {total} tokens.", page.total)
        st.caption(told.format(n=number(len(page.items)), total=number(page.total)))


def _token(row: TokenRow) -> None:
    state = row.state_at(now())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"token_{row.id}"):
        with st.container(gap=None, width="stretch"):
            whole = plain(row.name) if len(row.name) > 48 else None
            st.markdown(f"**{plain(middle(row.name, 48))}** :gray[`{row.hint}`]", help=whole)
            facts, moments = " · ".join(_facts(row, state)), _moments(row)
            st.html(f'<span class="provenance" title="{escape(moments)}">{escape(facts)}</span>')
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            token_badge(state, row.expires_at, now())
            if state is not TokenState.REVOKED:
                _revocation(row)


def _facts(row: TokenRow, state: TokenState) -> list[str]:
    """Write · ana · expires 22 Feb 2027 · last used 2 min ago."""
    facts = [_(SCOPES[row.scope][0]), *([middle(row.owner, 32)] if row.owner != who() else [])]
    if state is TokenState.REVOKED and row.revoked_at:
        facts.append(_("revoked {ago}").format(ago=ago(row.revoked_at)))
    elif row.expires_at is None:
        facts.append(_("does not expire"))
    else:
        words = _("expires {date}") if state is TokenState.ACTIVE else _("expired {date}")
        facts.append(words.format(date=day(row.expires_at)))
    facts.append(_("last used {ago}").format(ago=ago(row.last_used_at)) if row.last_used_at else _("never used"))
    return facts


def _moments(row: TokenRow) -> str:
    """The same as moments, for hover."""
    told = [_("Created: {time}").format(time=moment(row.created_at))]
    if row.expires_at:
        told.append(_("Expires: {time}").format(time=moment(row.expires_at)))
    if row.last_used_at:
        told.append(_("Last used: {time}").format(time=moment(row.last_used_at)))
    if row.revoked_at:
        told.append(_("Revoked: {time}, {name}").format(time=moment(row.revoked_at), name=row.revoked_by or "—"))
    return "\n".join(told)


def _revocation(row: TokenRow) -> None:
    with st.popover(_("Revoke"), type="tertiary", key=f"token_ask_{row.id}"):
        st.write(
            _("Revoke “{name}”? Programs that use it are refused from now on. This cannot be undone.").format(
                name=plain(row.name)
            )
        )
        st.button(
            _("Revoke the token"),
            key=f"token_revoke_{row.id}",
            type="primary",
            on_click=lambda: _revoke(row),
        )


def _revoke(row: TokenRow) -> None:
    told = _("The token “{name}” is revoked.").format(name=plain(row.name))
    if attempt(lambda: tokens.revoke(service().database, row.id, by=who()), told) is not None:
        made = st.session_state.get(MADE)
        if made is not None and made.row.id == row.id:
            forget()


def _form() -> None:
    ask_name("token_owner")
    offered = [scope for scope in Scope if actor.current().may(scope.role)]
    with st.form("token_new", border=False, enter_to_submit=False):
        left, right = st.columns([3, 2], vertical_alignment="top")
        left.text_input(_("Name of a new token"), key=NAME, max_chars=LONGEST_NAME, placeholder=_("What is it for?"))
        st.session_state.setdefault(DAYS, DEFAULT_DAYS)
        right.selectbox(_("Expires"), DAYS_OFFERED, key=DAYS, format_func=_expiry)
        st.radio(
            _("It may"),
            offered,
            key=SCOPE,
            format_func=lambda scope: _(SCOPES[scope][0]),
            captions=[_(SCOPES[scope][1]) for scope in offered],
        )
        st.form_submit_button(_("Create token"), icon=":material/key:", key="token_create", on_click=_create)


def _expiry(days: int | None) -> str:
    """90 days, 22 Feb 2027."""
    if days is None:
        return _("never")
    told = ngettext("in {n} day, {date}", "in {n} days, {date}", days)
    return told.format(n=number(days), date=day(now() + timedelta(days=days)))


def _create() -> None:
    """An error leaves what was typed."""
    state = st.session_state
    if not who():
        st.toast(_("Write your name first: it signs what the token does."), icon=":material/person:")
        return
    name, scope, days = str(state[NAME] or ""), Scope(state[SCOPE]), state[DAYS]
    made = attempt(lambda: tokens.create(service().database, name, scope, days=days, owner=who()))
    if made is not None:
        state[MADE], state[NAME] = made, ""
