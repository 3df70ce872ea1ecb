"""What extraction finds on pages of all kinds, and that no bytes can break it."""

import dataclasses
import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FetchError
from core.extract import EXTRACTOR_VERSION, Extraction, extract
from core.extract.charset import decode
from core.failures import FailureKind

PAGES = Path(__file__).parent / "pages_html"
URL = "https://www.acme.test/news/one"


def read(html: str, url: str = URL) -> Extraction:
    return extract(html.encode(), url, "text/html; charset=utf-8")


def in_body(html: str, url: str = URL, language: str = "en") -> Extraction:
    return read(f'<html lang="{language}"><head><title>T</title></head><body>{html}</body></html>', url)


def saved(name: str, url: str) -> Extraction:
    return extract((PAGES / name).read_bytes(), url, None)


# Articles and home pages


def test_an_english_article_gives_its_facts() -> None:
    page = saved("article_en.html", "https://harbour.test/2024/03/05/tides")
    assert page.extractor_version == EXTRACTOR_VERSION == "lote 2 / trafilatura 2.3.1"
    assert page.title == "Why the tides are late this spring"
    assert page.description == "A short look at the tide tables."
    assert page.author == "Mara Holt"
    assert page.site_name == "Harbour Notes"
    assert (page.published_on, page.modified_on) == (date(2024, 3, 5), date(2024, 3, 7))
    assert (page.language_declared, page.language_detected) == ("en-GB", "en")
    assert page.canonical_url == "https://harbour.test/2024/03/05/tides"
    assert page.image_url == "https://harbour.test/img/tide.jpg"
    assert page.favicon_url == "https://harbour.test/favicon.svg"
    assert page.feeds == ["https://harbour.test/feed.xml", "https://harbour.test/atom.xml"]
    assert page.generator == "Hugo 0.120"
    assert page.meta_robots == "index, follow"
    assert page.h1s == ["Why the tides are late this spring"]
    assert page.jsonld_types == ["NewsArticle", "Person"]
    assert page.categories == ["Sea"]
    assert page.tags == ["tides", "moon"]
    assert "The moon pulls the water" in page.text
    assert "Accept all cookies" not in page.text and "Read also" not in page.text


def test_a_spanish_article_gives_its_facts() -> None:
    page = saved("article_es.html", "https://vega.test/noticias/riego")
    assert page.title == "El riego vuelve a la vega"
    assert (page.language_declared, page.language_detected) == ("es", "es")
    assert page.published_on == date(2023, 10, 2)
    assert "acequias" in page.text and "información" in page.text
    assert (page.charset, page.charset_source) == ("windows-1252", "meta")
    assert page.phones == ["958 123 456"]  # no country is certain for this name


def test_a_home_page_keeps_hero_cards_and_footer_apart() -> None:
    page = saved("home_es.html", "https://www.fontaneria.test/")
    sections = page.text.split("\n\n")
    assert any(section.startswith("Fontanería urgente en Sevilla") for section in sections)
    assert any("Calderas" in section and "Grifos" not in section for section in sections)
    assert sections[-1].startswith("© Fontanería Ruiz")
    assert "oculto" not in page.text and "console.log" not in page.text and "Activa JavaScript" not in page.text
    assert page.title == "Fontanería Ruiz | Sevilla"
    assert page.published_on is None and page.author is None
    assert page.emails == ["hola@fontaneria.test"]
    assert page.social_profiles == ["https://www.instagram.com/fontaneriaruiz"]


@pytest.mark.parametrize("path", ["", "/", "/es/", "/index.html", "/en-gb/", "/index.php"])
def test_a_home_page_is_known_by_its_address(path: str) -> None:
    page = in_body(
        "<article><p>" + "One sentence of an article. " * 30 + "</p></article><footer>Foot</footer>",
        "https://a.test" + path,
    )
    assert page.text.endswith("\n\nFoot")


def test_other_pages_leave_the_frame_out_unless_there_is_nothing_else() -> None:
    article = "<article><p>" + "One sentence of an article with many words. " * 30 + "</p></article>"
    assert "Foot" not in in_body(article + "<footer>Foot of the site</footer>").text
    assert in_body("<header>Only</header><footer>a frame</footer>").text == "Only\n\na frame"


def test_words_are_counted_as_seen_by_a_reader() -> None:
    page = in_body(
        "<p>one two</p><script>three four</script><p hidden>five</p><p style='display:none'>six</p><nav>e-mail</nav>"
    )
    assert page.word_count == 3
    assert in_body("<p>東京都渋谷区</p>", language="ja").word_count == 3


