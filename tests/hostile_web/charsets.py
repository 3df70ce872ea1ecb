"""What a page says of its charset against what it is in: byte order mark, header, meta, in all their combinations."""

from tests.hostile import says
from tests.hostile_web.case import COMPLETED, Case, page_only

TITLE = "Ñandú café €"
MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def charset(
    name: str,
    written: str,
    *,
    mark: str = "",
    header: str = "",
    meta: str = "",
    title: str | None = TITLE,
    raw: bytes = b"",
) -> Case:
    """A page written in one charset and declared as others; the title that a browser would show."""
    declared = f'<meta charset="{meta}">' if meta else ""
    text = f"<!doctype html><html><head>{declared}<title>{TITLE}</title></head><body><p>{TITLE} y más</p></body></html>"
    body = MARKS.get(mark, b"") + text.encode(written, "xmlcharrefreplace")
    if raw:
        body = body.replace(TITLE.encode(written, "xmlcharrefreplace"), raw)
    kind = f"text/html; charset={header}" if header else "text/html"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin-1")
    return Case(f"charset-{name}", COMPLETED, http=page_only(says(head + body)), title=title)


CASES: list[Case] = [
    charset("utf-8-mark-header-latin", "utf-8", mark="utf-8", header="iso-8859-1"),
    charset("utf-8-mark-header-latin-meta-koi", "utf-8", mark="utf-8", header="iso-8859-1", meta="koi8-r"),
    charset("utf-8-mark-meta-utf-16", "utf-8", mark="utf-8", meta="utf-16"),
    charset("utf-16-mark-header-utf-8", "utf-16-le", mark="utf-16-le", header="utf-8"),
    charset("utf-16-be-mark-meta-utf-8", "utf-16-be", mark="utf-16-be", meta="utf-8"),
    charset("utf-16-header", "utf-16-le", header="utf-16"),
    charset("utf-16-be-header-meta-latin", "utf-16-be", header="utf-16be", meta="iso-8859-1"),
    charset("utf-16-says-nothing", "utf-16-le"),
    charset("utf-16-be-says-nothing", "utf-16-be"),
    charset("header-1252-meta-utf-8", "cp1252", header="windows-1252", meta="utf-8"),
    charset("header-utf-8-meta-latin", "utf-8", header="UTF-8", meta="iso-8859-1"),
    charset("header-latin-is-1252", "cp1252", header="latin1"),
    charset("meta-1252", "cp1252", meta="windows-1252"),
    charset("meta-utf-16-is-utf-8", "utf-8", meta="utf-16"),
    charset("says-nothing-utf-8", "utf-8"),
    charset("says-nothing-1252", "cp1252", title=None),
    charset("header-unknown-meta-utf-8", "utf-8", header="x-klingon", meta="utf-8"),
    charset("header-quoted", "utf-8", header='"utf-8"'),
    charset("header-half-quoted", "utf-8", header='"utf-8'),
    charset("header-twice", "utf-8", header="utf-8; charset=iso-8859-1"),
    charset("header-rot13", "utf-8", header="rot13", meta="utf-8"),
    charset("header-base64", "utf-8", header="base64"),
    charset("header-zip", "utf-8", header="zip", meta="zlib_codec"),
    charset("header-unicode-escape", "utf-8", header="unicode_escape", meta="raw_unicode_escape"),
    charset("header-idna", "utf-8", header="idna", meta="punycode"),
    charset("header-ebcdic", "utf-8", header="cp037"),
    charset("header-undefined", "utf-8", header="undefined"),
    charset("header-mbcs", "utf-8", header="mbcs", meta="oem"),
    charset("header-utf-7", "utf-8", header="utf-7", raw=b"+ADw-script+AD4-", title="+ADw-script+AD4-"),
    charset("meta-utf-7", "utf-8", meta="utf-7", raw=b"+ADw-b+AD4-", title="+ADw-b+AD4-"),
    charset("lie-utf-8-is-1252", "cp1252", header="utf-8", title=None),
    charset(
        "lie-1252-is-utf-8", "utf-8", header="windows-1252", title="Ñandú café €".encode().decode("cp1252", "replace")
    ),
    charset("lie-utf-16-is-ascii", "ascii", header="utf-16", title=None),
    charset("invalid-bytes", "utf-8", header="utf-8", raw=b"a\xff\xfeb\xc3", title="a\ufffd\ufffdb\ufffd"),
    charset("overlong", "utf-8", header="utf-8", raw=b"a\xc0\xbcb\xe0\x80\xbc", title=None),
    charset("surrogates", "utf-8", header="utf-8", raw=b"a\xed\xa0\x80\xed\xb0\x80b", title=None),
    charset(
        "surrogate-references", "utf-8", header="utf-8", raw=b"a&#xD800;&#xDC00;&#0;&#x110000;&#xFFFE;b", title=None
    ),
    charset("lone-utf-16-surrogates", "utf-16-le", mark="utf-16-le", raw=b"a\x00\x00\xd8b\x00\x00\xdc", title=None),
    charset("nul", "utf-8", header="utf-8", raw=b"a\x00b\x00c", title="abc"),
    charset(
        "nul-everywhere", "utf-8", header="utf-8", raw=b"\x00".join([b"N", b"U", b"L"] + [b""] * 9000), title="NUL"
    ),
    charset("utf-32-mark", "utf-32-le", raw=b"", title=None),
    charset("odd-utf-16", "utf-16-le", mark="utf-16-le", raw=TITLE.encode("utf-16-le") + b"x", title=None),
    charset("gb18030", "gb18030", header="gb18030"),
    charset("shift-jis-trail", "shift_jis", header="shift_jis", raw=b"\x83\x5c\x83\x3c", title=None),
    charset("iso-2022-jp-escape", "iso2022_jp", header="iso-2022-jp", raw=b"\x1b$B\x1b(B<\x1b(J", title=None),
    charset("bidi", "utf-8", header="utf-8", raw="a\u202e\u2066b\u200f".encode(), title=None),
]
