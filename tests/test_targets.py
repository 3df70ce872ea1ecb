"""Lists as people paste them, against the rules of the input."""

import time
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n import speaking
from core.settings import Settings
from core.states import Verdict
from core.targets import Line, Policy, explain, merge_www, parse_items, parse_rows, parse_text, reason_text, take_parts
from core.targets.addresses import is_public
from core.targets.reasons import CORRECTIONS, REJECTIONS, WAYS_OUT

OK, CORRECTED, DUPLICATE, REJECTED = Verdict.OK, Verdict.CORRECTED, Verdict.DUPLICATE, Verdict.REJECTED


def only(text: str, **policy: object) -> Line:
    """The single entry that `text` gives."""
    lines = parse_text(text, policy=Policy(**policy)).lines  # type: ignore[arg-type]
    assert len(lines) == 1, lines
    return lines[0]


def targets(text: str, **policy: object) -> list[str | None]:
    """The accepted targets of `text`."""
    return [line.target for line in parse_text(text, policy=Policy(**policy)).accepted]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "target", "reasons"),
    [
        ("example.com", "example.com", ""),
        ("  example.com\t", "example.com", ""),
        ("HTTPS://Example.COM./", "example.com", "scheme case dot slash"),
        ("HTTPS://Shop.Example.org/", "shop.example.org", "scheme case slash"),
        ("http:example.com", "example.com", "scheme"),
        ("https:///example.com", "example.com", "scheme"),
        ("//example.com/a", "example.com/a", "scheme"),
        ("example.com/blog", "example.com/blog", ""),
        ("example.com/blog/", "example.com/blog/", ""),
        ("example.com/Blog/Über?Q=ñ", "example.com/Blog/%C3%9Cber?Q=%C3%B1", "encoding"),
        ("example.com/%c3%b1", "example.com/%C3%B1", "encoding"),
        ("example.com/a'b", "example.com/a%27b", "encoding"),
        ("example.com?q=1", "example.com?q=1", ""),
        ("example.com/?", "example.com", "query"),
        ("example.com/a?", "example.com/a", "query"),
        ("example.com/a#top", "example.com/a", "fragment"),
        ("example.com#top", "example.com", "fragment"),
        ("example.com:80", "example.com", "port"),
        ("example.com:443/a", "example.com/a", "port"),
        ("example.com:", "example.com", "port"),
        ("example.com:8443/path", "example.com:8443/path", ""),
        ("example.com:08443", "example.com:8443", "port"),
        ("https://example.com:80", "example.com", "scheme port"),
        ("ana@example.com", "example.com", "email"),
        ("@example.com", "example.com", "email"),
        ("mailto:ana@Example.com?subject=x", "example.com", "email case"),
        ("<ana@example.com>", "example.com", "email"),
        ("Ana Ruiz <ana@example.com>", "example.com", "email"),
        ('"example.com"', "example.com", "quotes"),
        ("“example.com”", "example.com", "quotes"),
        ("«example.com»", "example.com", "quotes"),
        ("<https://example.com/a>", "example.com/a", "quotes scheme"),
        ("(example.com)", "example.com", "quotes"),
        ("**example.com**", "example.com", "quotes"),
        ("- example.com", "example.com", "bullet"),
        ("* example.com", "example.com", "bullet"),
        ("•example.com", "example.com", "bullet"),
        ("12. example.com", "example.com", "bullet"),
        ("- [x] example.com", "example.com", "bullet"),
        ("1.example.com", "1.example.com", ""),
        ("[Our site](https://example.com/a_(b))", "example.com/a_(b)", "link scheme"),
        ('- [x y](<example.com> "title")', "example.com", "link bullet"),
        ("exam\u200bple.com", "example.com", "invisible"),
        ("\ufeffexample.com\u200b", "example.com", ""),
        ("exam\u200dple.com", "example.com", "unicode"),
        ("example.com,", "example.com", ""),
        ("example.com/a,b;c?d=1,2", "example.com/a,b;c?d=1,2", ""),
        ("example.com # ours", "example.com", ""),
        ("example.com/a_(b)", "example.com/a_(b)", ""),
        ("8.8.8.8", "8.8.8.8", ""),
        ("http://8.8.8.8:8080/", "8.8.8.8:8080", "scheme slash"),
        ("[2606:4700::1111]:8443", "[2606:4700::1111]:8443", ""),
        ("2606:4700:0::1111", "[2606:4700::1111]", "address"),
        ("r3---sn-abc.example.com", "r3---sn-abc.example.com", ""),
        ("www.ck", "www.ck", ""),
        ("city.kawasaki.jp", "city.kawasaki.jp", ""),
    ],
)
def test_a_target_is_taken_and_every_correction_told(text: str, target: str, reasons: str) -> None:
    line = only(text)
    assert (line.target, set(line.reasons)) == (target, set(reasons.split()))
    assert line.verdict is (CORRECTED if reasons else OK)
    assert line.input == text