def test_the_hash_follows_the_words_alone() -> None:
    one, same, other = in_body("<p>a b</p>"), in_body("<div class='x'><p>a   b</p></div>"), in_body("<p>a c</p>")
    assert one.content_hash == same.content_hash != other.content_hash
    assert len(one.content_hash) == 64


def test_an_empty_page_is_an_empty_extraction() -> None:
    for body in (b"", b"   ", b"<!-- nothing -->", b"\0\0"):
        page = extract(body, URL, None)
        assert (page.text, page.word_count, page.title, page.internal_links) == ("", 0, None, [])


# Languages and dates


def test_a_language_is_detected_only_in_enough_words() -> None:
    assert in_body("<p>Buenos días</p>").language_detected is None
    assert in_body("<p>" + "Esta es una frase bastante larga sobre el tiempo. " * 5 + "</p>").language_detected == "es"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<html lang="pt_br">', "pt-BR"),
        ('<html lang="ES">', "es"),
        ('<meta http-equiv="Content-Language" content="fr, en">', "fr"),
        ('<html lang="not a language">', None),
        ("<html>", None),
    ],
)
def test_the_declared_language_is_a_language_tag(html: str, expected: str | None) -> None:
    assert read(html + "<body><p>x").language_declared == expected


@pytest.mark.parametrize(
    ("html", "url", "expected"),
    [
        ('<meta property="article:published_time" content="2021-04-30T23:10:00+02:00">', URL, date(2021, 4, 30)),
        ('<meta name="date" content="3. Mai 2021">', URL, date(2021, 5, 3)),
        ('<time datetime="2020-02-03">yesterday</time>', URL, date(2020, 2, 3)),
        ('<time datetime="2020-02-03">yesterday</time>', "https://a.test/", None),
        ("<p>On 4 May 2019 the mill burnt down. © 2018</p>", URL, None),
        ("<p>x</p>", "https://a.test/2018/07/06/story", date(2018, 7, 6)),
        ('<meta name="date" content="2021-02-31">', URL, None),
    ],
)
def test_dates_are_read_where_they_are_stated_and_never_guessed(html: str, url: str, expected: date | None) -> None:
    assert read(f"<html><head>{html}</head><body>{html}</body></html>", url).published_on == expected


# Charsets


@pytest.mark.parametrize(
    ("codec", "prefix", "header", "meta", "charset", "source"),
    [
        ("utf-8", b"\xef\xbb\xbf", "iso-8859-1", "windows-1251", "utf-8", "bom"),
        ("utf-16-le", b"\xff\xfe", "utf-8", "utf-8", "utf-16le", "bom"),
        ("utf-16-be", b"\xfe\xff", None, None, "utf-16be", "bom"),
        ("cp1252", b"", "ISO-8859-1", "utf-8", "windows-1252", "header"),
        ("utf-8", b"", "utf-8", "iso-8859-1", "utf-8", "header"),
        ("cp1252", b"", None, "latin1", "windows-1252", "meta"),
        ("utf-8", b"", "x-nonsense", "utf-16", "utf-8", "meta"),
        ("cp1252", b"", None, None, "windows-1252", "guess"),
        ("utf-8", b"", None, None, "utf-8", "guess"),
        ("utf-16-le", b"", None, None, "utf-16le", "guess"),
    ],
)
def test_the_charset_is_decided_in_the_order_of_the_standard(
    codec: str, prefix: bytes, header: str | None, meta: str | None, charset: str, source: str
) -> None:
    declared = f'<meta charset="{meta}">' if meta else ""
    sentence = "El señor Ibáñez pidió más café en la estación de autobús. "
    html = f"<html><head>{declared}<title>Año nuevo, ¿mañana?</title></head><body><p>{sentence * 5}</p></body></html>"
    page = extract(prefix + html.encode(codec), URL, f"text/html; charset={header}" if header else "text/html")
    assert (page.title, page.charset, page.charset_source) == ("Año nuevo, ¿mañana?", charset, source)
    assert "Ibáñez" in page.text


@pytest.mark.parametrize("declared", ['<meta charset="Shift_JIS">', ""])
def test_japanese_pages_are_read_with_and_without_a_declaration(declared: str) -> None:
    text = "これは日本語で書かれた文章です。東京の天気は晴れです。"
    page = extract(f"<html><head>{declared}<title>日本語</title></head><p>{text * 4}".encode("shift_jis"), URL, None)
    assert (page.title, page.charset) == ("日本語", "shift_jis")


