"""IP addresses in a list: every spelling that a connection would understand, and which addresses are public."""

from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

_UNICAST = ip_network("2000::/3")
_V6_SPECIAL = tuple(ip_network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_AZURE_METADATA = IPv4Address("168.63.129.16")


def is_public(address: Address) -> bool:
    """Whether `address` belongs to the public internet (IANA special-purpose registries, RFC 6890).

    `is_global` alone lets NAT64, 6to4, IPv4-compatible forms and multicast through.
    """
    if isinstance(address, IPv4Address):
        special = address.is_multicast or address.is_reserved or address == _AZURE_METADATA
        return address.is_global and not special
    return address in _UNICAST and address.is_global and not any(address in block for block in _V6_SPECIAL)


def looks_like_ipv4(host: str) -> bool:
    """Whether `host` ends in a number, so that a connection would read it as an IPv4 address (WHATWG URL, 3.5)."""
    last = host.rpartition(".")[2]
    return last.isdigit() or (last.startswith("0x") and _number(last) is not None)


def ipv4(host: str) -> IPv4Address | None:
    """The address that `inet_aton` reads in `host`: `127.1`, `0x7f.1`, `017700000001`, `2130706433`; or None."""
    numbers = [_number(part) for part in host.split(".")]
    if not 1 <= len(numbers) <= 4:
        return None
    known = [number for number in numbers if number is not None]
    *heads, tail = known or [0]
    if len(known) != len(numbers) or any(head > 255 for head in heads) or tail >= 256 ** (4 - len(heads)):
        return None
    return IPv4Address(sum(head << (24 - 8 * place) for place, head in enumerate(heads)) + tail)


def ipv6(text: str) -> IPv6Address | None:
    """The address written in `text` without brackets, or None; zone identifiers are not understood."""
    try:
        return None if "%" in text else IPv6Address(text)
    except AddressValueError:
        return None


def _number(text: str) -> int | None:
    digits, base = (text[2:] or "0", 16) if text.startswith("0x") else (text, 8 if text.startswith("0") else 10)
    if not digits.isalnum() or len(digits) > 40:
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None