def test_corrections_are_told_in_one_order() -> None:
    assert only("- “HTTPS://Example.com./”").reasons == ("bullet", "quotes", "scheme", "case", "dot", "slash")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exmaple", "no_dot"),
        ("localhost", "no_dot"),
        ("localhost:3000/a", "no_dot"),
        ("2024", "no_dot"),
        ("com", "public_suffix"),
        ("co.uk", "public_suffix"),
        ("https://github.io/", "public_suffix"),
        ("foo.ck", "public_suffix"),
        ("xn--p1ai", "public_suffix"),
        ("рф", "public_suffix"),
        ("shop.exmaple", "unknown_suffix"),
        ("shop.test", "unknown_suffix"),
        ("127.0.0.1", "private_address"),
        ("127.1", "private_address"),
        ("0x7f.1", "private_address"),
        ("0X7F.0.0.1", "private_address"),
        ("017700000001", "private_address"),
        ("2130706433", "private_address"),
        ("１２７.０.０.１", "private_address"),
        ("10.0.0.1", "private_address"),
        ("http://192.168.1.1:8080/admin", "private_address"),
        ("169.254.169.254", "private_address"),
        ("168.63.129.16", "private_address"),
        ("100.64.0.1", "private_address"),
        ("224.0.0.1", "private_address"),
        ("255.255.255.255", "private_address"),
        ("0.0.0.0", "private_address"),
        ("[::1]", "private_address"),
        ("::1", "private_address"),
        ("http://[fe80::1]:80/", "private_address"),
        ("[::ffff:8.8.8.8]", "private_address"),
        ("[64:ff9b::8.8.8.8]", "private_address"),
        ("[2002:808:808::1]", "private_address"),
        ("[2001:db8::1]", "private_address"),
        ("[fc00::1]", "private_address"),
        ("[::1", "bad_address"),
        ("[fe80::1%25eth0]", "bad_address"),
        ("[example.com]", "bad_address"),
        ("1.2.3.999", "bad_address"),
        ("1.2.3.4.5", "bad_address"),
        ("3.14", "bad_address"),
        ("134744072", "bad_address"),
        ("ftp://example.com", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("data:text/html", "scheme"),
        ("tel:900123123", "scheme"),
        ("mailto:example.com", "scheme"),
        ("view-source:https://example.com", "scheme"),
        ("https://ana@example.com", "userinfo"),
        ("https://ana:secret@example.com/", "userinfo"),
        ("ana:secret@example.com", "userinfo"),
        ("https://example.com@evil.org/", "userinfo"),
        ("example.com:0", "bad_port"),
        ("example.com:65536", "bad_port"),
        ("example.com:abc", "bad_port"),
        ("example.com:８０", "bad_port"),
        ("example.com\\@evil.org", "bad_character"),
        ("exam\x00ple.com", "bad_character"),
        ("exam\x7fple.com", "bad_character"),
        ("exam\ud800ple.com", "bad_character"),
        ("example.com/\ud800", "bad_character"),
        ("exam_ple.com", "bad_character"),
        ("exam%70le.com", "bad_character"),
        ("example!.com", "bad_character"),
        ("exam℀ple.com", "bad_character"),
        ("-example.com", "bad_label"),
        ("example-.com", "bad_label"),
        ("example..com", "bad_label"),
        (".example.com", "bad_label"),
        ("a" * 64 + ".com", "bad_label"),
        ("ñ" * 64 + ".com", "bad_label"),
        ("a." * 126 + "com", "bad_label"),
        ("xn--a-ñ.com", "bad_label"),
        ("xn--zzzzzzzz99999.com", "bad_punycode"),
        ("xn--example-.com", "bad_label"),
        ("https://", "no_host"),
        ("https:///?q=1", "no_host"),
        ("example.com/" + "a" * 2048, "too_long"),
        ("example.com/" + "ñ" * 400, "too_long"),
    ],
)
def test_what_is_no_target_is_rejected_with_its_reason(text: str, reason: str) -> None:
    line = only(text)
    assert (line.verdict, line.reasons, line.target) == (REJECTED, (reason,), None)
    assert line.input == text
    assert explain(line).startswith("rejected: ")


