"""What a TLS certificate says: who issued it and until when, and in words why it is not accepted."""

import ssl
from datetime import UTC, datetime
from typing import Any

from core.fetch.visit import current_visit

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
EXPIRED, NOT_YET_VALID, SELF_SIGNED, HOSTNAME_MISMATCH, ADDRESS_MISMATCH = 10, 9, 18, 62, 64
UNKNOWN_ISSUER = frozenset({2, 19, 20, 21})
"""X509_V_ERR_… of OpenSSL (openssl-verification-options(1))."""
NAMES_SHOWN = 4


class RecordingSocket(ssl.SSLSocket):
    """Notes the certificates of a handshake that is refused, so that the failure can name their dates and names."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except ssl.SSLCertVerificationError:
            current_visit().presented = _presented(self)
            raise


def _presented(sock: ssl.SSLSocket) -> list[dict[str, Any]]:
    # Until Python 3.13 only the inner object gives the chain of a failed handshake; without it the words are shorter.
    chain = getattr(getattr(sock, "_sslobj", None), "get_unverified_chain", None)
    return [certificate.get_info() for certificate in (chain() or ())] if chain is not None else []


def issuer(certificate: dict[str, Any]) -> str | None:
    """Organisation, or else the common name, of who issued it."""
    names = _names(certificate.get("issuer"))
    return names.get("organizationName") or names.get("commonName")


def expires_at(certificate: dict[str, Any]) -> datetime | None:
    """The end of its validity."""
    return _moment(certificate.get("notAfter"))


def complaint(error: ssl.SSLCertVerificationError, presented: list[dict[str, Any]]) -> str:
    """Why a certificate is not accepted, with its facts: "certificate expired on 3 May 2026"."""
    code, leaf = error.verify_code, presented[0] if presented else {}
    if code == EXPIRED and presented:
        moments = [moment for each in presented if (moment := expires_at(each))]
        return f"certificate expired on {_date(min(moments))}" if moments else "certificate expired"
    if code == NOT_YET_VALID and (begin := _moment(leaf.get("notBefore"))):
        return f"certificate is not valid before {_date(begin)}"
    if code in (HOSTNAME_MISMATCH, ADDRESS_MISMATCH):
        return f"certificate is for {_covered(leaf)}, not for this name ({error.verify_message.rstrip('.')})"
    if code == SELF_SIGNED:
        return "certificate is self-signed"
    if code in UNKNOWN_ISSUER:
        return f"certificate is from an unknown issuer ({issuer(leaf) or 'not named'})"
    return f"certificate is not accepted: {error.verify_message}"


def _names(parts: Any) -> dict[str, str]:
    return {key: value for part in parts or () for key, value in part}


def _covered(leaf: dict[str, Any]) -> str:
    names = [value for _kind, value in leaf.get("subjectAltName", ())]
    shown = ", ".join(name[:253] for name in names[:NAMES_SHOWN])
    return f"{shown} and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else shown or "another name"


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None


def _date(moment: datetime) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
