"""How a page says its owner can be reached, found in whatever spelling; and what looks like it and is none."""

import json

import pytest

from core.extract import Extraction
from tests.test_extract import in_body


def protected(address: str, key: int = 0x42) -> str:
    """As Cloudflare hides an address."""
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


def with_data(*nodes: object, body: str = "", url: str = "https://www.acme.com/", language: str = "es") -> Extraction:
    """A page with JSON-LD."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
    return in_body(scripts + body, url, language)


def test_emails_come_from_links_text_and_protected_elements() -> None:
    page = in_body(
        '<a href="mailto:Sales%40ACME.test?subject=Hi">write</a><p>Or Info@Acme.Test, info@acme.test.</p>'
        f'<span data-cfemail="{protected("boss@acme.test")}">[email protected]</span>'
        f'<a href="/cdn-cgi/l/email-protection#{protected("night@acme.test")}">[email protected]</a>'
        '<img alt="x"><p>logo@2x.png a@b 5@6.7</p>'
    )
    assert page.emails == ["Sales@acme.test", "boss@acme.test", "night@acme.test", "Info@acme.test"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("info [at] example [dot] com", "info@example.com"),
        ("info(arroba)ejemplo.es", "info@ejemplo.es"),
        ("INFO ARROBA EJEMPLO PUNTO COM", "INFO@ejemplo.com"),
        ("info arroba ejemplo punto com", "info@ejemplo.com"),
        ("info AT example DOT com", "info@example.com"),
        ("info@example [dot] com", "info@example.com"),
        ("ana (punto) ruiz {arroba} ejemplo (punto) com (punto) ar", "ana.ruiz@ejemplo.com.ar"),
        ("info(a)firma.de", "info@firma.de"),
        ("&#105;nfo&#x40;example&#46;com", "info@example.com"),
        ("info<span style='display:none'>SPAM</span>@example.com", "info@example.com"),
        ('<a href="mailto:&amp;#105;nfo&amp;#64;example.com">x</a>', "info@example.com"),
        ('<a href="mailto:info@town-hall.md">x</a>', "info@town-hall.md"),
        ('<a href="mailto:info%5Bat%5Dexample.com?cc=other@example.com">x</a>', "info@example.com"),
        ('<a href="MAILTO:?to=info%40example.com&amp;body=a@b.com">x</a>', "info@example.com"),
    ],
)
def test_emails_spelled_against_robots_are_read(html: str, expected: str) -> None:
    assert in_body(f"<p>{html}</p>").emails == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "image@2x.png logo@3x.webp",
        "vue@3.4 react@next.config user@sentry.internal",
        "https://user@example.com/x https://example.com/@name.es",
        "Estimado(a) amigo.com, precio (a) granel.com",
        "OPEN AT NOON.COM, meet us at example dot com",
        "2 arrobas de trigo, una arroba: 11 kg",
        "(at) 5.30 pm., foo[at]bar",
        "git@readme.md, backup@monday.zip",
    ],
)
def test_what_only_looks_like_an_email_is_none(text: str) -> None:
    assert in_body(f"<p>{text}</p>").emails == []


@pytest.mark.parametrize(
    ("html", "url", "language", "expected"),
    [
        ("<p>Tel. 912 345 678</p>", "https://a.es/", "es", ["+34912345678"]),
        ('<a href="tel:+44 20 7946 0018">call</a> 020 7946 0018', "https://a.co.uk/", "en", ["+442079460018"]),
        ('<a href="tel:0034912345678">x</a><p>+34 912 345 678</p>', "https://a.com/", "es", ["+34912345678"]),
        ("<p>Llámanos: 912345678</p>", "https://a.com/", "es-ES", ["+34912345678"]),
        ("<p>Teléfono 912 34 56 78</p>", "https://a.com/", "es", ["912 34 56 78"]),
        ("<p>91.000.02.01 o 91.234.56.78</p>", "https://a.es/", "es", ["+34910000201", "+34912345678"]),
        ("<p>0161 496 0123</p>", "https://a.com/", "en", ["0161 496 0123"]),
        (
            "<p>Tel. 974 000 321</p>" + "<p>Esta es una frase bastante larga sobre el tiempo.</p>" * 4,
            "https://a.com/",
            "",
            ["974 000 321"],
        ),
        ('<a href="https://wa.me/34612345678">WhatsApp</a>', "https://a.com/", "en", ["+34612345678"]),
        ('<a href="tel:2255">x</a><a href="tel:%20">y</a>', "https://a.es/", "es", []),
        ("<p>Precio 912.345.678 € el 2024-03-05, ref 912345678, 612 345 678 €</p>", "https://a.es/", "es", []),
        ("<p>Call 07-30-2008 or 07-25-2008</p>", "https://a.com/", "de", []),
        ("<p>2019-2024, 10/12/2024 12:30, ISBN 978-84-376-0494-7, 1 000 000</p>", "https://a.es/", "es", []),
    ],
)
def test_phones_are_e164_where_that_is_sure(html: str, url: str, language: str, expected: list[str]) -> None:
    assert in_body(html, url, language).phones == expected


def test_social_profiles_are_profiles_and_no_share_links() -> None:
    profiles = [
        "https://www.facebook.com/acme", "https://x.com/acme", "https://www.linkedin.com/company/acme-inc",
        "https://www.youtube.com/@acme", "https://www.tiktok.com/@acme",
    ]  # fmt: skip
    others = [
        "https://www.facebook.com/sharer/sharer.php?u=x", "https://twitter.com/intent/tweet?text=x",
        "https://www.linkedin.com/shareArticle?url=x", "https://www.youtube.com/watch?v=x",
        "https://www.instagram.com/p/abc/", "https://facebook.com/", "https://notfacebook.com/acme",
        "https://www.pinterest.com/pin/create/button/", "https://t.me/share/url?url=x",
    ]  # fmt: skip
    links = "".join(f'<a href="{url}">x</a>' for url in [*others, *(f"{url}/?ref=site" for url in profiles), *profiles])
    same_as = (
        '<script type="application/ld+json">{"@type":"Organization","sameAs":["https://github.com/acme"]}</script>'
    )
    assert in_body(links + same_as).social_profiles == [*profiles, "https://github.com/acme"]


# What JSON-LD states about the owner


def test_an_organisation_states_its_name_address_and_how_to_reach_it() -> None:
    bakery = {
        "@type": "Bakery",
        "name": "El Molino",
        "telephone": "912 345 678",
        "email": "mailto:hola@molino.es",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "Calle Mayor 3",
            "postalCode": "28013",
            "addressLocality": "Madrid",
            "addressCountry": {"@type": "Country", "name": "ES"},
        },
        "sameAs": "https://www.instagram.com/molino",
    }
    page = with_data(bakery, body="<p>Teléfono 915 555 555</p>")
    assert page.organisation_name == "El Molino"
    assert page.postal_addresses == ["Calle Mayor 3, 28013, Madrid, ES"]
    assert page.emails == ["hola@molino.es"]
    assert page.phones == ["+34912345678", "+34915555555"]  # the address makes the country certain
    assert page.social_profiles == ["https://www.instagram.com/molino"]


def test_the_publisher_and_its_contact_points_speak_for_a_page_and_nobody_else_does() -> None:
    contact = {"@type": "ContactPoint", "telephone": "+1-212-555-0123", "email": "desk@daily.com"}
    publisher = {"@type": "NewsMediaOrganization", "name": "Daily", "contactPoint": [contact]}
    article = {
        "@type": "NewsArticle",
        "publisher": publisher,
        "author": {"@type": "Person", "name": "Ana", "email": "ana@home.com"},
        "about": {"@type": "Organization", "name": "Other", "email": "other@other.com"},
    }
    page = with_data({"@graph": [{"@type": "WebSite", "name": "Site"}, article]})
    assert (page.organisation_name, page.emails, page.phones) == ("Daily", ["desk@daily.com"], ["+12125550123"])
    others = [
        {"@type": "JobPosting", "hiringOrganization": {"@type": "Organization", "name": "E", "email": "e@e.com"}},
        {"@type": "Person", "name": "P", "email": "p@p.com"},
        {"@type": "Apartment", "name": "Two rooms", "address": "Calle Luna 1"},
        {"@type": "ProductGroup", "name": "Shoes"},
    ]
    page = with_data(*others)
    assert (page.organisation_name, page.postal_addresses, page.emails) == (None, [], [])


def test_structured_contact_of_any_shape_breaks_nothing() -> None:
    odd = {
        "@type": "Organization",
        "name": [{"@value": "x"}, "Real"],
        "address": [{"addressCountry": {"@type": "Country", "name": 5}}, None, [1], "Rua 1, Porto"],
        "email": {"a": 1},
        "telephone": [5, None, "+351 220 123 456"],
        "sameAs": {"x": 1},
    }
    page = with_data(odd)
    assert (page.organisation_name, page.postal_addresses, page.emails) == ("Real", ["Rua 1, Porto"], [])
    assert page.phones == ["+351220123456"]


@pytest.mark.parametrize("host", ["acme.de", "acme.it", "acme.nl"])
@pytest.mark.parametrize("said", ["(08.05.2019)", "16.45 Uhr", "Tel. 08.00 - 12.00", "02.03.04", "Mobil 08.00-12.00"])
def test_dates_and_times_are_no_numbers_where_numbers_are_short(host: str, said: str) -> None:
    assert in_body(f"<p>{said}</p>", f"https://www.{host}/", "de").phones == []


def test_a_social_profile_is_told_once_however_it_is_written() -> None:
    addresses = [
        "twitter.com/Acme",
        "www.twitter.com/acme",
        "twitter.com/@ACME",
        "twitter.com/acme%20",
        "vimeo.com/privacy",
    ]
    page = in_body("".join(f'<a href="https://{address}">x</a>' for address in addresses))
    assert page.social_profiles == ["https://twitter.com/Acme"]
