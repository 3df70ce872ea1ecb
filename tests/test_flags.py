"""Which pages are flagged, with what evidence, and which near misses are not."""

import time

import pytest

from core.flags import EXPLANATIONS, Flag, judge
from core.i18n import speaking
from tests.flagged_pages import (
    FOOTER,
    JS_ONLY,
    LOGIN_WALL,
    NAV,
    NOT_JS_ONLY,
    NOT_LOGIN_WALL,
    NOT_PARKED,
    NOT_SOFT_404,
    PARKED,
    PROSE,
    SCRIPT,
    SOFT_404,
    Page,
    h1,
)


def check(page: Page, flag: Flag, is_flagged: bool) -> None:
    flags = page.flags
    assert (flag in flags) == is_flagged, flags


@pytest.mark.parametrize("page", PARKED.values(), ids=PARKED)
def test_a_page_without_a_site_is_parked(page: Page) -> None:
    check(page, Flag.PARKED, True)


@pytest.mark.parametrize("page", NOT_PARKED.values(), ids=NOT_PARKED)
def test_a_site_is_not_parked(page: Page) -> None:
    check(page, Flag.PARKED, False)


@pytest.mark.parametrize("page", SOFT_404.values(), ids=SOFT_404)
def test_a_page_that_says_that_there_is_none_is_a_soft_404(page: Page) -> None:
    check(page, Flag.SOFT_404, True)


@pytest.mark.parametrize("page", [*NOT_SOFT_404.values(), *NOT_PARKED.values()], ids=[*NOT_SOFT_404, *NOT_PARKED])
def test_a_page_on_what_is_lost_is_no_soft_404(page: Page) -> None:
    check(page, Flag.SOFT_404, False)


@pytest.mark.parametrize("page", LOGIN_WALL.values(), ids=LOGIN_WALL)
def test_a_form_to_sign_in_and_nothing_else_is_a_wall(page: Page) -> None:
    check(page, Flag.LOGIN_WALL, True)


@pytest.mark.parametrize("page", NOT_LOGIN_WALL.values(), ids=NOT_LOGIN_WALL)
def test_a_page_with_a_way_to_sign_in_is_no_wall(page: Page) -> None:
    check(page, Flag.LOGIN_WALL, False)


@pytest.mark.parametrize("page", JS_ONLY.values(), ids=JS_ONLY)
def test_a_shell_without_text_needs_its_scripts(page: Page) -> None:
    check(page, Flag.JS_ONLY, True)


@pytest.mark.parametrize("page", NOT_JS_ONLY.values(), ids=NOT_JS_ONLY)
def test_a_page_with_text_of_its_own_needs_no_script(page: Page) -> None:
    check(page, Flag.JS_ONLY, False)


@pytest.mark.parametrize(
    ("words", "evidence"), [(0, "0 visible words"), (1, "1 visible word"), (29, "29 visible words"), (30, None)]
)
def test_text_is_thin_below_thirty_words(words: int, evidence: str | None) -> None:
    assert Page("<p>" + "pan " * words + "</p>").flags.get(Flag.THIN_TEXT) == evidence


@pytest.mark.parametrize(
    ("target", "url", "evidence"),
    [
        ("acme.test", "https://www.acme.test/", None),
        ("shop.acme.co.uk:8443/a", "https://acme.co.uk/", None),
        ("acme.test", "http://ACME.test./en", None),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/", None),
        ("acme.test", "https://bakery.test/acme", "bakery.test answers for acme.test"),
        ("acme.co.uk", "https://bakery.co.uk/", "bakery.co.uk answers for acme.co.uk"),
        ("one.github.io", "https://two.github.io/", "two.github.io answers for one.github.io"),
        ("xn--caf-dma.test", "https://cafe.test/", "cafe.test answers for xn--caf-dma.test"),
    ],
)
def test_a_move_is_one_to_another_registered_domain(target: str, url: str, evidence: str | None) -> None:
    assert Page(PROSE, target=target, url=url).flags.get(Flag.MOVED_DOMAIN) == evidence


def test_evidence_quotes_what_was_found_and_never_markup() -> None:
    page = Page(h1("Este dominio <b>está</b> en venta &lt;script&gt;", "Haga su oferta. " * 20))
    assert page.flags == {Flag.PARKED: "for sale: 'Este dominio está en venta <script>'"}
    assert max(len(evidence) for evidence in Page(h1("Page not found " + "! " * 400)).flags.values()) < 200


def test_an_ordinary_page_has_no_flags() -> None:
    page = Page(NAV + h1("Bakery", "Open from seven to two.") + PROSE + SCRIPT + FOOTER, "Bakery | Acme")
    assert page.flags == {}


def test_each_flag_is_explained_in_both_languages() -> None:
    assert set(EXPLANATIONS) == set(Flag)
    for told in EXPLANATIONS.values():
        with speaking("es"):
            assert told.translated().sentence != told.sentence and told.translated().advice != told.advice


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "this domain " * 4_000 + "</p>",
        "<p>" + "a." * 20_000 + "</p>",
        "<h1>" + "page " * 4_000 + "</h1>" + "<p>the page you</p>" * 3_000,
        '<div id="root">' * 1_000,
        "<form>" + '<input type="password">' * 20_000,
        "<noscript>" * 1_000 + "javascript " * 1_000,
        "<p>" + "enable " * 4_000 + "</p>" + SCRIPT,
    ],
    ids=["phrases", "dots", "lines", "roots", "fields", "noscripts", "needs"],
)
def test_no_page_makes_the_rules_work_for_long(body: str) -> None:
    facts = Page(body).facts
    began = time.process_time()
    judge(facts)
    assert time.process_time() - began < 0.5