@pytest.mark.parametrize(
    ("text", "target", "display", "verdict"),
    [
        ("münchen.de", "xn--mnchen-3ya.de", "münchen.de", OK),
        ("xn--mnchen-3ya.de/a", "xn--mnchen-3ya.de/a", "münchen.de/a", OK),
        ("XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de", "münchen.de", CORRECTED),
        ("MÜNCHEN.de:8080", "xn--mnchen-3ya.de:8080", "münchen.de:8080", CORRECTED),
        ("mu\u0308nchen.de", "xn--mnchen-3ya.de", "münchen.de", CORRECTED),
        ("straße.de", "xn--strae-oqa.de", "straße.de", OK),
        ("ｅｘａｍｐｌｅ。com", "example.com", "example.com", CORRECTED),
        ("президент.рф", "xn--d1abbgf6aiiy.xn--p1ai", "президент.рф", OK),
        ("例え.jp", "xn--r8jz45g.jp", "例え.jp", OK),
        ("نامه\u200cای.com", "xn--mgba3gch31f060k.com", "نامه\u200cای.com", OK),
    ],
)
def test_international_names_are_stored_as_punycode_and_shown_as_unicode(
    text: str, target: str, display: str, verdict: Verdict
) -> None:
    line = only(text)
    assert (line.target, line.display, line.verdict, line.lookalike) == (target, display, verdict, False)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("аpple.com", True),  # Cyrillic а
        ("аррӏе.com", True),  # all Cyrillic
        ("xn--80ak6aa92e.com", True),
        ("gοogle.com", True),  # Greek omicron
        ("κοινο.com", True),
        ("αβγδ.com", False),
        ("поиск.com", False),
        ("оса.рф", False),
        ("café.com", False),
        ("東京tower.jp", False),
    ],
)
def test_lookalikes_of_another_script_are_marked(text: str, marked: bool) -> None:
    assert only(text).lookalike is marked


def test_a_lookalike_never_equals_the_latin_name() -> None:
    assert len(parse_text("apple.com\nаpple.com\nаррӏе.com").accepted) == 3


def test_any_mixture_of_separators_gives_the_same_targets() -> None:
    mixed = "a.com,b.com; c.com\td.com  e.com\r\nf.com\rg.com;;h.com,\n,i.com"
    found = parse_text(mixed)
    assert [line.target for line in found.lines] == [f"{letter}.com" for letter in "abcdefghi"]
    assert [line.line for line in found.lines] == [1, 1, 1, 1, 1, 2, 3, 3, 4]
    assert [line.input for line in found.lines][:2] == ["a.com", "b.com"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.com/x,y;z, b.com", ["a.com/x,y;z", "b.com"]),
        ("a.com?x=1;y=2 b.com", ["a.com?x=1;y=2", "b.com"]),
        ("https://a.com/x,https://b.com/y", ["a.com/x", "b.com/y"]),
        ('"https://a.com/x","https://b.com/y"', ["a.com/x", "b.com/y"]),
        ("a.com，b.com；c.com", ["a.com", "b.com", "c.com"]),
        ("[a](a.com), [b](b.com)", ["a.com", "b.com"]),
        ("Ana <ana@a.com>, Juan Gil <juan@b.com>; c.com", ["a.com", "b.com", "c.com"]),
    ],
)
def test_separators_inside_a_path_belong_to_the_url(text: str, expected: list[str]) -> None:
    assert targets(text) == expected


def test_comments_and_blank_lines_say_nothing_and_are_counted_as_physical_lines() -> None:
    found = parse_text("# clients\n\n  # more\na.com #b.com\n\u200b\nc.com/#x\n")
    assert [(line.line, line.target) for line in found.lines] == [(4, "a.com"), (6, "c.com")]


def test_a_duplicate_names_the_first_line_with_its_target() -> None:
    found = parse_text("example.com\nb.com\nHTTPS://EXAMPLE.com/\nexample.com/a\nexample.com:443")
    assert [line.duplicate_of for line in found.lines] == [None, None, 1, None, 1]
    assert explain(found.lines[2]) == "duplicate of line 1"
    assert found.lines[2].target == "example.com"
    assert found.counts == {OK: 3, CORRECTED: 0, DUPLICATE: 2, REJECTED: 0}


