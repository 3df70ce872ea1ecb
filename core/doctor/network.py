"""Looks at what connects: names, proxy, certificates, the app's port, the socket of the worker processes."""

import http.client
import socket
import ssl
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import certifi

from core.abort import Abort
from core.doctor.finding import Finding, bad, ok, warning
from core.errors import FetchError, InvalidInput
from core.fetch.lookup import LookUps
from core.fetch.visit import Visit
from core.guard import Guard
from core.i18n import _
from core.settings import Settings

SECONDS = 5.0
SOON = timedelta(days=30)
LONGEST_SOCKET_PATH = 107
"""Characters, on Linux (unix(7)); elsewhere 103."""
FORKSERVER_NAME = len("/pymp-xxxxxxxx/listener-xxxxxxxx")
"""What Python's fork server adds to the directory for temporary files."""


def names(settings: Settings, name: str) -> Iterator[Finding]:
    """Whether names are looked up here, and what the overrides say."""
    try:
        guard = Guard.of(settings)
    except InvalidInput as error:
        yield bad("dns_overrides", error.message, _("Correct LOTE_DNS_OVERRIDES."))
        return
    if n := len(settings.dns_overrides):
        yield ok("dns_overrides", _("{n} overrides are in force.").format(n=n))
    look_ups = LookUps()
    try:
        found = look_ups.addresses(name, 443, Visit(SECONDS, Abort(), guard, look_ups, 1))
    except FetchError as error:
        told = _("{name} cannot be looked up: {reason}").format(name=name, reason=error.detail)
        advice = _("Look at the resolver of this machine (/etc/resolv.conf); jobs fail with dns until then.")
        yield (warning if settings.dns_overrides or settings.proxy_url else bad)("dns", told, advice)
    else:
        yield ok("dns", _("{name} is {addresses}.").format(name=name, addresses=", ".join(found[:2])))


def proxy(settings: Settings) -> Finding:
    """Whether the environment has a proxy that is not used."""
    if settings.proxy_url is not None:
        return ok("proxy", _("Every request goes through LOTE_PROXY_URL."))
    if settings.unused_proxy:
        told = _("The environment sets {name}, which Lote does not use.").format(name=settings.unused_proxy)
        return warning("proxy", told, _("If a proxy is needed, set LOTE_PROXY_URL."))
    return ok("proxy", _("There is no proxy."))


def certificates(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The bundles that sites are checked by."""
    yield _bundle("certificates", certifi.where(), now, _("Update it: pip install -U certifi"))
    if settings.ca_bundle is not None:
        yield _bundle("ca_bundle", str(settings.ca_bundle), now, _("Get a newer LOTE_CA_BUNDLE."))


def _bundle(about: str, path: str, now: datetime, advice: str) -> Finding:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except OSError as error:
        return bad(about, _("{file} cannot be read: {reason}").format(file=path, reason=error), advice)
    ends = [
        datetime.fromtimestamp(ssl.cert_time_to_seconds(str(one["notAfter"])), UTC) for one in context.get_ca_certs()
    ]
    left = sum(end > now for end in ends)
    told = _("{n} of {total} certificates in {file} are valid.").format(n=left, total=len(ends), file=path)
    if ends and not left:
        return bad(about, told, advice)
    if about == "ca_bundle" and min(ends, default=now + 2 * SOON) < now + SOON:
        return warning(about, told + " " + _("One ends on {day}.").format(day=f"{min(ends):%Y-%m-%d}"), advice)
    return ok(about, told)


def port(number: int) -> Finding:
    """Whether the app answers there, or nobody does."""
    with socket.socket() as probe:
        probe.settimeout(SECONDS)
        if probe.connect_ex(("127.0.0.1", number)):
            return ok("port", _("Port {n} is free; the app does not run there.").format(n=number))
    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=SECONDS)
    try:
        connection.request("GET", "/api/health/live")
        answer = connection.getresponse()
        is_ours = answer.status == 200 and b'"status"' in answer.read(1000)
    except (OSError, http.client.HTTPException):
        is_ours = False
    finally:
        connection.close()
    if is_ours:
        return ok("port", _("The app answers on port {n}.").format(n=number))
    told = _("Something answers on port {n} that is not Lote, or it hangs.").format(n=number)
    return warning("port", told, _("Stop it, or start Lote with --server.port and another number."))


def workers() -> Finding:
    """Whether the worker processes can be reached: a socket's path has a limit."""
    directory = tempfile.gettempdir()
    if len(directory) + FORKSERVER_NAME > LONGEST_SOCKET_PATH:
        told = _("The directory for temporary files has a name too long for sockets: {directory}")
        return bad("workers", told.format(directory=directory), _("Set TMPDIR to a shorter one, such as /tmp."))
    return ok("workers", _("Worker processes can be reached through {directory}.").format(directory=directory))
