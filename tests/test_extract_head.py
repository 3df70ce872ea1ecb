"""What the head of a page and its links state: other languages, the canonical address, technologies, hosts."""

import pytest

from tests.test_extract import URL, in_body, read


@pytest.mark.parametrize(
    ("canonical", "url", "differs"),
    [
        (None, "https://a.test/", None),
        ("https://a.test/", "http://a.test", False),
        ("/x", "https://a.test/x/?utm_source=mail&gclid=1", False),
        ("https://A.test:443/x?b=1&a=2", "https://a.test/x?a=2&b=1", False),
        ("https://a.test/%C3%B1", "https://a.test/ñ", False),
        ("https://www.a.test/", "https://a.test/", True),
        ("/", "https://a.test/x", True),
        ("/en", "https://a.test/es", True),
        ("/x", "https://a.test/x?page=2", True),
        ("https://a.test:x/", "https://a.test/", True),
        ("javascript:alert(1)", "https://a.test/", None),
    ],
)
def test_a_canonical_address_is_another_page_only_if_it_names_one(
    canonical: str | None, url: str, differs: bool | None
) -> None:
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    assert read(f"<head>{link}</head><p>x", url).canonical_differs is differs


def test_other_languages_are_listed_with_their_addresses() -> None:
    page = read(
        """<head><link rel="alternate" hreflang="es_mx" href="/mx"><link rel="alternate" hreflang="X-Default" href="/">
        <link rel="alternate" hreflang="es_mx" href="/mx"><link rel="alternate" hreflang="not one!" href="/bad">
        <link rel="alternate" hreflang="fr" href="javascript:alert(1)"><link rel="alternate" href="/plain">
        <link rel="alternate" type="application/rss+xml" href="/feed"></head><p>x"""
    )
    assert page.hreflang == [
        {"lang": "es-MX", "url": "https://www.acme.test/mx"},
        {"lang": "x-default", "url": "https://www.acme.test/"},
    ]
    assert page.feeds == ["https://www.acme.test/feed"]


def test_every_generator_is_a_technology_and_the_first_one_the_generator() -> None:
    page = read(
        """<head><meta name="generator" content="WordPress 6.4.2"><meta name="Generator" content="WooCommerce 8.5.2">
        <meta name="generator" content="WordPress 6.4.2"></head><p>x"""
    )
    assert page.generator == "WordPress 6.4.2"
    assert page.technologies == [
        {"name": "WordPress", "version": "6.4.2"},
        {"name": "WooCommerce", "version": "8.5.2"},
    ]


def test_external_links_are_counted_by_host_the_most_first() -> None:
    page = in_body(
        '<a href="https://b.test/1">1</a><a href="https://a.test/1">2</a><a href="https://b.test/2">3</a>'
        '<a href="https://b.test/2#x">4</a><a href="/own">5</a>',
        URL,
    )
    assert page.outlinks == [{"host": "b.test", "links": 2}, {"host": "a.test", "links": 1}]
    assert page.external_hosts == ["a.test", "b.test"]