@pytest.mark.parametrize(
    "text", ["a.com?q=1\na.com/?q=1", "a.com/ñ\na.com/%c3%b1", "münchen.de\nxn--mnchen-3ya.de", "a.com, A.com"]
)
def test_two_spellings_of_one_target_are_duplicates(text: str) -> None:
    assert [line.verdict is DUPLICATE for line in parse_text(text).lines] == [False, True]


def test_a_line_that_is_not_all_valid_is_one_rejected_line_with_its_parts() -> None:
    line = only("a.com, exmaple; B.com")
    assert (line.verdict, line.reasons, line.input) == (REJECTED, ("mixed",), "a.com, exmaple; B.com")
    assert [(part.input, part.verdict, part.target, part.reasons) for part in line.parts] == [
        ("a.com", OK, "a.com", ()),
        ("exmaple", REJECTED, None, ("no_dot",)),
        ("B.com", CORRECTED, "b.com", ("case",)),
    ]
    assert "1 of 3 parts is no target: exmaple (no dot)" in explain(line)


def test_the_valid_parts_are_taken_when_the_analyst_says_so() -> None:
    found = take_parts(parse_text("a.com, exmaple, b.com\na.com\nfree prose only"))
    assert [(line.line, line.verdict, line.target) for line in found.lines] == [
        (1, OK, "a.com"),
        (1, OK, "b.com"),
        (1, REJECTED, None),
        (2, DUPLICATE, "a.com"),
        (3, REJECTED, None),
    ]
    assert found.lines[2].input == "exmaple"
    assert found.lines[3].duplicate_of == 1


def test_prose_gives_one_line_per_line() -> None:
    found = parse_text("Dear all,\nplease look at example.com and tell me. Thanks!\n\nAna")
    assert [(line.line, line.verdict) for line in found.lines] == [(1, REJECTED), (2, REJECTED), (4, REJECTED)]


def test_a_book_in_one_line_is_rejected_unread() -> None:
    line = only("word " * 100_001)
    assert (line.reasons, line.parts) == (("too_many_parts",), ())


@pytest.mark.parametrize(
    "heading", ["domain", "URL", '"Domain";"Company"', "\ufeffDominio", "name,web site,city", "Página web\tCiudad"]
)
def test_a_heading_stays_visible_and_is_told(heading: str) -> None:
    found = parse_text(f"# list\n{heading}\nexample.com")
    assert [(line.line, line.verdict, line.reasons) for line in found.lines] == [
        (2, REJECTED, ("header",)),
        (3, OK, ()),
    ]
    assert found.lines[0].input == heading
    assert explain(found.lines[0]) == "rejected: heading of the list"


@pytest.mark.parametrize(("text", "reason"), [("domain", "no_dot"), ("a.com\ndomain", "no_dot")])
def test_a_heading_above_nothing_is_an_ordinary_line(text: str, reason: str) -> None:
    assert parse_text(text).lines[-1].reasons == (reason,)


@pytest.mark.parametrize("text", ["domain", "Dominio;Ciudad"])
def test_a_heading_above_nothing_is_no_target_where_any_word_may_be_a_name(text: str) -> None:
    [line] = parse_text(f"{text}\n", policy=Policy(any_name=True)).lines
    assert (line.input, line.verdict, line.reasons) == (text, REJECTED, ("header",))


def test_www_is_another_host_until_it_is_merged() -> None:
    found = parse_text("www.a.com\na.com\nwww.b.com\nwww.a.com/x\nhttps://www.a.com\na.com:8080\nwww.a.com:8080")
    assert found.www_pairs == (("www.a.com", "a.com"), ("www.a.com:8080", "a.com:8080"))
    merged = merge_www(found)
    assert [(line.line, line.duplicate_of) for line in merged.duplicates] == [(1, 2), (5, 2), (7, 6)]
    assert merged.duplicates[0].reasons == ("www",)
    assert len(merged.lines) == len(found.lines)
    assert merged.www_pairs == ()
    assert explain(merged.duplicates[0]) == "duplicate of line 2, which has no www"


def test_overridden_names_need_no_dot_and_no_known_suffix() -> None:
    overridden = ("*.test", "intranet:443", "shop.internal:80")
    assert targets("a.test\nintranet:8080\nshop.internal", overridden=overridden) == [
        "a.test",
        "intranet:8080",
        "shop.internal",
    ]
    assert targets("test\nintranet2\nx.shop.internal\n10.0.0.1", overridden=overridden) == []


