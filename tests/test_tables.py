"""Uploaded files, as spreadsheets and people make them, against the rules of the input."""

import io
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from core.api.shapes import LARGEST_LIST
from core.errors import InvalidInput
from core.tables import ROW_LIMIT, UPLOAD_LIMIT_BYTES, Table, read_table
from core.tables.columns import letters, names
from core.tables.unread import unread_cells
from core.targets import Policy, parse_items, parse_rows


def cells(table: Table) -> list[tuple[str, ...]]:
    """The cells of all rows."""
    return [row for _line, row in table.rows]


def book(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """An xlsx file."""
    workbook = openpyxl.Workbook()
    fill(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def sheet_of(rows: list[list[object]]) -> bytes:
    """An xlsx file with these rows."""

    def fill(workbook: openpyxl.Workbook) -> None:
        for row in rows:
            workbook.active.append(row)

    return book(fill)


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook where one part is changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for member in source.infolist():
            content = source.read(member)
            made.writestr(member.filename, change(content) if member.filename == name else content)
    return buffer.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end(separator: str, end: str) -> None:
    lines = ["Domain|Company|City", "a.com|Acme|Lugo", "", "b.com|Beta|Vigo"]
    table = read_table(end.join(lines).replace("|", separator).encode(), "list.csv")
    assert (table.kind, table.separator, table.columns) == ("csv", separator, ("Domain", "Company", "City"))
    assert table.rows == ((2, ("a.com", "Acme", "Lugo")), (4, ("b.com", "Beta", "Vigo")))
    assert (table.guessed_column, table.heading_line) == ("Domain", 1)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_every_encoding(encoding: str, told: str) -> None:
    text = "dominio;empresa\nespaña.es;Peñas “Ñandú” S.L.\ncamión.es;Año Más\n"
    table = read_table(text.encode(encoding), "lista.csv")
    assert cells(table) == [("españa.es", "Peñas “Ñandú” S.L."), ("camión.es", "Año Más")]
    assert (table.columns, table.encoding) == (("dominio", "empresa"), told)


def test_cyrillic_of_one_byte_is_recognised() -> None:
    text = "сайт;город\n" + "".join(f"пример{n}.рф;Москва и Санкт-Петербург\n" for n in range(20))
    table = read_table(text.encode("cp1251"), "list.csv")
    assert cells(table)[0] == ("пример0.рф", "Москва и Санкт-Петербург")


def test_quotes_and_line_ends_inside_cells_keep_physical_line_numbers() -> None:
    data = b'url,note\n"https://a.com/x,y","two\nlines"\nb.com,"say ""hi"""\n'
    table = read_table(data, "list.csv")
    assert table.rows == ((2, ("https://a.com/x,y", "two\nlines")), (4, ("b.com", 'say "hi"')))


@pytest.mark.parametrize("bad", ['"a.com;x\nb.com;y\nc.com;z\n', 'a.com;x "y\n"b.com" ;y\nc.com;z\n'])
def test_a_stray_quote_swallows_no_line(bad: str) -> None:
    table = read_table(bad.encode(), "list.csv")
    assert [line for line, _cells in table.rows] == [1, 2, 3]
    assert [row[0] for row in cells(table)] == ["a.com", "b.com", "c.com"]


def test_rows_of_different_length_are_padded_and_names_are_unique() -> None:
    table = read_table(b"url,name,name,\na.com,x,y,,extra\nb.com,z\nc.com,z\nd.com,z,,\n", "list.csv")
    assert table.columns == ("url", "name", "name (2)", "D", "E")
    assert cells(table)[:2] == [("a.com", "x", "y", "", "extra"), ("b.com", "z", "", "", "")]


def test_excels_hint_of_the_separator_is_obeyed() -> None:
    table = read_table(b"sep=;\r\ndomain;sum\r\na.com;1,5\r\n", "list.csv")
    assert (table.separator, table.columns, table.rows) == (";", ("domain", "sum"), ((3, ("a.com", "1,5")),))


def test_decimal_commas_are_no_separator() -> None:
    table = read_table(b"a.com;1,5\nb.com;2,5\nc.com;3,5\n", "list.csv")
    assert (table.separator, table.columns, table.guessed_column) == (";", ("A", "B"), "A")


@pytest.mark.parametrize(
    ("text", "columns", "heading"),
    [
        ("Firma,Auftritt\nAcme,a.de\nBeta,b.de\n", ("Firma", "Auftritt"), 1),
        ("Acme,a.de\nBeta,b.de\n", ("A", "B"), None),
        ("url\na.de\n", ("url",), 1),
        ("exmaple\na.de\n", ("A",), None),
        ("domain\n", ("domain",), 1),
        ("exmaple\n", ("A",), None),
        ('dom\n=A2&".com"\n', ("dom",), 1),
        ("dom,n\n#N/A,3\n=A3,4\n", ("dom", "n"), 1),
        ("a.de,n\n=A2,3\n", ("A", "B"), None),
    ],
)
def test_a_heading_is_recognised_and_a_misspelt_domain_is_none(
    text: str, columns: tuple[str, ...], heading: int | None
) -> None:
    table = read_table(text.encode(), "list.csv")
    assert (table.columns, table.heading_line) == (columns, heading)


@pytest.mark.parametrize(
    "text", ["domain", "domain,city\n", "sep=;\nURL;city\n", 'dom,n\n=A2&".com",1\n', "dom\n#N/A\n"]
)
def test_a_heading_is_no_target_even_where_any_word_may_be_a_name(text: str) -> None:
    anything = Policy(any_name=True)
    found = parse_rows(read_table(text.encode(), "list.csv", policy=anything).rows_for(), policy=anything)
    assert not found.accepted


@pytest.mark.parametrize(
    ("text", "guessed"),
    [
        ("name,email,website\nAna,ana@a.com,a.com\nJuan,juan@b.com,b.com\n", "website"),
        ("id,contact\n1,ana@a.com\n2,juan@b.com\n", "contact"),
        ("domain,backup\nexmaple,a.com\nshop,b.com\n", "backup"),
        ("one,two\nx,y\nz,w\n", None),
    ],
)
def test_the_column_with_the_targets_is_guessed(text: str, guessed: str | None) -> None:
    assert read_table(text.encode(), "list.csv").guessed_column == guessed


def test_the_policy_helps_to_guess() -> None:
    data = b"name,where\nAna,shop.test\nJuan,news.test\n"
    assert read_table(data, "list.csv", policy=Policy(overridden=("*.test",))).guessed_column == "where"


def test_a_text_is_kept_whole_and_is_a_table_of_one_column() -> None:
    text = "# clients\nDomains\na.com, b.com\n\nc.com # ours\n"
    table = read_table(text.encode(), "list.txt")
    assert (table.kind, table.text, table.columns, table.guessed_column) == ("text", text, ("Domains",), "Domains")
    assert table.rows == ((3, ("a.com, b.com",)), (5, ("c.com # ours",)))
    assert [line.target for line in parse_rows(table.rows_for()).accepted] == ["a.com", "b.com", "c.com"]


def test_a_txt_with_columns_is_a_table() -> None:
    table = read_table(b"a.com\tAcme\nb.com\tBeta\n", "list.txt")
    assert (table.kind, table.separator, table.guessed_column) == ("csv", "\t", "A")


@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_targets_side_by_side_are_a_list_and_not_columns(name: str) -> None:
    table = read_table(b"a.com,b.com,c.com\n", name)
    assert [line.target for line in parse_rows(table.rows_for()).accepted] == ["a.com", "b.com", "c.com"]


def test_rows_feed_the_targets_with_the_other_columns() -> None:
    table = read_table(b"site;city\na.com;Lugo\nexmaple;Vigo\n;Ourense\n", "list.csv")
    found = parse_rows(table.rows_for("site"))
    assert [(line.line, line.target, line.extra, line.reasons) for line in found.lines] == [
        (2, "a.com", {"city": "Lugo"}, ()),
        (3, None, {"city": "Vigo"}, ("no_dot",)),
        (4, None, {"city": "Ourense"}, ("empty",)),
    ]
    with pytest.raises(InvalidInput, match=r"no column “town”.*site, city"):
        list(table.rows_for("town"))


def test_a_workbook_gives_plain_values_and_its_own_row_numbers() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active.title = "Empty"
        sheet = workbook.create_sheet("Clients")
        rows = {3: ["web", "n", "x", "d", "at", "t", "b"], 5: ["a.com", 3.0, 0.25, date(2024, 1, 2)]}
        rows[5] += [datetime(2024, 1, 2, 3, 4, 5), time(6, 7), True]
        for number, values in rows.items():
            for column, value in enumerate(values, start=2):
                sheet.cell(number, column, value)

    table = read_table(book(fill), "list.xlsx")
    assert (table.kind, table.sheet, table.sheets) == ("xlsx", "Clients", ("Empty", "Clients"))
    assert (table.columns, table.heading_line) == (("web", "n", "x", "d", "at", "t", "b"), 3)
    assert table.rows == ((5, ("a.com", "3", "0.25", "2024-01-02", "2024-01-02 03:04:05", "06:07:00", "TRUE")),)


def test_a_formula_gives_the_value_that_was_saved_with_it() -> None:
    data = with_part(
        sheet_of([["url"], ["placeholder"]]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(
            b't="inlineStr"><is><t>placeholder</t></is>', b't="str"><f>"a"&amp;".com"</f><v>a.com</v>'
        ),
    )
    assert cells(read_table(data, "list.xlsx")) == [("a.com",)]


def reasons(table: Table, column: str | None = None) -> list[tuple[int, str, tuple[str, ...]]]:
    """Line, input and reasons of all lines."""
    return [(line.line, line.input, line.reasons) for line in parse_rows(table.rows_for(column)).lines]


def test_a_formula_without_a_saved_value_stays_as_a_row_and_says_why_it_is_rejected() -> None:
    rows: list[list[object]] = [["domain", "city"], ['="a"&".com"', "Lugo"], ["b.com", "=A2"], [None, None], ["=A2"]]
    table = read_table(sheet_of(rows), "list.xlsx")
    assert table.rows == ((2, ('="a"&".com"', "Lugo")), (3, ("b.com", "=A2")), (5, ("=A2", "")))
    assert reasons(table) == [(2, '="a"&".com"', ("formula",)), (3, "b.com", ()), (5, "=A2", ("formula",))]


def test_a_sheet_of_nothing_but_formulas_is_not_empty() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active["B3"] = "=Two!A1"
        workbook.create_sheet("Two").append(["a.com"])

    table = read_table(book(fill), "list.xlsx")
    assert (table.sheet, table.rows) == ("Sheet", ((3, ("", "=Two!A1")),))
    assert reasons(table, "B") == [(3, "=Two!A1", ("formula",))]


def test_errors_keep_their_text_in_every_column() -> None:
    rows: list[list[object]] = [["domain", "sum"], ["a.com", "#DIV/0!"], ["#N/A", 3], ["#REF!", None]]
    table = read_table(sheet_of(rows), "list.xlsx")
    assert cells(table) == [("a.com", "#DIV/0!"), ("#N/A", "3"), ("#REF!", "")]
    assert reasons(table) == [(2, "a.com", ()), (3, "#N/A", ("cell_error",)), (4, "#REF!", ("cell_error",))]


SHEET = "xl/worksheets/sheet1.xml"
UNREAD = [
    (b'<c r="A2"><f>B2</f></c>', "=B2"),
    (b'<c r="A2" s="1"><f t="shared" ref="A2:A9" si="0">B2&lt;C2</f><v/></c>', "=B2<C2"),
    (b'<c r="A2"><f t="shared" si="0"/><v></v></c>', "=…"),
    (b'<c r="A2"><f ca="1" t="shared" si="0"/></c>', "=…"),
    (b'<c r="A2" t="str"><f>B2</f></c>', "=B2"),
    (b'<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
    (b'<c r="A2" t="e"><f>1/0</f></c>', "=1/0"),
    (b"<c r='A2' ><f\n>B2</f ></c >", "=B2"),
    (b'<c r="A2" t = \'e\'><v xml:space="preserve">#NUM!</v></c>', "#NUM!"),
    (b'<c r="A2"><f><![CDATA[B2&C2]]></f><v></v></c>', "=B2&C2"),
    (b"<c><f>B2</f></c>", "=B2"),
]


@pytest.mark.parametrize(("cell", "text"), UNREAD)
def test_cells_without_a_value_are_found_in_every_spelling(cell: bytes, text: str) -> None:
    row = b'<row r="2">' + cell + b"</row></sheetData>"
    data = with_part(sheet_of([["a.com"]]), SHEET, lambda xml: xml.replace(b"</sheetData>", row))
    assert read_table(data, "list.xlsx").rows == ((1, ("a.com",)), (2, (text,)))


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A2" t="str"><f>IF(B2="","",B2)</f><v></v></c>',
        b"<c r='A2' t='str'><f>B2</f><v/></c>",
        b'<c r="A2" s="1"/>',
        b'<c r="A2"><v></v></c>',
        b'<c r="A2" t="inlineStr"><is><t> </t></is></c>',
    ],
)
def test_rows_without_content_are_skipped_those_with_a_saved_empty_text_too(cell: bytes) -> None:
    row = b'<row r="2">' + cell + b"</row></sheetData>"
    data = with_part(sheet_of([["a.com"]]), SHEET, lambda xml: xml.replace(b"</sheetData>", row))
    assert read_table(data, "list.xlsx").rows == ((1, ("a.com",)),)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_cells_without_a_value_are_counted_and_found_beyond_the_first_slice(quote: str) -> None:
    rows = (f"<row r={quote}{n}{quote}><c r={quote}B{n}{quote}><f>A{n}</f><v></v></c></row>" for n in range(1, 40_001))
    xml = f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>".encode()
    assert len(xml) > 2 << 20
    assert unread_cells(xml, 40_000) == {n: [(2, f"=A{n}")] for n in range(1, 40_001)}
    with pytest.raises(OverflowError):
        unread_cells(xml, 39_999)


def test_every_sheet_has_its_own_cells_without_a_value() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active.append(["a.com"])
        workbook.create_sheet("Two & <3>").append(["=Sheet!A1"])
        workbook.move_sheet("Sheet", 1)

    data = book(fill)
    assert cells(read_table(data, "list.xlsx", sheet="Sheet")) == [("a.com",)]
    assert cells(read_table(data, "list.xlsx")) == cells(read_table(data, "list.xlsx", sheet="Two & <3>"))
    assert cells(read_table(data, "list.xlsx")) == [("=Sheet!A1",)]


def test_a_sheet_can_be_chosen_and_hidden_ones_come_last() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active.append(["hidden.com"])
        workbook.active.sheet_state = "hidden"
        workbook.create_sheet("Two").append(["two.com"])

    data = book(fill)
    assert cells(read_table(data, "list.xlsx")) == [("two.com",)]
    assert cells(read_table(data, "list.xlsx", sheet="Sheet")) == [("hidden.com",)]
    with pytest.raises(InvalidInput, match=r"“list.xlsx” has no sheet “Three”. There are: Sheet, Two"):
        read_table(data, "list.xlsx", sheet="Three")


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("list.csv", b"", "“list.csv” is empty"),
        ("list.txt", b" \n\t\r\n", "“list.txt” is empty"),
        ("list.csv", b"\xef\xbb\xbf\n", "“list.csv” is empty"),
        ("list.csv", b",,\n,,\n", "“list.csv” is empty"),
        (
            "list.csv",
            random.Random(1).randbytes(3000),
            "“list.csv” (is not a text|cannot be rec)|encoding of “list.csv”",
        ),
        ("list.csv", b"a.com\x00b.com\n" * 3, "“list.csv” is not a text file"),
        ("list.txt", b"%PDF-1.7\n", "“list.txt” is not a text file.*Export"),
        ("list.csv", sheet_of([["a.com"]]), "“list.csv” is not a text file"),
        ("list.pdf", b"a.com", "“list.pdf” cannot be read: the ending must be .csv, .txt, .tsv or .xlsx"),
        ("list.xls", OLE, "“list.xls” cannot be read"),
        ("list", b"a.com", "“list” cannot be read"),
        ("list.xlsx", OLE, "“list.xlsx” is an Excel file of the old .xls kind. Save it as .xlsx"),
        ("list.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "“list.xlsx” is protected by a password"),
        ("list.xlsx", b"a.com\n", "“list.xlsx” is not a readable Excel workbook"),
        ("list.xlsx", sheet_of([["a.com"]])[:-400], "“list.xlsx” is not a readable Excel workbook"),
        ("list.xlsx", sheet_of([]), "“list.xlsx” is empty"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_with_a_way_out(name: str, data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_table(data, name)


def test_the_upload_limit_is_told() -> None:
    with pytest.raises(InvalidInput, match=r"“list.csv” has 25.0 MiB; 25 MiB are allowed"):
        read_table(b"a" * (UPLOAD_LIMIT_BYTES + 1), "list.csv")


def test_the_row_limit_is_told_and_a_heading_is_no_row() -> None:
    lines = b"domain\n" + b"".join(b"s%d.com\n" % number for number in range(10))
    assert len(read_table(lines, "list.csv", row_limit=10).rows) == 10
    for name, data in [("list.csv", lines), ("list.txt", lines)]:
        with pytest.raises(InvalidInput, match=f"“{name}” has more than 9 rows"):
            read_table(data, name, row_limit=9)
    sheet = sheet_of([["domain"], *([f"s{number}.com"] for number in range(10))])
    assert len(read_table(sheet, "list.xlsx", row_limit=10).rows) == 10
    with pytest.raises(InvalidInput, match=f"“list.xlsx” has more than {9} rows"):
        read_table(sheet, "list.xlsx", row_limit=9)


def test_the_rows_are_as_many_as_the_api_takes_and_repeated_ones_are_no_targets() -> None:
    assert ROW_LIMIT == LARGEST_LIST
    domains = [f"s{number}.com" for number in range(100_000)] + ["s7.com"]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as made:
        sheet = made.add_worksheet()
        for row, domain in enumerate(domains):
            sheet.write_string(row, 0, domain)
    text = "\n".join(domains).encode()
    given = parse_items(domains)
    assert ([line.line for line in given.duplicates], len(given.accepted)) == ([100_001], 100_000)
    for name, data in [("list.csv", text), ("list.txt", text), ("list.xlsx", buffer.getvalue())]:
        assert parse_rows(read_table(data, name).rows_for()).counts == given.counts


def test_too_many_columns_are_refused_before_they_fill_the_memory() -> None:
    data = b"a.com,x\n" * 20_000 + b"," * 300 + b"y" + b"\n"
    with pytest.raises(InvalidInput, match=r"20,001 rows of 301 columns"):
        read_table(data, "list.csv")


def bomb(mebibytes: int, claimed: int | None = None) -> bytes:
    """A workbook with a part that unpacks to zeros; its headers claim `claimed` bytes."""
    buffer = io.BytesIO(sheet_of([["a.com"]]))
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
        made.open("xl/media/a.bin", "w") as part,
    ):
        for _ in range(mebibytes):
            part.write(bytes(1 << 20))
        part.write(bytes(12_345))  # a size whose bytes stand nowhere else
    data = buffer.getvalue()
    if claimed is None:
        return data
    real, told = (size.to_bytes(4, "little") for size in ((mebibytes << 20) + 12_345, claimed))
    return data.replace(real, told)


@pytest.mark.parametrize(("mebibytes", "claimed"), [(201, 1000), (1, 2 << 30)])
def test_a_bomb_is_refused_in_bounded_memory(mebibytes: int, claimed: int) -> None:
    data = bomb(mebibytes, claimed)
    assert len(data) < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match=r"“list.xlsx” unpacks to more than 200 MiB"):
            read_table(data, "list.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 500 << 20
    finally:
        tracemalloc.stop()


def test_a_part_that_does_not_unpack_is_refused() -> None:
    data = bytearray(sheet_of([["a.com"]]))
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        begin = made.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    data[begin : begin + 40] = b"\xff" * 40
    with pytest.raises(InvalidInput, match=r"not a readable Excel workbook"):
        read_table(bytes(data), "list.xlsx")


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c  x='>' r = 'XFD1048576' ><v>1</v></c>",
        b'<c r="XFD1048576" x="/>"><v>1</v></c>',
        b'<c x="<" r="XFD1048576"><v>1</v></c>',
    ],
)
def test_cells_far_apart_are_refused_since_the_reader_would_fill_what_is_between(cell: bytes) -> None:
    far = b'<row r="1048576">' + cell + b"</row></sheetData>"
    data = with_part(sheet_of([["a.com"]]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", far))
    with pytest.raises(InvalidInput, match=r"“list.xlsx” (has cells so far apart|is not a readable)"):
        read_table(data, "list.xlsx")


def test_cells_without_places_and_far_formats_are_no_obstacle() -> None:
    rows = b'<row r="2"><c t="str"><v>b.com</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    data = with_part(sheet_of([["a.com"]]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", rows))
    assert cells(read_table(data, "list.xlsx")) == [("a.com",), ("b.com",)]


def test_columns_without_a_name_are_called_as_in_a_spreadsheet() -> None:
    assert [letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@given(st.lists(st.sampled_from(["", "a", "a (2)", "A", "B", " a "]), max_size=6), st.integers(0, 3))
def test_names_of_columns_are_unique(given_names: list[str], more: int) -> None:
    made = names(given_names, len(given_names) + more)
    assert len(set(made)) == len(made) == len(given_names) + more


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=80), st.text("ab.com,;|\t\"'\n\r#ñ@ ", max_size=80).map(str.encode)),
    st.sampled_from(["x.csv", "x.txt", "x.tsv", "x.xlsx"]),
)
def test_any_bytes_give_a_table_or_a_clear_refusal(data: bytes, name: str) -> None:
    try:
        table = read_table(data, name)
    except InvalidInput as error:
        assert name in error.message
        return
    assert table.guessed_column is None or table.guessed_column in table.columns
    assert all(len(row) == len(table.columns) for row in cells(table))
    numbers = [line for line, _cells in table.rows]
    assert numbers == sorted(set(numbers))
    found = parse_rows(table.rows_for(table.columns[0]))
    assert {line.line for line in found.lines} == set(numbers)
