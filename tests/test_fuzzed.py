"""Whatever bytes come in, nothing crashes and nothing takes long."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzed import TARGETS

FRAGMENTS = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK\r\n", b"Content-Type: text/html\r\n", b"Transfer-Encoding: chunked\r\n"),
        *(b"\r\n\r\n", b"5\r\n"),
        *(b"User-agent: *\n", b"Disallow: /", b"Allow: /*", b"Crawl-delay: 9e999\n", b"$", b"#"),
        *(b"\xef\xbb\xbf", b"\x00"),
        *(b"Sun, 06 Nov 1994 08:49:37 GMT", b"99999-99-99", b"charset=", b"0; url='", b"Set-Cookie: a=b"),
        *(b": ", b"\r\n "),
        *(b"https://", b"xn--", b"example.com", b"\xc3\xb1.es", b"[a](", b"a@b.es", b";", b",", b":65536"),
        b"\xe2\x80\x8b",
        *(b"<meta http-equiv=refresh content='0;", b"<base href=", b"<a href='mailto:", b"<!--", b"&#xD800;"),
        b"<title>",
    ]
)
BYTES = st.lists(FRAGMENTS | st.binary(max_size=12), max_size=25).map(b"".join)


@pytest.mark.parametrize("name", ["heads", "robots", "bodies", "targets", "answers"])
def test_any_bytes_are_taken(name: str) -> None:
    @settings(max_examples=120, deadline=3_000, suppress_health_check=[HealthCheck.too_slow])
    @given(BYTES)
    def take(data: bytes) -> None:
        TARGETS[name](data)

    take()