@pytest.mark.parametrize(
    ("text", "codec", "charset"),
    [
        ("Peluquería Muñoz: cortes para niños", "cp1252", "windows-1252"),
        ("Año 2024. ¡Ofertas!", "cp1252", "windows-1252"),
        ("Ayuntamiento de Logroño: trámites, padrón municipal y agenda", "cp1252", "windows-1252"),
        ("São Paulo: ação e formação", "cp1252", "windows-1252"),
        ("Über uns", "cp1252", "windows-1252"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy na stránkách firmy", "cp1250", "windows-1250"),
        ("Добро пожаловать на сайт нашей компании", "cp1251", "windows-1251"),
        ("欢迎来到我们公司的网站。我们生产门窗已有二十多年。", "gb18030", "gb18030"),
    ],
)
def test_short_pages_that_do_not_tell_their_charset_are_read(text: str, codec: str, charset: str) -> None:
    page = extract(f"<html><head><title>{text}</title></head><p>{text}".encode(codec), URL, "text/html")
    assert (page.title, page.charset, page.charset_source) == (text, charset, "guess")


@pytest.mark.parametrize(
    ("language", "codec", "text"),
    [
        ("hu", "cp1250", "Üdvözöljük! Több mint húsz éve gyártunk ajtókat és ablakokat, őszintén várjuk"),
        ("tr", "cp1254", "Şirketimizin web sitesine hoş geldiniz, ığdır"),
    ],
)
def test_the_language_of_a_page_tells_between_charsets_that_explain_it(language: str, codec: str, text: str) -> None:
    assert extract(f"<html lang={language}><title>{text}</title><p>{text}".encode(codec), URL, None).title == text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso88591", "cp1252", "España"),
        ("iso88592", "iso8859-2", "łódź"),
        ("mac", "mac-roman", "España"),
        ("koi8", "koi8-r", "мир"),
        ("csgb2312", "gb18030", "你好"),
        ("ksc_5601", "cp949", "안녕"),
    ],
)
def test_labels_of_the_standard_that_python_does_not_know_are_known(label: str, codec: str, text: str) -> None:
    page = extract(f"<meta charset={label}><title>{text}</title>".encode(codec), URL, None)
    assert (page.title, page.charset_source) == (text, "meta")


@pytest.mark.parametrize("filler", [b"var a=1;", b"<", b"<a ", b"a\xe9"])
def test_a_page_that_does_not_tell_its_charset_is_decoded_in_no_time(filler: bytes) -> None:
    body = "<title>Año</title>\n".encode("cp1252") + filler * (400_000 // len(filler))
    began = time.process_time()
    assert decode(body, None).text.startswith("<title>Año")
    assert time.process_time() - began < 1


def test_a_declaration_in_a_comment_does_not_count() -> None:
    page = extract("<!-- <meta charset=koi8-r> --><meta charset=utf-8><title>ñ</title>".encode(), URL, None)
    assert (page.title, page.charset_source) == ("ñ", "meta")


# Links


def test_links_are_absolute_deduplicated_and_sorted_into_own_and_foreign() -> None:
    page = in_body(
        '<a href="/a#x">1</a><a href="/a">2</a><a href="https://shop.acme.test/b">3</a><a href="//other.test/c">4</a>'
        '<a href="mailto:a@b.test">5</a><a href="javascript:alert(1)">6</a><a href="http://[::bad">7</a>'
        '<a href="https://user:secret@third.test">8</a><a href="data:text/html,x">9</a><a href="two words">10</a>'
    )
    assert page.internal_links == [
        "https://www.acme.test/a", "https://shop.acme.test/b", "https://www.acme.test/news/two%20words",
    ]  # fmt: skip
    assert page.external_links == ["https://other.test/c", "https://third.test/"]
    assert page.external_hosts == ["other.test", "third.test"]


def test_links_follow_the_base_element() -> None:
    page = read('<head><base href="https://cdn.test/x/"></head><body><a href="y">y</a>')
    assert page.external_links == ["https://cdn.test/x/y"]


def test_lists_and_texts_are_bounded() -> None:
    links = "".join(f'<a href="/p{i}">p</a><a href="https://h{i}.test/">h</a>' for i in range(1_500))
    page = read(f"<title>{'t' * 5_000}</title><body>{links}<a href='/{'l' * 3_000}'>l</a>" + f"<p>{'ñandú ' * 400_000}")
    assert len(page.internal_links) == len(page.external_links) == len(page.external_hosts) == 1_000
    assert len(page.title or "") == 1_000
    assert len(page.text.encode()) <= 2_000_000


# JSON-LD


def test_structured_data_is_read_through_graphs_and_its_errors_are_left_out() -> None:
    graph = {"@context": "https://schema.org", "@graph": [
        {"@type": ["WebSite", "http://schema.org/Thing"], "publisher": {"@type": "Organization"}},
        {"@type": "Article", "datePublished": "2022-01-02T10:00:00Z", "headline": "H"},
    ]}  # fmt: skip
    page = in_body(
        '<script type="application/ld+json">{broken</script>'
        f'<script type="application/ld+json; charset=utf-8">/*<![CDATA[*/{json.dumps(graph)}/*]]>*/</script>'
        f'<script type="application/ld+json"><!--{json.dumps(graph)}--></script>'
        '<script type="application/ld+json">{"@type": "\\ud800\\u0000x"}</script>'
        f'<script type="application/ld+json">{"[" * 100_000}</script>'
    )
    assert page.jsonld_types == ["x", "WebSite", "Thing", "Article", "Organization"] or set(page.jsonld_types) == {
        "x", "WebSite", "Thing", "Article", "Organization",
    }  # fmt: skip
    assert page.published_on == date(2022, 1, 2)


# Hostile pages


@pytest.mark.parametrize(
    "body",
    [
        b"<p " + b" ".join(b'a%d="x"' % i for i in range(50_000)) + b">hi</p>",
        b"<p " + b" ".join(b"a%d='>'" % i for i in range(50_000)) + b">hi</p>",
        b"<" + b"x" * 70_000 + b">",
        b"<div>" * 50_000 + b"deep",
    ],
)
def test_monstrous_markup_is_refused_at_once(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(FetchError) as caught:
        extract(b"<html><body>" + body, URL, None)
    assert caught.value.kind is FailureKind.EXTRACT
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="data:image/png;base64,{"A" * 300_000}"><p>kept</p>',
        f"<script>if (a<b) x='{'y' * 300_000}'</script><p>kept</p>",
        f"<!-- <p {'x ' * 100_000} --><p>kept</p>",
        "<div>" * 1_000 + "<p>kept</p>" + "</div>" * 1_000,
        f'<script type="application/ld+json">{json.dumps({"a": "b" * 2_000_000})}</script><p>kept</p>',
    ],
)
def test_large_but_harmless_markup_is_read(html: str) -> None:
    assert "kept" in in_body(html).text


