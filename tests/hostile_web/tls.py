"""TLS that is not to be trusted: certificates with faults, old versions, handshakes that end in the middle."""

import datetime
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.hostile import HTML, OK, Authority, page, resets, says
from tests.hostile_web.case import COMPLETED, LOAF, Case, page_only

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
HELLO = b"\x16\x03\x03\x00\x3a\x02\x00\x00\x36\x03\x03"
ALERTS = {"handshake-failure": 40, "unrecognized-name": 112, "internal-error": 80, "protocol-version": 70}


def contexts(authority: Authority) -> dict[str, Callable[[str], ssl.SSLContext]]:
    """The host → a server's context, by the name that cases call it."""
    stranger = trustme.CA(organization_name="Nobody's Trust")

    def strange(host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        stranger.issue_cert(host).configure_cert(context)
        return context

    return {
        "good": lambda host: authority.server(host),
        "expired": lambda host: authority.server(host, not_after=NOW - DAY),
        "not-yet": lambda host: authority.server(host, not_before=NOW + DAY, not_after=NOW + 2 * DAY),
        "wrong-host": lambda host: authority.server("other.test", "another.test"),
        "wrong-address": lambda host: authority.server("93.184.0.1"),
        "many-names": lambda host: authority.server(*(f"n{n}.test" for n in range(500))),
        "unknown-issuer": strange,
        "self-signed": lambda host: _own(host, 2048),
        "weak": lambda host: _own(host, 1024),
        "old-version": lambda host: _old(authority.server(host)),
    }


def _own(host: str, bits: int) -> ssl.SSLContext:
    """A certificate signed by itself, with an RSA key of so many bits."""
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + 9 * DAY)
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False).sign(
        key, hashes.SHA256()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "own.pem"
        pem = serialization.Encoding.PEM
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(secret + certificate.public_bytes(pem))
        context.load_cert_chain(file)
    return context


def _old(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def bad(certificate: str, words: str) -> Case:
    return Case(f"tls-{certificate}", "tls", https=page_only(page()), certificate=certificate, says=words)


CASES: list[Case] = [
    bad("expired", "expired on"),
    bad("not-yet", "not valid before"),
    bad("wrong-host", "other.test"),
    bad("wrong-address", "93.184.0.1"),
    bad("many-names", "and 496 more"),
    bad("unknown-issuer", "Nobody's Trust"),
    bad("self-signed", "self-signed"),
    bad("weak", ""),
    bad("old-version", ""),
    *(Case(f"tls-{name}", "tls", raw=says(b"\x15\x03\x03\x00\x02\x02%c" % code)) for name, code in ALERTS.items()),
    Case("tls-is-http", "tls", raw=says(LOAF)),
    Case("tls-is-noise", "tls", raw=says(bytes(range(256)) * 8)),
    Case("tls-record-too-long", "tls", raw=says(b"\x16\x03\x03\xff\xff" + b"x" * 70_000)),
    Case("tls-closes", "reset", raw=says(b"")),
    Case("tls-closes-in-handshake", "reset", raw=says(HELLO)),
    Case("tls-resets", "reset", raw=resets),
    Case("tls-closes-after-handshake", "reset", https=says(b"")),
    Case("tls-cut-body", "reset", https=page_only(says(OK + b"Content-Length: 50000\r\n\r\n" + HTML))),
    Case("tls-expired-http-good", COMPLETED, https=says(LOAF), certificate="expired", http=says(LOAF), title="Loaf"),
]
