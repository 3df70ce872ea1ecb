"""What a click does: run a use-case, tell how it went, keep the screen."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st
from streamlit.errors import StreamlitInvalidLayoutContextError

from core.errors import InvalidInput, LoteError, NotFound
from core.i18n import _
from pages.ui import address
from pages.ui.figures import plain

T = TypeVar("T")
ERROR_ICON, DONE_ICON = ":material/error:", ":material/check:"

log = logging.getLogger(__name__)


def attempt(action: Callable[[], T], done: str | None = None) -> T | None:
    """The action's result; None when it failed, which the reader is told by a toast. `done` is told when it worked.

    A toast stands wherever the click came from: a menu, a dialog that closes, a page that is left.
    """
    try:
        result = action()
    except LoteError as error:
        if not _is_told_by_screen(error):
            st.toast(plain(error.message), icon=ERROR_ICON, duration="long")
        return None
    except Exception:  # the edge of the screens: told to the reader, the traceback to the log
        log.exception("an action of the screens failed")
        st.toast(_unexpected(), icon=ERROR_ICON, duration="long")
        return None
    if done:
        st.toast(done, icon=DONE_ICON)
    return result


@contextmanager
def guarded() -> Iterator[None]:
    """Around a page or a fragment (also as a decorator): an error becomes a message in its place."""
    try:
        yield
    except LoteError as error:
        show_error(error)
    except Exception as error:  # the edge of the screens: told to the reader, the traceback to the log
        if isinstance(error, StreamlitInvalidLayoutContextError):
            _end_if_left()
        log.exception("a screen failed")
        st.error(_unexpected(), icon=ERROR_ICON)


def show_error(error: LoteError) -> None:
    """The message of an error, with its single faults."""
    faults = [str(fault.get("detail", "")) for fault in error.errors] if isinstance(error, InvalidInput) else []
    st.error("\n".join([plain(error.message), "", *(f"- {plain(fault)}" for fault in faults)]), icon=ERROR_ICON)


def _end_if_left() -> None:
    """End this run if the reader has gone to another screen: that one runs at once, in a thread of its own, and takes
    the containers of this one away, which is no fault. Streamlit stops such a run at its next word to the browser.
    """
    st.empty()


def _is_told_by_screen(error: LoteError) -> bool:
    """Whether what is gone is the very thing that this screen shows: the screen tells that in its place."""
    shown = address.read("id")
    return isinstance(error, NotFound) and bool(shown) and str(error.values.get("id")) == shown


def _unexpected() -> str:
    return _("Something went wrong here; the log of the server has the details. Try again, or reload the page.")
