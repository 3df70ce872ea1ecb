"""API tokens on the Settings screen: made, shown this once, revoked; only what the reader's role may give."""

from streamlit.testing.v1 import AppTest

from core import queries, secret, tokens
from core.actor import Scope
from core.job_service import JobService
from pages.ui import identity
from tests.pages.conftest import Opened, click, done

PAGE = "pages/settings.py"


def opened(open_page: Opened, name: str = "ana", **query: object) -> AppTest:
    screen = open_page(PAGE, **query)
    if name:
        screen.session_state[identity._slot(identity.NAME_COOKIE)] = name
    return done(screen.run())


def secrets(screen: AppTest) -> list[str]:
    return [code.value for code in screen.code if code.value.startswith(secret.PREFIX)]


def listed(screen: AppTest) -> list[str]:
    lines = [line.value for line in screen.markdown if f"`{secret.PREFIX}" in line.value]
    return [line.removeprefix("**").rpartition("** ")[0] for line in lines]


def test_a_token_is_made_and_its_secret_shown_this_once(open_page: Opened, service: JobService) -> None:
    screen = opened(open_page)
    assert "There are no tokens that could be used." in [caption.value for caption in screen.caption]
    screen.text_input(key="token_name").set_value("Nightly *export*")
    screen.radio(key="token_scope").set_value(Scope.WRITE)
    screen.selectbox(key="token_days").set_value(30)
    click(screen, "token_create")
    [shown] = secrets(screen)
    assert secret.checked(shown)
    assert any(f"Bearer {shown}'" in code.value and "/api/jobs" in code.value for code in screen.code)
    assert listed(screen) == [r"Nightly \*export\*"]
    assert screen.text_input(key="token_name").value == ""
    with service.database.reading() as session:
        [row] = queries.tokens.page(session).items
    assert (row.scope, row.owner, (row.expires_at - row.created_at).days) == (Scope.WRITE, "ana", 30)  # type: ignore[operator]
    click(screen, "token_copied")
    assert not secrets(screen)
    assert listed(screen)


def test_the_secret_is_gone_when_the_reader_was_elsewhere(open_page: Opened) -> None:
    screen = opened(open_page)
    screen.text_input(key="token_name").set_value("x")
    click(screen, "token_create")
    assert secrets(screen)
    done(screen.switch_page("pages/jobs.py").run())
    assert not secrets(done(screen.switch_page(PAGE).run()))


def test_without_a_name_there_is_no_token(open_page: Opened, service: JobService) -> None:
    screen = opened(open_page, name="")
    screen.text_input(key="token_name").set_value("x")
    click(screen, "token_create")
    assert "name first" in screen.toast[0].value
    assert screen.text_input(key="token_name").value == "x"
    assert not secrets(screen)


def test_a_revoked_token_leaves_the_list_until_it_is_asked_for(open_page: Opened, service: JobService) -> None:
    made = tokens.create(service.database, "CI", Scope.READ, owner="eva")
    screen = opened(open_page)
    assert listed(screen) == ["CI"]
    click(screen, f"token_revoke_{made.row.id}")
    assert listed(screen) == []
    with service.database.reading() as session:
        assert queries.tokens.get(session, made.row.id).revoked_by == "ana"
    screen.toggle(key="revoked").set_value(True)
    assert listed(done(screen.run())) == ["CI"]
    assert not [button for button in screen.button if button.key == f"token_revoke_{made.row.id}"]
