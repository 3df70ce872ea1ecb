"""People on the Settings screen: who came when, the role of each, somebody who has not come yet."""

import streamlit as st

from core.actor import ROLE_NAMES, Role
from core.i18n import N_, _
from core.login import Login
from core.people import LONGEST_LOGIN
from core.queries import people as reads
from core.queries.people import PersonRow
from pages.ui import address, filters
from pages.ui.actions import attempt
from pages.ui.app import who
from pages.ui.figures import ago, middle, moment, plain
from pages.ui.pager import pager
from pages.ui.shared import login

PAGE_SIZE = 20
OPEN, BLOCKED = "open", "blocked"
"""Beside the roles: as the provider or the default says, and not at all."""
CHOICES = (OPEN, *Role, BLOCKED)
NO_ACCESS = N_("No access")
NEW_LOGIN, NEW_ROLE = "person_login", "person_role"


def people() -> None:
    """The list and the form below it; nothing without a login."""
    door = login()
    if door is None:
        return
    with st.container(border=True, key="people"):
        st.subheader(_("People"), anchor=False)
        st.caption(_("Who came, and who may come. A role that is set here wins over what the provider tells."))
        address.follow("person", address.read("person"))
        filters.search("person", _("Name or e-mail contains…"), lambda q: address.write(person=q, page=""))
        with door.database.reading() as session:
            page = reads.numbered(session, page=address.read_page(), size=PAGE_SIZE, q=address.read("person"))
        for row in page.items:
            _person(door, row)
        pager(page.total, PAGE_SIZE)
        _form(door)


def _person(door: Login, row: PersonRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"person_{row.id}"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{plain(middle(row.name or row.login, 40))}**")
            told = [row.login] if row.name else []
            told += [ago(row.seen_at) if row.seen_at else _("has not come yet")]
            told += [_("role set by {name}").format(name=row.role_set_by)] if row.role_set_by else []
            st.caption(plain(" · ".join(told)), help=moment(row.seen_at) if row.seen_at else None)
        if row.login in door.settings.admins:
            st.caption(_("{role} by LOTE_ADMINS").format(role=_(ROLE_NAMES[Role.ADMIN])), width="content")
        elif row.login == who():
            st.caption(_("{role}, you").format(role=_(ROLE_NAMES[Role.ADMIN])), width="content")
        else:
            _role(door, row)
            _removal(door, row)


def _role(door: Login, row: PersonRow) -> None:
    """What the row says, until something else is chosen: the choice is done at once."""
    key = f"person_role_{row.id}"
    address.follow(key, BLOCKED if row.is_blocked else row.role or OPEN)
    st.selectbox(
        _("Role"),
        CHOICES,
        key=key,
        format_func=lambda choice: _said(choice, row),
        label_visibility="collapsed",
        width=210,
        on_change=lambda: _set(door, row, st.session_state[key]),
    )


def _said(choice: str, row: PersonRow) -> str:
    """What a choice says; where none is made here, with what came of that at the last visit."""
    if choice == BLOCKED:
        return _(NO_ACCESS)
    if choice != OPEN:
        return _(ROLE_NAMES[Role(choice)])
    if row.role is None and not row.is_blocked and row.seen_at:
        return _("{role} (not set here)").format(role=_(ROLE_NAMES[row.seen_role]) if row.seen_role else _(NO_ACCESS))
    return _("Not set here")


def _set(door: Login, row: PersonRow, choice: str) -> None:
    role = Role(choice) if choice in list(Role) else None
    told = _("{name}: {role}").format(name=plain(row.name or row.login), role=_said(choice, row))
    attempt(lambda: door.set_role(row.login, role, is_blocked=choice == BLOCKED), told)


def _removal(door: Login, row: PersonRow) -> None:
    with st.popover(
        "", icon=":material/person_remove:", type="tertiary", key=f"person_ask_{row.id}", help=_("Remove from the list")
    ):
        st.write(
            _(
                "Remove {login} from the list? Their jobs and comments stay, their API tokens are revoked. If they come"
                " again, the provider or the default says their role; to keep somebody out, choose “No access” instead."
            ).format(login=plain(row.login))
        )
        st.button(
            _("Remove"),
            key=f"person_remove_{row.id}",
            type="primary",
            on_click=lambda: attempt(lambda: door.remove(row.login)),
        )


def _form(door: Login) -> None:
    with st.form("person_new", border=False, enter_to_submit=False):
        left, middle_, right = st.columns([3, 2, 1], vertical_alignment="bottom")
        left.text_input(
            _("Add somebody before they come"), key=NEW_LOGIN, max_chars=LONGEST_LOGIN, placeholder="name@example.com"
        )
        middle_.selectbox(_("Role"), list(Role), key=NEW_ROLE, format_func=lambda role: _(ROLE_NAMES[role]))
        right.form_submit_button(
            _("Add"), icon=":material/person_add:", key="person_add", width="stretch", on_click=lambda: _add(door)
        )


def _add(door: Login) -> None:
    """An error leaves what was typed."""
    login, role = str(st.session_state[NEW_LOGIN] or ""), Role(st.session_state[NEW_ROLE])
    told = _("{name}: {role}").format(name=plain(login.strip()), role=_(ROLE_NAMES[role]))
    if attempt(lambda: (door.add(login, role), True), told) is not None:
        st.session_state[NEW_LOGIN] = ""
