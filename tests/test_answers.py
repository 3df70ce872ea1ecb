"""What pages answer to questions: words, regular expressions, selectors; and that a slow one costs only itself."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.abort import Abort
from core.errors import Aborted
from core.executors import Extractor
from core.expressions import Asked, BadExpression, regular, selectors, words
from core.extract import Wish, extract

URL = "https://www.acme.test/"
PAGE = """<html lang="es"><head><title>Panadería</title><meta name="generator" content="Hugo"></head><body>
<h1>Pan de   Centeno</h1><p>Hacemos pan de centeno cada día. Llama al 600 123 456 o al 600 123 456.</p><p>AÑO</p>
<a class="buy" href="/tienda">Comprar <b>ahora</b></a> <a class="buy" href="/cesta">Cesta</a> <a class="buy">nada</a>
<img class="logo" src="/l.png"><script src="https://stats.test/a.js"></script><p hidden>secreto</p></body></html>"""


def answers(*questions: Asked, html: str = PAGE) -> dict[str, Any]:
    return extract(html.encode(), URL, "text/html; charset=utf-8", Wish(questions)).answers


def answer(kind: str, expression: str, over: str = "text") -> Any:
    return answers(Asked("it", kind, expression, over))["it"]


def test_words_are_counted_in_any_case_and_shown_where_they_come_first() -> None:
    found = answer("text", "PAN de centeno")
    assert found["count"] == 2
    assert found["found"][0].startswith("Pan de Centeno Hacemos pan de centeno cada día. Llama al 600 123 456")
    long = answers(Asked("it", "text", "needle", "text"), html="<p>" + "before " * 50 + "NEEDLE" + " behind" * 50)
    [around] = long["it"]["found"]
    assert around == "…before before before before NEEDLE" + " behind" * 15 + "…"
    assert answer("text", "secreto") == {"count": 0, "found": []}, "a reader does not see it"
    assert answer("text", "secreto", "html")["count"] == 1
    assert answer("text", "centenó cada dia")["count"] == 1, "accents make no difference"
    assert answer("text", "an\u0303o")["count"] == 1, "however their letters are put together"
    assert answers(Asked("it", "text", "España", "text"), html="<p>Espan\u0303a")["it"]["count"] == 1
    assert answer("text", "ano")["count"] == 0 < answer("text", "año")["count"], "letters of their own do"
    assert answer("text", "a.b") == {"count": 0, "found": []}, "words are no pattern"


def test_a_regular_expression_gives_its_first_group_or_the_whole_match_each_once() -> None:
    assert answer("regex", r"\d{3} \d{3} \d{3}") == {"count": 2, "found": ["600 123 456"]}
    assert answer("regex", r"al (\d+)|(Cesta)") == {"count": 3, "found": ["600", "Cesta"]}
    assert answer("regex", r"src=\"([^\"]+)", "html") == {"count": 2, "found": ["/l.png", "https://stats.test/a.js"]}
    assert answer("regex", "x*") == {"count": 0, "found": []}, "a match of nothing is none"


def test_a_selector_gives_texts_attributes_or_the_tag_of_what_has_no_text() -> None:
    assert answer("css", "a.buy", "html") == {"count": 3, "found": ["Comprar ahora", "Cesta", "nada"]}
    assert answer("css", "a::attr(href), h1", "html") == {"count": 3, "found": ["/tienda", "/cesta", "Pan de Centeno"]}
    assert answer("css", "a.buy::text", "html") == {"count": 3, "found": ["Comprar", "Cesta", "nada"]}
    assert answer("css", "script[src*=stats]", "html") == {
        "count": 1,
        "found": ['<script src="https://stats.test/a.js">'],
    }
    assert answer("css", "#cookies", "html") == {"count": 0, "found": []}


def test_what_is_found_is_bounded_and_clean() -> None:
    html = "<p>" + "".join(f"<i>n{n}\0 </i>" for n in range(3_000)) + "<b>" + "x" * 5_000 + "</b>"
    found = answers(Asked("i", "css", "i", "html"), Asked("b", "css", "b", "html"), html=html)
    assert found["i"]["count"] == 1_000
    assert found["i"]["found"] == [f"n{n}" for n in range(20)]
    assert found["b"] == {"count": 1, "found": ["x" * 300]}


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    extractor = Extractor(1)
    yield extractor
    extractor.close()


def test_a_question_that_takes_too_long_says_so_and_costs_only_itself(extractor: Extractor) -> None:
    """`p ~ p` over 20,000 paragraphs takes minutes in C code, the regular expression longer than anybody lives."""
    html = "<title>Long</title><h1>Before</h1>" + "<p>x</p>" * 20_000 + "<pre>" + "a" * 40 + "b</pre><h2>After</h2>"
    questions = (
        Asked("first", "css", "h1", "html"),
        Asked("siblings", "css", "p ~ p", "html"),
        Asked("backtracking", "regex", "(a|aa)+$", "text"),
        Asked("impossible", "css", "x|a", "html"),
        Asked("last", "text", "after", "text"),
        *(Asked(f"more {n}", "text", "x", "text") for n in range(15)),
    )
    page = extractor.extract(html.encode(), URL, None, Abort(), wish=Wish(questions))
    assert page.title == "Long"
    assert page.answers["first"] == {"count": 1, "found": ["Before"]}
    assert page.answers["siblings"] == page.answers["backtracking"] == {"error": "timeout"}
    assert page.answers["impossible"] == {"error": "failed"}
    assert page.answers["last"]["count"] == 1
    assert list(page.answers) == [question.name for question in questions]


def test_a_slow_question_keeps_nobody_from_being_stopped(extractor: Extractor) -> None:
    html = b"<p>x</p>" * 20_000
    slow = tuple(Asked(str(n), "css", "p ~ p", "html") for n in range(5))
    abort = Abort()
    threading.Timer(0.3, abort.set).start()
    began = time.monotonic()
    with pytest.raises(Aborted):
        extractor.extract(html, URL, None, abort, wish=Wish(slow))
    assert time.monotonic() - began < 3
    assert extractor.extract(b"<h1>Next", URL, None, Abort()).h1s == ["Next"]


SIGNS = st.lists(
    st.sampled_from([*"ab.*+?[](){}|\\^$,=~>:#\"' 1é", "::attr(", ":not(", "(?P<a>", "{9}", "\\d"]), max_size=12
)


@settings(max_examples=150, deadline=None)
@given(SIGNS.map("".join) | st.text(max_size=20))
def test_whatever_is_written_is_an_expression_or_refused(written: str) -> None:
    words(written)
    for read in (regular, selectors):
        try:
            read(written)
        except BadExpression as error:
            assert str(error)
