"""Which pages are flagged, with what evidence, and which near misses are not."""

import time
from typing import Any

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

MEANT = {Flag.PARKED: PARKED, Flag.SOFT_404: SOFT_404, Flag.LOGIN_WALL: LOGIN_WALL, Flag.JS_ONLY: JS_ONLY}
NEAR_MISSES = {
    Flag.PARKED: NOT_PARKED,
    Flag.SOFT_404: {**NOT_SOFT_404, **NOT_PARKED},
    Flag.LOGIN_WALL: NOT_LOGIN_WALL,
    Flag.JS_ONLY: NOT_JS_ONLY,
}


def each(pages: dict[Flag, dict[str, Page]]) -> list[Any]:
    return [pytest.param(flag, page, id=f"{flag}, {name}") for flag in pages for name, page in pages[flag].items()]


@pytest.mark.parametrize(("flag", "page"), each(MEANT))
def test_a_page_that_a_flag_is_meant_for_has_it(flag: Flag, page: Page) -> None:
    assert flag in page.flags


@pytest.mark.parametrize(("flag", "page"), each(NEAR_MISSES))
def test_a_page_that_only_looks_like_it_has_it_not(flag: Flag, page: Page) -> None:
    assert flag not in page.flags


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
