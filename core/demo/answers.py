"""How each host of the small web answers: from its files, or slow, failing and odd on purpose."""

import asyncio
from functools import cache
from pathlib import Path

from core.demo.exchange import HTML, Answer, Exchange, head

_PAGES = Path(__file__).parent / "pages"
_TYPES = {
    ".html": HTML,
    ".xml": "application/rss+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
_PARAGRAPH = b"<p>One more line of a page that does not want to end. It goes on, and on, and nobody reads it.</p>\n"
_ROBOTS = b"User-agent: *\nDisallow: /admin/\nDisallow: /carrito/\n"
PLAIN_ONLY = {"plain-http.test"}
"""Hosts that the TLS port does not know: the handshake fails, http answers."""


@cache
def files() -> dict[str, dict[str, bytes]]:
    """The files of all hosts: host → path from the root (`/index.html`) → content."""
    found: dict[str, dict[str, bytes]] = {}
    for path in sorted(_PAGES.rglob("*.*")):
        if path.is_file():
            host, *rest = path.relative_to(_PAGES).parts
            found.setdefault(host, {})["/" + "/".join(rest)] = path.read_bytes()
    return found


def page_of(host: str) -> bytes:
    """The home page of a host that has files."""
    return files()[host]["/index.html"]


async def serve_file(exchange: Exchange) -> None:
    """The file of the path (`/` is index.html, `/contacto` contacto.html); `www.` leads to the name without."""
    request = exchange.request
    if request.host.startswith("www."):
        return await exchange.redirect(f"{_scheme(exchange)}://{request.host[4:]}{request.path}")
    path = request.path.partition("?")[0]
    own = files()[request.host]
    for name in (f"{path}index.html", path, f"{path}.html", f"{path}/index.html"):
        if name in own:
            return await exchange.send(own[name], content_type=_TYPES[name[name.rindex(".") :]])
    if request.is_robots:
        return await exchange.send(_ROBOTS, content_type=_TYPES[".txt"])
    await exchange.send(_error_page("404 Not Found"), status=404)


async def unknown_host(exchange: Exchange) -> None:
    await exchange.send(_error_page("There is no such host in this small web"), status=404)


def slow(seconds: float) -> Answer:
    """Waits, then answers from the files; its robots.txt comes at once."""

    async def answer(exchange: Exchange) -> None:
        if not exchange.request.is_robots:
            await asyncio.sleep(seconds)
        await serve_file(exchange)

    return answer


def dripping(seconds: float, every_seconds: float = 0.5) -> Answer:
    """A whole page, a few bytes at a time: no single read takes long, the visit does."""

    async def answer(exchange: Exchange) -> None:
        if exchange.request.is_robots:
            return await serve_file(exchange)
        body = page_of(exchange.request.host)
        await exchange.write(head(200, [("Content-Type", HTML), ("Content-Length", str(len(body)))]))
        size = max(1, int(len(body) * every_seconds / seconds))
        for begin in range(0, len(body), size):
            await exchange.write(body[begin : begin + size])
            await asyncio.sleep(every_seconds)

    return answer


def failing_first(times: int, status: int, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Fails that often in the life of this server, then answers from the files."""

    async def answer(exchange: Exchange) -> None:
        if not exchange.request.is_robots and exchange.request.number <= times:
            return await exchange.send(_error_page("Come back later"), status=status, headers=headers)
        await serve_file(exchange)

    return answer


def robots_failing_first(times: int, status: int, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Its robots.txt fails that often in the life of this server; its pages are good all the time."""

    async def answer(exchange: Exchange) -> None:
        if exchange.request.is_robots and exchange.request.number <= times:
            return await exchange.send(_error_page("Come back later"), status=status, headers=headers)
        await serve_file(exchange)

    return answer


def always(status: int, *, robots: bool = True, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """One status for every page, with the host's own page as its body if it has one; `robots`: also for robots.txt."""

    async def answer(exchange: Exchange) -> None:
        request = exchange.request
        if request.is_robots and not robots:
            return await exchange.send(_ROBOTS, content_type=_TYPES[".txt"])
        body = page_of(request.host) if request.host in files() else _error_page(str(status))
        await exchange.send(body, status=status, headers=headers)

    return answer


def leading_to(location: str, status: int = 301) -> Answer:
    """Redirects every page; a location without scheme keeps that of the request."""

    async def answer(exchange: Exchange) -> None:
        if exchange.request.is_robots:
            return await exchange.send(_ROBOTS, content_type=_TYPES[".txt"])
        await exchange.redirect(f"{_scheme(exchange)}:{location}" if location.startswith("//") else location, status)

    return answer


def sending(body: bytes, content_type: str) -> Answer:
    """The same bytes for every path but robots.txt."""

    async def answer(exchange: Exchange) -> None:
        if exchange.request.is_robots:
            return await exchange.send(_ROBOTS, content_type=_TYPES[".txt"])
        await exchange.send(body, content_type=content_type)

    return answer


async def redirect_loop(exchange: Exchange) -> None:
    if exchange.request.is_robots:
        return await exchange.send(_ROBOTS, content_type=_TYPES[".txt"])
    await exchange.redirect("/back" if exchange.request.path == "/" else "/", 302)


async def redirect_chain(exchange: Exchange) -> None:
    """Three hops, / → /1 → /2 → /home, and then a page."""
    hops = {"/": "/1", "/1": "/2", "/2": "/home"}
    if exchange.request.path in hops:
        return await exchange.redirect(hops[exchange.request.path], 302)
    exchange.request.path = exchange.request.path.replace("/home", "/")
    await serve_file(exchange)


def big(size: int) -> Answer:
    """An HTML page of `size` bytes that does not say its length."""

    async def answer(exchange: Exchange) -> None:
        if exchange.request.is_robots:
            return await exchange.send(_ROBOTS, content_type=_TYPES[".txt"])
        block = _PARAGRAPH * 640
        chunk = f"{len(block):x}\r\n".encode() + block + b"\r\n"
        await exchange.write(head(200, [("Content-Type", HTML), ("Transfer-Encoding", "chunked")]))
        for _ in range(size // len(block) + 1):
            await exchange.write(chunk)
        await exchange.write(b"0\r\n\r\n")

    return answer


async def reset(exchange: Exchange) -> None:
    exchange.reset()


async def hang_up(exchange: Exchange) -> None:
    exchange.hang_up()


async def garbage(exchange: Exchange) -> None:
    await exchange.write(b"220 mail ready, this is no web server\r\n\x00\x01\x02\xff\r\n\r\n")
    exchange.hang_up()


def only_tls(answer: Answer) -> Answer:
    """Resets every plain connection, answers on the TLS port."""

    async def guarded(exchange: Exchange) -> None:
        await (answer if exchange.request.https else reset)(exchange)

    return guarded


def _scheme(exchange: Exchange) -> str:
    return "https" if exchange.request.https else "http"


def _error_page(text: str) -> bytes:
    return f"<!doctype html><html lang=en><title>{text}</title><h1>{text}</h1></html>".encode()


def _spanish_page(meta: str = "") -> str:
    return (
        f"<!doctype html><html lang=es><head>{meta}<title>Año nuevo en el camión de la cigüeña</title></head><body>"
        "<h1>Información y atención al público</h1><p>La señora Núñez, de la peña «El Ñandú», celebró el cumpleaños "
        "de su pequeña tortuga con piñatas, buñuelos y café. Después cantó una canción muy antigua.</p>"
        "<p>¿Quién llegó el último? ¡El camión! Costó 25 € y duró más de lo que ningún niño soñó.</p></body></html>"
    )


def _pdf() -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + table + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


ANSWERS: dict[str, Answer] = {
    "slow.test": slow(3),
    "very-slow.test": dripping(40),
    "flaky.test": failing_first(2, 503),
    "busy.test": failing_first(1, 429, (("Retry-After", "2"),)),
    "redirect.test": leading_to("//www.redirect.test/"),
    "www.redirect.test": sending(_spanish_page().encode(), HTML),
    "redirect-loop.test": redirect_loop,
    "redirect-chain.test": redirect_chain,
    "moved.test": leading_to("//summit-outdoor.test/", 308),
    "mudanza.test": leading_to("//bodega-tresencinas.test/"),
    "inward.test": leading_to("http://169.254.169.254/latest/meta-data/", 302),
    "empty.test": sending(b"", HTML),
    "notfound.test": always(404),
    "gone.test": always(410),
    "forbidden.test": always(403),
    "broken.test": always(500, robots=False),
    "robots-broken.test": always(503),
    "robots-late.test": robots_failing_first(1, 503, (("Retry-After", "1"),)),
    "bot-wall.test": always(403, robots=False, headers=(("cf-mitigated", "challenge"),)),
    "charset.test": sending(_spanish_page().replace("€", "euros").encode("latin-1"), HTML),
    "charset-meta.test": sending(_spanish_page('<meta charset="windows-1252">').encode("cp1252"), "text/html"),
    "utf16.test": sending(_spanish_page().encode("utf-16"), "text/html"),
    "tls-only.test": only_tls(serve_file),
    "bad-certificate.test": only_tls(serve_file),
    "pdf.test": sending(_pdf(), "application/pdf"),
    "big.test": big(20 * 1024 * 1024),
    "reset.test": reset,
    "hang-up.test": hang_up,
    "garbage.test": garbage,
}
"""The hosts that do something special; every other host answers from its files."""
