"""The small web for tests: bulk, hostile and own hosts beside those of the demo, and what was asked when."""

import random
import zlib
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from core.demo.certificate import CERTIFICATE
from core.demo.exchange import HTML, Answer, Exchange, Request, head
from core.demo.site import Site
from core.settings import Settings

_WORDS = {
    "en": "river garden council bread winter market letter engine quiet morning window teacher harbour copper field",
    "es": "ribera huerto ayuntamiento pan invierno mercado carta motor tranquilo mañana ventana maestra puerto campo",
}
_PAGE = b"<!doctype html><html lang=en><title>Ordinary</title><h1>Ordinary</h1><p>" + b"A few words. " * 40


class Web(Site):
    """A `Site` with TLS by default and with more hosts:

    - `h0001.bulk.test`, any name below `bulk.test`: a page of 300 words made from its name, Spanish for even numbers
    - `bomb.hostile.test` and the other keys of `HOSTILE`
    - `answers[host]`: a test's own answer; names below `extra.test` are in the certificate
    """

    def __init__(self, latency_seconds: float, certificate: tuple[Path, Path] | None) -> None:
        super().__init__(latency_seconds, certificate)
        self.answers: dict[str, Answer] = {}

    @classmethod
    def start(cls, latency_seconds: float = 0.0, certificate: tuple[Path, Path] | None = CERTIFICATE) -> "Web":
        return super().start(latency_seconds, certificate)

    def answer_of(self, host: str) -> Answer:
        if host in self.answers:
            return self.answers[host]
        if host.endswith(".bulk.test"):
            return bulk
        return HOSTILE.get(host) or super().answer_of(host)

    def settings(self, **values: object) -> Settings:
        """Settings with which the app sees this web; `values` win."""
        own = {name.removeprefix("LOTE_").lower(): value for name, value in self.environment().items()}
        return Settings.load(**{**own, **values})

    def requests(self, host: str | None = None, *, robots: bool = False) -> list[Request]:
        """What was asked of one host or of all, in the order of arrival; robots.txt only when wanted."""
        return [r for r in self.log.copy() if host in (None, r.host) and (robots or not r.is_robots)]

    def max_concurrent(self, host: str | None = None) -> int:
        """The largest number of requests that were open at one moment, at one host or over all."""
        return _max_overlap(self.requests(host, robots=True))

    def pauses(self, host: str) -> list[float]:
        """Seconds from the end of each page request of a host to the begin of its next."""
        done = self.requests(host)
        return [after.began - before.ended for before, after in pairwise(done) if before.ended]


def bulk_hosts(count: int) -> list[str]:
    """`count` hosts that answer with pages: h0001.bulk.test and so on."""
    return [f"h{number:04}.bulk.test" for number in range(1, count + 1)]


async def bulk(exchange: Exchange) -> None:
    if exchange.request.is_robots:
        return await exchange.send(b"", status=404)
    await exchange.send(_bulk_page(exchange.request.host))


@lru_cache(maxsize=2000)
def _bulk_page(host: str) -> bytes:
    language = "es" if host.split(".")[0][-1:] in "02468" else "en"
    chance = random.Random(host)
    paragraphs = "".join(f"<p>{' '.join(chance.choices(_WORDS[language].split(), k=50))}.</p>" for _ in range(6))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Home of {host}</title>'
        f'<meta name="description" content="What {host} has to say"></head><body><h1>{host}</h1>{paragraphs}'
        f'<p><a href="mailto:info@{host}">info@{host}</a> <a href="/about">about</a></p></body></html>'
    ).encode()


def _max_overlap(requests: Iterable[Request]) -> int:
    moments = [(r.began, 1) for r in requests] + [(r.ended, -1) for r in requests if r.ended is not None]
    running = most = 0
    for _, step in sorted(moments):
        running += step
        most = max(most, running)
    return most


def _hostile(answer: Answer) -> Answer:
    """The answer for pages; robots.txt is harmless, so that the page is reached."""

    async def guarded(exchange: Exchange) -> None:
        if exchange.request.is_robots:
            return await exchange.send(b"", status=404)
        await answer(exchange)

    return guarded


@cache
def _bomb() -> bytes:
    """200 MB in 200 KB: a page, and then one block of zeros again and again; a full flush makes a block repeatable."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    begin = packer.compress(_PAGE) + packer.flush(zlib.Z_FULL_FLUSH)
    return begin + (packer.compress(b"\0" * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)) * 200


async def _gzip_bomb(exchange: Exchange) -> None:
    await exchange.send(_bomb(), headers=[("Content-Encoding", "gzip")], content_type="application/xhtml+xml")


async def _redirect_bomb(exchange: Exchange) -> None:
    fields = [("Content-Encoding", "gzip"), ("Location", "/next")]
    await exchange.send(_bomb(), status=302, headers=fields, content_type="application/xhtml+xml")


async def _many_attributes(exchange: Exchange) -> None:
    attributes = b" ".join(b'a%d="x"' % n for n in range(50_000))
    await exchange.send(_PAGE + b"<div " + attributes + b">x</div>")


async def _deep_nesting(exchange: Exchange) -> None:
    await exchange.send(_PAGE + b"<div>" * 100_000 + b"deep")


async def _endless_head(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.write(b"X-More: " + b"y" * 1000 + b"\r\n")


async def _early_hints_flood(exchange: Exchange) -> None:
    while True:
        await exchange.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)


async def _unknown_encoding(exchange: Exchange) -> None:
    await exchange.send(b"\x8b\x01\x80not really brotli\x03", headers=[("Content-Encoding", "br")])


async def _truncated(exchange: Exchange) -> None:
    await exchange.write(head(200, [("Content-Type", HTML), ("Content-Length", str(len(_PAGE) + 1000))]) + _PAGE)
    exchange.hang_up()


async def _endless_body(exchange: Exchange) -> None:
    await exchange.write(head(200, [("Content-Type", HTML)]) + _PAGE)
    while True:
        await exchange.write(b"<p>and so on</p>\n" * 1000)


HOSTILE: dict[str, Answer] = {
    name: _hostile(answer)
    for name, answer in {
        "bomb.hostile.test": _gzip_bomb,
        "redirect-bomb.hostile.test": _redirect_bomb,
        "attributes.hostile.test": _many_attributes,
        "nested.hostile.test": _deep_nesting,
        "head.hostile.test": _endless_head,
        "hints.hostile.test": _early_hints_flood,
        "encoding.hostile.test": _unknown_encoding,
        "truncated.hostile.test": _truncated,
        "endless.hostile.test": _endless_body,
    }.items()
}
"""Hosts that try to hurt whoever reads them: gzip bomb, huge tag, endless head, 1xx flood and the like."""
