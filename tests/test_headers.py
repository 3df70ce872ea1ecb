"""What a report keeps of the headers of an answer, and what headers and generators state about technologies."""

import pytest

from core import headers
from core.technologies import merged, stated


def test_headers_are_kept_in_their_order_and_bounded() -> None:
    kept = headers.kept([("X-Long", "v" * 1_000), *((f"X-{n}", "v") for n in range(200))])
    assert len(kept) == 100
    assert kept[0] == {"name": "X-Long", "value": "v" * 299 + "…"}
    assert kept[1] == {"name": "X-0", "value": "v"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("session=s3cret; Path=/; HttpOnly", "session=…; Path=/; HttpOnly"),
        ("session=a=b; Path=/", "session=…; Path=/"),
        (f"big={'s3cret' * 200}; Secure", "big=…; Secure"),
        ("s3cret", "…"),
        ("s3cret; Path=/", "…"),
        ("=s3cret", "=…"),
        ("", "…"),
    ],
)
def test_the_value_of_a_cookie_is_never_kept(given: str, kept: str) -> None:
    assert headers.kept([("set-cookie", given)]) == [{"name": "set-cookie", "value": kept}]


def test_a_header_is_one_line_of_readable_text() -> None:
    [one] = headers.kept([("X-\x00Odd", "a\r\n\x1b[31m\u202eb" + "ñandú".encode().decode("latin-1"))])
    assert one["name"].isprintable() and one["value"].isprintable()
    assert headers.kept([("X", "ñandú".encode().decode("latin-1"))]) == [{"name": "X", "value": "ñandú"}]


def test_robots_tags_are_told_together() -> None:
    given = [("X-Robots-Tag", "noindex"), ("Server", "x"), ("x-robots-tag", "otherbot: nofollow")]
    assert headers.robots_tag(given) == "noindex, otherbot: nofollow"
    assert headers.robots_tag([("Server", "x")]) is None


def test_headers_state_technologies() -> None:
    given = [("X-Powered-By", "PHP/8.2.1, PleskLin"), ("X-Generator", "Drupal 10 (https://www.drupal.org)")]
    assert headers.makers([*given, ("Server", "nginx/1.25")]) == [
        {"name": "PHP", "version": "8.2.1"},
        {"name": "PleskLin", "version": None},
        {"name": "Drupal", "version": "10"},
    ]


def test_what_databases_refuse_is_no_part_of_a_technology() -> None:
    given = [
        ("X-Powered-By", "\0"),
        ("X-Powered-By", "PHP\0/8\x1b"),
        ("X-Generator", ":"),
        ("X-Generator", "caf\xc3\xa9"),
    ]
    assert [one["name"] for one in headers.makers(given)] == ["PHP", "café"]


@pytest.mark.parametrize(
    ("statement", "name", "version"),
    [
        ("WordPress 6.4.2", "WordPress", "6.4.2"),
        ("Joomla! - Open Source Content Management", "Joomla!", None),
        ("Elementor 3.18.3; features: e_dom_optimization; settings: font_display-auto", "Elementor", "3.18.3"),
        ("Powered by WPBakery Page Builder - drag and drop", "WPBakery Page Builder", None),
        ("Powered by Slider Revolution 6.5.8 - responsive", "Slider Revolution", "6.5.8"),
        ("All in One SEO (AIOSEO) 4.5.3.1", "All in One SEO", "4.5.3.1"),
        ("concrete5 - 8.5.2", "concrete5", "8.5.2"),
        ("TYPO3 4.5 CMS", "TYPO3", "4.5"),
        ("Astro v4.1.1", "Astro", "4.1.1"),
        ("Web 2 Date 8", "Web 2 Date", "8"),
        ("ASP.NET", "ASP.NET", None),
        ("Next.js", "Next.js", None),
    ],
)
def test_name_and_version_are_told_as_stated(statement: str, name: str, version: str | None) -> None:
    assert stated([statement]) == [{"name": name, "version": version}]


def test_a_technology_stands_once_with_the_version_that_is_stated() -> None:
    assert merged(stated(["WordPress"]), stated(["wordpress 6.4"])) == [{"name": "WordPress", "version": "6.4"}]
    assert stated(["", " ; x", "(((" * 100]) == stated(["(((" * 100])
