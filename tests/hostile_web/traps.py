"""Ways to an address that must not be connected to: redirects in every notation, refreshes, names that lie."""

from collections.abc import Callable

from tests.hostile import HTML, OK, Behaviour, page, redirect, says
from tests.hostile_web.case import COMPLETED, LOAF, Case, cases, first_then, in_robots, page_only
from tests.hostile_web.name_server import ServerFailure

NOTATIONS = {
    "loopback": "127.0.0.1",
    "loopback-short": "127.1",
    "loopback-decimal": "2130706433",
    "loopback-octal": "0177.0.0.1",
    "loopback-octal-long": "017700000001",
    "loopback-hex": "0x7f000001",
    "loopback-hex-parts": "0x7f.1",
    "loopback-dot": "127.0.0.1.",
    "loopback-name": "localhost",
    "loopback-v6": "[::1]",
    "unspecified": "0.0.0.0",
    "unspecified-short": "0",
    "unspecified-v6": "[::]",
    "private-10": "10.0.0.5",
    "private-10-decimal": "167772165",
    "private-10-hex": "0x0a.0x00.0x00.0x05",
    "private-172": "172.16.0.1",
    "private-192": "192.168.1.1",
    "private-v6": "[fd12::1]",
    "private-10-percent": "%31%30%2e%30%2e%30%2e%35",
    "link-local": "169.254.1.1",
    "link-local-v6": "[fe80::1]",
    "link-local-zone": "[fe80::1%25lo]",
    "metadata": "169.254.169.254",
    "metadata-decimal": "2852039166",
    "metadata-v6": "[fd00:ec2::254]",
    "metadata-mapped": "[::ffff:169.254.169.254]",
    "metadata-mapped-hex": "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "metadata-nat64": "[64:ff9b::a9fe:a9fe]",
    "metadata-6to4": "[2002:a9fe:a9fe::1]",
    "metadata-alibaba": "100.100.100.200",
    "metadata-azure": "168.63.129.16",
    "metadata-oracle": "192.0.0.192",
    "compatible-v6": "[::10.0.0.5]",
    "translated-v6": "[::ffff:0:10.0.0.5]",
    "teredo": "[2001:0:a00:5::1]",
    "site-local-v6": "[fec0::1]",
    "multicast": "224.0.0.1",
    "broadcast": "255.255.255.255",
}
UNCLEAN = {
    "full-width": "http://\uff11\uff12\uff17.0.0.1/",
    "ideographic-dots": "http://127\u30020\u30020\u30021/",
    "circled": "http://\u2460\u2461\u2466.0.0.1/",
    "user-info": "http://public@10.0.0.5/",
    "user-info-name": "http://public.test:80@10.0.0.5/",
    "backslash": "http://public.test\\@10.0.0.5/",
    "backslashes": "http:\\\\10.0.0.5\\",
    "scheme-file": "file:///etc/passwd",
    "scheme-gopher": "gopher://10.0.0.5:6379/_FLUSHALL",
    "scheme-ftp": "ftp://10.0.0.5/",
    "scheme-data": "data:text/html,<p>x",
    "scheme-javascript": "javascript:fetch('//10.0.0.5')",
    "scheme-unix": "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "port-0": "http://10.0.0.5:0/",
    "port-wrapped": "http://10.0.0.5:65616/",
    "no-host": "http:///10.0.0.5/",
}
PORTS = (22, 25, 6667, 10080)


def to(url: str) -> Behaviour:
    return page_only(says(b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % url.encode()))


def refresh_to(url: str, *, by_header: bool = False) -> Behaviour:
    if by_header:
        return page_only(page(HTML, OK + b"Refresh: 0; url=%s\r\n" % url.encode()))
    return page_only(page(b"<!doctype html><meta http-equiv=refresh content='0;url=%s'>" % url.encode()))


def failing(_own: str, _nth: int) -> list[str]:
    raise ServerFailure


