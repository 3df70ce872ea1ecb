"""Which pages only lead on to another, and where."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fetch.refresh import onward

HERE = "https://site.test/shop/old?x=1"


def leads(body: str | bytes, *headers: tuple[str, str]) -> str | None:
    return onward(HERE, headers, body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ("0;url=/new", "https://site.test/new"),
        ("0; URL = new", "https://site.test/shop/new"),
        ("0, url='https://other.test/a?b=1&amp;c=2'", "https://other.test/a?b=1&c=2"),
        ("5 /new", "https://site.test/new"),
        (".9;/new", "https://site.test/new"),
        ("3.7;url=/new", "https://site.test/new"),
        ("0;url=//other.test", "https://other.test/"),
        ("0;url=/caf\u00e9", "https://site.test/caf\u00e9"),
        ("  2 ;  url=/new  ", "https://site.test/new"),
        ("0;url=?x=1", "https://site.test/shop/old?x=1"),
        *((said, None) for said in ("0", "", "6;url=/new", "300;url=/new", "9999999999;url=/new", "-1;url=/new")),
        *((said, None) for said in ("url=/new", "0;url=", "0;url=''", "0url=/new", "a;url=/new", "0;url=http://")),
        *((said, None) for said in ("0;url=javascript:alert(1)", "0;url=data:text/html,x", "0;url=ftp://site.test/")),
        *((said, None) for said in ("0;url=http://ana@other.test/", "0;url=http://other.test\\\\@site.test/")),
    ],
)
def test_delay_and_address_are_read_as_the_html_standard_says(content: str, url: str | None) -> None:
    assert leads(f'<html><head><meta http-equiv="Refresh" content="{content}"></head><body></body></html>') == url


@pytest.mark.parametrize(
    ("body", "url"),
    [
        ("<META CONTENT='0;url=/new' HTTP-EQUIV=refresh>", "https://site.test/new"),
        ("<meta http-equiv=refresh content=0;/new>", "https://site.test/new"),
        ("<meta http-equiv='refresh' content='0;url=/a>b'/>", "https://site.test/a>b"),
        ("<base href=http://other.test/d/><meta http-equiv=refresh content='0;new'>", "http://other.test/d/new"),
        ("<meta http-equiv=refresh content='600'><meta http-equiv=refresh content='0;/new'>", "https://site.test/new"),
        ("<script>" + "word " * 99 + "</script><meta http-equiv=refresh content='0;/new'>", "https://site.test/new"),
        ("<!-- <meta http-equiv=refresh content='0;/new'> -->", None),
        ("<noscript><meta http-equiv=refresh content='0;/new'></noscript>", None),
        ("<script>'<meta http-equiv=refresh content=0;/new>'</script>", None),
        ("<title><meta http-equiv=refresh content='0;/new'></title>", None),
        ("<meta name=refresh content='0;/new'>", None),
        ("<meta http-equiv=refresh content='0;/new'>" + "A page of its own. " * 20, None),
        ("<meta http-equiv=refresh content='0;/new'>" + " " * 70_000, None),
    ],
)
def test_only_a_page_without_matter_of_its_own_leads_on(body: str, url: str | None) -> None:
    assert leads(body) == url


def test_the_header_is_like_the_element_and_goes_first() -> None:
    assert leads("", ("Refresh", "0;url=/new")) == "https://site.test/new"
    assert leads("<p>Moved", ("refresh", "1; /new")) == "https://site.test/new"
    assert leads("<meta http-equiv=refresh content='0;/b'>", ("Refresh", "0;/a")) == "https://site.test/a"
    assert leads("<p>Moved", ("Refresh", "60;url=/new")) is None


@given(st.text(alphabet="0123456789.;, urlURL='\"/:\\ \n\t\x00abc\u00e9"), st.binary(max_size=60))
def test_anything_gives_a_clean_address_or_none(said: str, body: bytes) -> None:
    for url in (leads(b"<p>", ("Refresh", said)), leads(b"<meta http-equiv=refresh content='0;" + body + b"'>")):
        assert url is None or url.startswith(("http://", "https://"))
        assert not any(char in "\\\x7f" or char < " " for char in url or "")


@pytest.mark.parametrize(
    "piece", ["<script>", "<meta http-equiv=refresh ", "<", "<!--", "a='", '<meta a="', "</", "&#x"]
)
def test_no_page_is_looked_through_for_long(piece: str) -> None:
    began = time.process_time()
    leads("refresh" + piece * (65_000 // len(piece)))
    assert time.process_time() - began < 0.5
