"""Export rows: columns and their names, Unicode hosts, sentences, values as text."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from core import rows
from core.failures import EXPLANATIONS, FailureKind
from core.i18n import speaking
from core.models import Report
from core.rows import Kind

KINDS = {column.name: column.kind for column in rows.COLUMNS}


def facts(**known: Any) -> dict[str, Any]:
    return dict.fromkeys(rows.TAKEN) | {"extra": None} | known


def shown(uploaded: tuple[str, ...] = (), **known: Any) -> dict[str, Any]:
    shape = rows.columns(uploaded)
    values = rows.row_of(facts(**known), shape)
    return dict(zip((column.name for column in shape), values, strict=True))


def test_every_field_of_a_report_has_a_column():
    elsewhere = {"id", "step_id", "flag_codes"}
    assert set(Report.model_fields) - elsewhere <= set(KINDS)


def test_our_columns_begin_with_the_line_and_end_with_the_text():
    names = [column.name for column in rows.COLUMNS]
    assert names[:4] == ["line", "input", "target", "target_unicode"]
    assert names[-4:] == ["report_id", "step_number", "job_id", "text"]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("fetched_at", Kind.MOMENT),
        ("tls_expires_at", Kind.MOMENT),
        ("published_on", Kind.DAY),
        ("https", Kind.TRUTH),
        ("bytes", Kind.INTEGER),
        ("ttfb_seconds", Kind.NUMBER),
        ("final_url", Kind.URL),
        ("h1s", Kind.TEXTS),
        ("internal_links", Kind.TEXTS),
        ("redirect_chain", Kind.REDIRECTS),
        ("flags", Kind.FLAGS),
        ("hreflang", Kind.PAIRS),
        ("canonical_differs", Kind.TRUTH),
        ("answers", Kind.DOCUMENT),
        ("title", Kind.TEXT),
        ("ip", Kind.TEXT),
    ],
)
def test_a_column_knows_what_it_holds(name: str, kind: Kind):
    assert KINDS[name] is kind


def test_uploaded_columns_come_first_in_their_order():
    assert [column.name for column in rows.columns(["zone", "Client"])][:3] == ["zone", "Client", "line"]


def test_an_uploaded_name_that_is_taken_gets_a_suffix_in_whatever_case():
    names = [column.name for column in rows.columns(["title", "Title", "TITLE_uploaded", "", " ", "client", "Client"])]
    assert names[:4] == ["title_uploaded", "Title_uploaded_2", "TITLE_uploaded_3", "column_uploaded"]
    assert names[4:7] == ["column_uploaded_2", "client", "Client_uploaded"]
    assert len({name.casefold() for name in names}) == len(names)


def test_a_renamed_column_still_gives_the_uploaded_values():
    row = shown(("title",), extra={"title": "theirs"}, title="ours")
    assert (row["title_uploaded"], row["title"]) == ("theirs", "ours")


def test_a_line_without_a_value_for_an_uploaded_column_gives_none():
    assert shown(("a", "b"), extra={"b": "2"})["a"] is None
    assert shown(("a",))["a"] is None


@pytest.mark.parametrize(
    ("target", "people_read"),
    [
        ("example.com", "example.com"),
        ("xn--mnchen-3ya.de", "münchen.de"),
        ("www.xn--mnchen-3ya.de:8443/xn--a?q=xn--b", "www.münchen.de:8443/xn--a?q=xn--b"),
        ("xn--999999999.com", "xn--999999999.com"),
        ("xn--.com", "xn--.com"),
        ("example.com/xn--mnchen-3ya", "example.com/xn--mnchen-3ya"),
        ("[2001:db8::1]:8080/xn--", "[2001:db8::1]:8080/xn--"),
    ],
)
def test_a_target_in_unicode(target: str, people_read: str):
    assert rows.unicode_form(target) == people_read
    assert shown(target=target)["target_unicode"] == people_read


def test_the_error_sentence_is_in_the_language_of_the_context():
    expected = EXPLANATIONS[FailureKind.DNS]
    assert shown(error_kind="dns")["error_sentence"] == expected.sentence
    with speaking("es"):
        assert shown(error_kind="dns")["error_sentence"] == expected.translated().sentence


@pytest.mark.parametrize(
    ("verdict", "reason", "duplicate_of", "sentence"),
    [
        ("ok", None, None, None),
        ("corrected", "scheme,case", None, "corrected: scheme, case"),
        ("duplicate", "duplicate:3", 3, "duplicate of line 3"),
        ("rejected", "no_dot", None, "rejected: no dot"),
        ("rejected", None, None, "rejected: "),
    ],
)
def test_the_reason_of_a_line_as_a_sentence(verdict: str, reason: str, duplicate_of: int, sentence: str):
    row = shown(line=7, input="x", verdict=verdict, reason=reason, duplicate_of=duplicate_of)
    assert row["reason_sentence"] == sentence
    assert row["reason"] == reason


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, Kind.TEXTS, None),
        (["a", "b"], Kind.TEXTS, "a\nb"),
        ([{"k": 1}], Kind.TEXTS, '{"k": 1}'),
        ([], Kind.TEXTS, ""),
        (True, Kind.TRUTH, "true"),
        (False, Kind.TRUTH, "false"),
        (0.5, Kind.NUMBER, "0.5"),
        (7, Kind.INTEGER, "7"),
        (date(2026, 1, 31), Kind.DAY, "2026-01-31"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), Kind.MOMENT, "2026-01-31T12:00:00Z"),
        (datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2))), Kind.MOMENT, "2026-01-31T10:00:00Z"),
        ([{"url": "https://a.test/", "status": 301}], Kind.REDIRECTS, "301 https://a.test/"),
        (
            [{"flag": "thin_text", "evidence": "23 words"}, {"flag": "js_only", "evidence": None}],
            Kind.FLAGS,
            "thin_text: 23 words\njs_only",
        ),
        ([{"name": "PHP", "version": None}, {"name": "WP", "version": "6.4"}], Kind.PAIRS, "PHP\nWP 6.4"),
        ([{"host": "a.test", "links": 3}], Kind.PAIRS, "a.test 3"),
        ({"mentions ñ": True}, Kind.DOCUMENT, '{"mentions ñ": true}'),
        ({}, Kind.DOCUMENT, ""),
    ],
)
def test_a_value_as_text(value: Any, kind: Kind, text: str | None):
    assert rows.as_text(value, kind) == text
