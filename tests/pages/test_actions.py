"""What becomes of an error on a screen."""

import logging

import pytest
from streamlit.testing.v1 import AppTest


def screen(is_left: bool) -> None:
    """A refresh whose containers are gone, because the reader is on another screen, or by a fault of ours."""
    from streamlit.errors import StreamlitInvalidLayoutContextError
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from pages.ui.actions import guarded

    context = get_script_run_ctx()
    assert context is not None
    assert context.script_requests is not None
    with guarded():
        if is_left:
            context.script_requests.request_stop()
        raise StreamlitInvalidLayoutContextError("the container is gone")


@pytest.mark.parametrize("is_left", [True, False])
def test_a_refresh_of_a_screen_that_was_left_is_no_error(is_left: bool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "pages.ui.actions"):
        shown = AppTest.from_function(screen, kwargs={"is_left": is_left}).run()
    assert [record.message for record in caplog.records] == ([] if is_left else ["a screen failed"])
    assert len(shown.error) == (0 if is_left else 1)
    assert not shown.exception