def rebound_after(look_ups: int) -> Callable[[str, int], list[str]]:
    """A name that leads to its own address for a while, and then inwards."""
    return lambda own, nth: [own] if nth < look_ups else ["10.0.0.5"]


MANY = [f"93.184.0.{n}" for n in range(1, 20)]
"""Public addresses."""
INWARD = b"<link rel=canonical href=http://10.0.0.5/><link rel=icon href=http://10.0.0.5/i><img src=http://10.0.0.5/p>"
LINKS = (
    b"<iframe src=http://169.254.169.254/></iframe><a href=http://10.0.0.5/contacto>Contacto</a><script src=//10.0.0.5>"
)

CASES: list[Case] = [
    *(Case(f"to-{name}", "blocked_address", http=to(f"http://{host}/")) for name, host in NOTATIONS.items()),
    *(Case(f"to-{name}", "protocol", http=to(url)) for name, url in UNCLEAN.items()),
    *(Case(f"to-port-{port}", "blocked_address", http=to(f"http://93.184.0.1:{port}/")) for port in PORTS),
    Case("to-https", "blocked_address", http=to("https://10.0.0.5/")),
    Case("to-no-scheme", "blocked_address", http=to("//10.0.0.5/")),
    Case("to-other-port", "blocked_address", http=to("http://10.0.0.5:8080/")),
    Case("to-fragment", "blocked_address", http=to("http://10.0.0.5#@public.test/")),
    Case("to-second-hop", "blocked_address", http=first_then(says(redirect("/b")), redirect("http://10.0.0.5/"))),
    Case("to-inward-name", "blocked_address", http=to("http://inward.test/")),
    Case("to-metadata-name", "blocked_address", http=to("http://metadata.google.internal/computeMetadata/v1/")),
    Case("tls-to-private", "blocked_address", https=to("https://192.168.1.1/")),
    Case("refresh-to-private", "blocked_address", http=refresh_to("http://10.0.0.5/")),
    Case("refresh-header-to-metadata", "blocked_address", http=refresh_to("http://169.254.169.254/", by_header=True)),
    Case("refresh-to-file", COMPLETED, http=refresh_to("file:///etc/passwd")),
    Case("robots-to-private", "blocked_address", http=in_robots(says(redirect("http://10.0.0.5/robots.txt")))),
    Case("robots-to-inward-name", "blocked_address", http=in_robots(says(redirect("http://inward.test/")))),
    Case("links-to-private", COMPLETED, http=page_only(page(HTML + INWARD + LINKS)), title="Loaf"),
    # Names
    Case("inward", "blocked_address", http=says(LOAF), names=lambda own, nth: ["10.0.0.5"]),
    Case("inward-v6", "blocked_address", http=says(LOAF), names=lambda own, nth: ["fd00:ec2::254"]),
    Case("inward-mapped", "blocked_address", http=says(LOAF), names=lambda own, nth: ["::ffff:127.0.0.1"]),
    Case("inward-too", "blocked_address", http=says(LOAF), names=lambda own, nth: [own, "10.0.0.5"]),
    Case("inward-v6-too", "blocked_address", http=says(LOAF), names=lambda own, nth: [own, "::1"]),
    Case("inward-last-of-many", "blocked_address", names=lambda own, nth: [own, *MANY, "10.0.0.5"]),
    Case("rebinding-at-once", "blocked_address", http=says(LOAF), names=rebound_after(1)),
    Case("rebinding-after-robots", "blocked_address", http=page_only(says(LOAF)), names=rebound_after(2)),
    Case("rebinding-after-redirect", "blocked_address", http=first_then(says(redirect("/b"))), names=rebound_after(3)),
    Case("no-such-name", "dns", http=says(LOAF), names=lambda own, nth: []),
    Case("name-server-fails", "dns", http=says(LOAF), names=failing, says="temporary"),
    *cases(COMPLETED, {"good-after-all": says(LOAF)}),
]