@pytest.mark.parametrize(
    "piece", ["<script>", "<a", "<a b='", '<a b="', "<!--", "<", "&", "a@", "<svg><title>", "<td>", "(("]
)
def test_reading_time_grows_with_the_page_and_not_faster(piece: str) -> None:
    began = time.process_time()
    try:
        read(piece * (100_000 // len(piece)))
    except FetchError as error:
        assert error.kind is FailureKind.EXTRACT
    assert time.process_time() - began < 8


def test_tables_inside_each_other_cost_little() -> None:
    began = time.process_time()
    assert "kept" in read(f"<html><body>{'<table>' * 1_900}<p>kept</p>", "https://a.test/news/one").text
    assert time.process_time() - began < 8


PIECES = st.sampled_from([
    "<", ">", "</", "/>", "<p>", "<div ", "<a href='", "mailto:", "tel:+34", "http://", "//", "@", ".es", "<title>",
    "<!--", "-->", "<script type='application/ld+json'>", "</script>", '{"@type":', "[", "}", "<meta charset=",
    "<meta name=author content=", "<base href=", "<time datetime=", "2024-01-02", "912 345 678", "&#0;", "&#xD800;",
    "\0", "\ufffe", "\x1b", "<html lang=", "<link rel=canonical href=", "<h1>", "<svg>", "<template>", "<frameset>",
    "<body>", "<head>", "<?xml encoding=", "<![CDATA[",
])  # fmt: skip


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def check(page: Extraction) -> None:
    for field in dataclasses.fields(page):
        for text in strings(getattr(page, field.name)):
            assert "\0" not in text
            text.encode("utf-8")  # no lone surrogate
    assert page.charset_source in {"bom", "header", "meta", "guess"}
    assert all(len(items) <= 1_000 for items in (page.h1s, page.internal_links, page.emails, page.phones, page.tags))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map(
            lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
        ),
    ),
    st.sampled_from(["https://a.test/", URL, "http://127.0.0.1:8080/x", "", "nonsense", "http://[bad"]),
    st.sampled_from([None, "", "text/html; charset=utf-16", "text/html; charset=iso-2022-jp", "text/html; charset=\0"]),
)
def test_no_bytes_break_it(body: bytes, url: str, content_type: str | None) -> None:
    try:
        check(extract(body, url, content_type))
    except FetchError as error:
        assert error.kind is FailureKind.EXTRACT