def test_private_networks_free_every_name_and_their_own_addresses() -> None:
    policy = {"any_name": True, "allowed_networks": (ip_network("10.0.0.0/8"), ip_network("::1/128"))}
    assert targets("wiki\na.lan\nlocalhost\n10.1.2.3\n[::1]:8080", **policy) == [
        "wiki",
        "a.lan",
        "localhost",
        "10.1.2.3",
        "[::1]:8080",
    ]
    assert only("192.168.0.1", **policy).reasons == ("private_address",)
    assert only("bad_name", **policy).reasons == ("bad_character",)


def test_unknown_suffixes_are_scraped_anyway_when_chosen() -> None:
    assert targets("a.exmaple\nb.zzzz", scrape_anyway=True) == ["a.exmaple", "b.zzzz"]
    assert targets("a.exmaple\nb.zzzz", scrape_anyway=frozenset({"exmaple"})) == ["a.exmaple"]
    assert targets("exmaple\nco.uk", scrape_anyway=True) == []


def test_the_policy_comes_from_the_settings() -> None:
    policy = Policy.of(Settings.load(dns_overrides="*.test=127.0.0.1", allowed_private_networks="127.0.0.0/8"))
    assert (policy.overridden, policy.any_name) == (("*.test",), True)
    assert policy.accepts_address(ip_address("127.0.0.1"))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111"])
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


def test_items_are_read_like_lines_of_text_by_position() -> None:
    items = [
        "[a](http://a.com)",
        "b.com # note",
        "- “c.com”",
        "# x",
        "",
        "A.com",
        "d.com e.com,f.com",
        "g.com exam ple",
    ]
    items += ["domain", "h.com # ours\ni.com", "1. ana@j.com"]
    found = parse_items(items)
    assert [(line.line, line.target, line.verdict, line.reasons) for line in found.lines] == [
        (1, "a.com", CORRECTED, ("link", "scheme")),
        (2, "b.com", OK, ()),
        (3, "c.com", CORRECTED, ("bullet", "quotes")),
        (4, None, REJECTED, ("empty",)),
        (5, None, REJECTED, ("empty",)),
        (6, "a.com", DUPLICATE, ()),
        (7, "d.com", OK, ()),
        (7, "e.com", OK, ()),
        (7, "f.com", OK, ()),
        (8, None, REJECTED, ("mixed",)),
        (9, None, REJECTED, ("no_dot",)),
        (10, "h.com", OK, ()),
        (10, "i.com", OK, ()),
        (11, "j.com", CORRECTED, ("bullet", "email")),
    ]
    assert [line.input for line in found.lines if line.line in {4, 8}] == ["# x", "g.com exam ple"]


def test_a_heading_is_an_item_like_any_other() -> None:
    assert [line.reasons for line in parse_items(["url", "a.com"]).lines] == [("no_dot",), ()]


@pytest.mark.parametrize(
    ("cell", "reason", "sentence"),
    [
        (
            '=A2&".com"',
            "formula",
            "a formula without a saved value: open the file in a spreadsheet program and save it",
        ),
        ('=HYPERLINK("http://a.com","a.com")', "formula", "a formula without a saved value: open the file"),
        ("=…", "formula", "a formula without a saved value: open the file"),
        ("#DIV/0!", "cell_error", "an error instead of a value: correct the cell in the spreadsheet"),
        (" #N/A", "cell_error", "an error instead of a value"),
        ("#¿NOMBRE?", "cell_error", "an error instead of a value"),
        ("# a note", "empty", "empty"),
        ("=====", "bad_character", "a character"),
    ],
)
def test_what_a_spreadsheet_left_without_a_value_is_told_as_that(cell: str, reason: str, sentence: str) -> None:
    (line,) = parse_rows([(3, cell, {"city": "Lugo"})]).lines
    assert (line.line, line.input, line.verdict, line.reasons) == (3, cell, REJECTED, (reason,))
    assert line.extra == {"city": "Lugo"}
    assert explain(line).startswith(f"rejected: {sentence}")


def test_a_comment_ends_with_its_line_in_a_cell() -> None:
    assert [line.target for line in parse_rows([(1, "a.com # ours\nb.com", {})]).accepted] == ["a.com", "b.com"]


