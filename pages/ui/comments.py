"""What people say about a job: newest last, as it was written and never rendered, one's own can be changed."""

import streamlit as st

from core import actor, queries
from core.actor import Role
from core.i18n import _
from core.queries.rows import CommentRow
from pages.ui.actions import attempt
from pages.ui.app import ask_name, may, service, who
from pages.ui.figures import ago, moment, plain

MOST_SHOWN = 200
LONGEST = 10_000
EDITED = "comment_edited"
"""Session state: the id of the comment that is being edited."""


def comments(job_id: int) -> None:
    """Every comment, and the field for a new one."""
    with service().database.reading() as session:
        page = queries.comments.page(session, job_id, limit=MOST_SHOWN)
        rows = list(page.items)
        while page.next_cursor is not None:
            page = queries.comments.page(session, job_id, limit=MOST_SHOWN, cursor=page.next_cursor)
            rows = [*rows, *page.items][-MOST_SHOWN:]
    if page.total > len(rows):
        st.caption(_("The newest {n} comments.").format(n=MOST_SHOWN))
    if not rows:
        asks = _("No comments yet. What should the next reader of this job know?")
        st.caption(asks if may(Role.ANALYST) else _("No comments yet."))
    for row in rows:
        _comment(row)
    if may(Role.ANALYST):
        _field(job_id)


def _comment(row: CommentRow) -> None:
    with st.container(border=True, key=f"comment_{row.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(row.author)}**", width="content")
            told = " · ".join([ago(row.created_at), *([_("edited")] if row.edited_at else [])])
            st.caption(told, help=moment(row.edited_at or row.created_at), width="content")
            if _is_own(row):
                st.space("stretch")
                _own(row)
        if st.session_state.get(EDITED) == row.id:
            _editor(row)
        else:
            st.text(row.body)


def _is_own(row: CommentRow) -> bool:
    """Whether the reader may change it: without a login whoever has given its author's name."""
    reader = actor.current()
    return reader.has_say_over(row.author) if reader.is_verified else row.author == who()


def _own(row: CommentRow) -> None:
    st.button(
        "",
        icon=":material/edit:",
        key=f"comment_edit_{row.id}",
        type="tertiary",
        help=_("Edit"),
        on_click=lambda: _begin_edit(row),
    )
    with st.popover("", icon=":material/delete:", type="tertiary", key=f"comment_ask_{row.id}", help=_("Delete")):
        st.write(_("Delete this comment? It cannot be brought back."))
        st.button(
            _("Delete"),
            key=f"comment_delete_{row.id}",
            type="primary",
            on_click=lambda: attempt(lambda: service().delete_comment(row.id, who())),
        )


def _editor(row: CommentRow) -> None:
    key = f"comment_body_{row.id}"
    st.text_area(_("Comment"), key=key, label_visibility="collapsed", max_chars=LONGEST)
    with st.container(horizontal=True):
        st.button(_("Save"), key=f"comment_save_{row.id}", type="primary", on_click=lambda: _save(row, key))
        st.button(_("Discard"), key=f"comment_discard_{row.id}", on_click=lambda: st.session_state.pop(EDITED, None))


def _begin_edit(row: CommentRow) -> None:
    st.session_state[EDITED] = row.id
    st.session_state[f"comment_body_{row.id}"] = row.body


def _save(row: CommentRow, key: str) -> None:
    if attempt(lambda: service().edit_comment(row.id, who(), st.session_state[key])) is not None:
        st.session_state.pop(EDITED, None)


def _field(job_id: int) -> None:
    ask_name("comment_name")
    key = f"comment_new_{job_id}"
    st.text_area(
        _("New comment"),
        key=key,
        max_chars=LONGEST,
        placeholder=_("Shown as written, to everybody who sees this job"),
        persist_state="session",
    )
    st.button(_("Comment"), key="comment_add", icon=":material/send:", on_click=lambda: _add(job_id, key))


def _add(job_id: int, key: str) -> None:
    """A second click finds the field empty and does nothing; an error leaves what was typed."""
    body = (st.session_state.get(key) or "").strip()
    if body and not who():
        st.toast(_("Write your name first: it signs the comment."), icon=":material/person:")
    elif body and attempt(lambda: service().add_comment(job_id, who(), body)) is not None:
        st.session_state[key] = ""