def test_rows_keep_their_numbers_and_other_columns() -> None:
    found = parse_rows([(2, "a.com, b.com", {"city": "Lugo"}), (5, " ", {"city": "Vigo"}), (7, "a.com", {})])
    assert [(line.line, line.target, line.extra) for line in found.lines] == [
        (2, "a.com", {"city": "Lugo"}),
        (2, "b.com", {"city": "Lugo"}),
        (5, None, {"city": "Vigo"}),
        (7, "a.com", {}),
    ]
    assert found.rejected[0].reasons == ("empty",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a.com", "ok"),
        ("HTTPS://A.com/", "corrected: scheme, case, slash"),
        ("exmaple", "rejected: no dot"),
        ("a.exmaple", "rejected: unknown ending .exmaple: choose “Scrape unknown endings anyway” if it is right"),
        ("例え.テスト", "rejected: unknown ending .テスト: choose “Scrape unknown endings anyway” if it is right"),
        ("ftp://a.com", "rejected: scheme other than http or https"),
    ],
)
def test_the_verdict_is_a_sentence(text: str, sentence: str) -> None:
    assert explain(only(text)) == sentence


def test_a_line_comes_back_from_what_is_stored_of_it() -> None:
    for line in merge_www(parse_text("a.com\nA.com.\nexmaple\nwww.a.com\nB.com/")).lines:
        stored = Line.of_row(line.line, line.input, str(line.verdict), line.reason)
        assert explain(stored) == explain(line)


def test_every_reason_has_a_text_and_an_unknown_one_stands_for_itself() -> None:
    assert set(WAYS_OUT) <= set(REJECTIONS)
    assert all(reason_text(code) for code in [*REJECTIONS, *CORRECTIONS])
    assert reason_text("something_new") == "something_new"
    with speaking("en"):
        assert reason_text("no_dot") == "no dot"
        assert reason_text("www") == "the same without www"


CHARACTERS = "ab.:/?#@,;[]()<>\"' \t\n\r\\%&=-_*•\u200b\ufeffñаß。１"
WORDS = ("example", ".com", "www.", "https://", "mailto:", "xn--", "127.0.0.1", "::1", ":80", ":8443", "%c3", "](")
PIECES = st.sampled_from([*CHARACTERS, *WORDS, "- ", "1. ", "domain", " # ", "co.uk", "\ud800"])
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))
POLICIES = st.sampled_from(
    [Policy(), Policy(any_name=True), Policy(scrape_anyway=True), Policy(allowed_networks=(ip_network("127.0.0.0/8"),))]
)


@settings(max_examples=250, deadline=None)
@given(TEXTS, POLICIES)
def test_any_text_gives_a_list_that_adds_up_and_is_stable(text: str, policy: Policy) -> None:
    found = parse_text(text, policy=policy)
    assert sum(found.counts.values()) == len(found.lines)
    assert found.counts[OK] + found.counts[CORRECTED] == len(found.accepted)
    physical = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in found.lines:
        assert explain(line)
        assert line.input in physical[line.line - 1] or "，" in text or "；" in text or "、" in text
        assert (line.target is None) == (line.verdict is REJECTED)
        if line.target is not None:
            again = only(line.target, **vars(policy))
            assert (again.target, again.verdict, again.host) == (line.target, OK, line.host)
            assert line.target.isascii()
    for changed in (merge_www(found), take_parts(found)):
        assert sum(changed.counts.values()) == len(changed.lines) >= len(found.lines)
        assert len({line.target for line in changed.accepted}) == len(changed.accepted)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=5), POLICIES)
def test_any_items_give_an_entry_each_at_least(items: list[str], policy: Policy) -> None:
    found = parse_items(items, policy)
    assert list(dict.fromkeys(line.line for line in found.lines)) == list(range(1, len(items) + 1))
    for place, item in enumerate(items, start=1):
        entries = [line for line in found.lines if line.line == place]
        assert len(entries) == 1 or all(line.verdict is not REJECTED for line in entries)
        assert len(entries) > 1 or entries[0].input == item
    for line in found.accepted:
        again = parse_items([line.target or ""], policy).lines[0]
        assert (again.target, again.verdict) == (line.target, OK)


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "[a](" * 20_000, "<a@" * 30_000, "a.com," * 30_000 + "(", '"' * 50_000, "- " * 50_000]
)
def test_hostile_lines_take_linear_time(text: str) -> None:
    start = time.perf_counter()
    parse_text(text)
    assert time.perf_counter() - start < 5
