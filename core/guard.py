"""Which addresses may be connected to, and on which ports: public ones, and what the settings allow by network.

Pure: it judges what a look-up gave; `core.fetch` asks it in the very moment a connection is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from core.errors import InvalidInput
from core.i18n import N_
from core.settings import Network, Settings

Address = IPv4Address | IPv6Address

REFUSED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("169.254.169.254/32", "cloud metadata"),
        ("168.63.129.16/32", "cloud metadata (Azure)"),
        ("127.0.0.0/8", "loopback (RFC 1122)"),
        ("10.0.0.0/8", "private (RFC 1918)"),
        ("172.16.0.0/12", "private (RFC 1918)"),
        ("192.168.0.0/16", "private (RFC 1918)"),
        ("169.254.0.0/16", "link-local (RFC 3927)"),
        ("0.0.0.0/8", "this network (RFC 791)"),
        ("100.64.0.0/10", "shared by a carrier (RFC 6598)"),
        ("192.0.0.0/24", "protocol assignments (RFC 6890)"),
        ("192.0.2.0/24", "documentation (RFC 5737)"),
        ("198.51.100.0/24", "documentation (RFC 5737)"),
        ("203.0.113.0/24", "documentation (RFC 5737)"),
        ("192.88.99.0/24", "6to4 relay (RFC 7526)"),
        ("198.18.0.0/15", "benchmarks (RFC 2544)"),
        ("224.0.0.0/4", "multicast (RFC 5771)"),
        ("240.0.0.0/4", "reserved (RFC 1112)"),
    )
)
"""https://www.iana.org/assignments/iana-ipv4-special-registry less what it calls globally reachable
outside of 192.0.0.0/24, multicast, and metadata services. Smokescreen refuses less: what is no global unicast, private
or shared, and IPv6 that embeds IPv4; Lote judges that as the IPv4 address it stands for.
"""

PUBLIC_V6 = IPv6Network("2000::/3")
"""The only IPv6 space handed out as global unicast (RFC 4291; IANA)."""

REFUSED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("2001::/23", "protocol assignments, Teredo among them (RFC 2928)"),
        ("2001:db8::/32", "documentation (RFC 3849)"),
        ("3fff::/20", "documentation (RFC 9637)"),
        ("3ffe::/16", "given back (RFC 3701)"),
    )
)
"""Special blocks inside 2000::/3 (https://www.iana.org/assignments/iana-ipv6-special-registry, of 2025-10-09)."""

NAT64 = IPv6Network("64:ff9b::/96")
"""The last 32 bits are the IPv4 address that a translator connects to (RFC 6052)."""

BLOCKED_PORTS = frozenset(
    (
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104),
        *(109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515),
        *(526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049),
        *(3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    )
)
"""Port blocking of the Fetch standard, https://fetch.spec.whatwg.org/#port-blocking."""


def verdict(ip: str | Address, allowed_networks: Iterable[Network] = ()) -> str | None:
    """Why `ip` may not be connected to, e.g. "private (RFC 1918)"; None if it may. Raises ValueError for no address.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, NAT64) is judged as that one.
    """
    address = ip_address(ip) if isinstance(ip, str) else ip
    if is_allowed(address, allowed_networks):
        return None
    embedded = _embedded(address)
    if embedded is not None:
        reason = _refused_v4(embedded)
        return reason and f"{reason}, written as IPv6"
    if isinstance(address, IPv4Address):
        return _refused_v4(address)
    return _refused_v6(address)


def is_allowed(address: Address, allowed_networks: Iterable[Network]) -> bool:
    """Whether the settings name a network of this address, or of the IPv4 address inside it."""
    forms = (address, _embedded(address))
    return any(form in network for network in allowed_networks for form in forms if form is not None)


def _embedded(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _refused_v4(address: IPv4Address) -> str | None:
    return next((reason for network, reason in REFUSED_V4 if address in network), None)


def _refused_v6(address: IPv6Address) -> str | None:
    if address.is_loopback:
        return "loopback (RFC 4291)"
    if address not in PUBLIC_V6:
        return "not public (outside 2000::/3)"
    return next((reason for network, reason in REFUSED_V6 if address in network), None)


@dataclass(frozen=True, slots=True)
class Override:
    """One entry of `DNS_OVERRIDES`: `name` may begin with `*.`; a port of None means any, or the same."""

    name: str
    port: int | None
    address: str
    address_port: int | None

    def matches(self, host: str, port: int) -> bool:
        """Whether a connection to this name and port is meant."""
        if self.port is not None and self.port != port:
            return False
        return host.endswith(self.name[1:]) if self.name.startswith("*.") else host == self.name


@dataclass(frozen=True, slots=True)
class Guard:
    """What the settings say about connections."""

    allowed_networks: tuple[Network, ...] = ()
    overrides: tuple[Override, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Guard":
        """The guard of this installation. Raises `InvalidInput` that names an unusable override."""
        overrides = []
        for pattern, address in settings.dns_overrides:
            try:
                overrides.append(Override(*_name_and_port(pattern), *_name_and_port(address)))
            except ValueError as error:
                raise InvalidInput(
                    N_("LOTE_DNS_OVERRIDES: {entry} is not name[:port]=address[:port]"), entry=f"{pattern}={address}"
                ) from error
        return cls(settings.allowed_private_networks, tuple(overrides))

    def destination(self, host: str, port: int) -> tuple[str, int]:
        """Where a connection to `host` and `port` really goes: the first override that matches wins."""
        host = host.lower().rstrip(".")
        for override in self.overrides:
            if override.matches(host, port):
                return override.address, override.address_port or port
        return host, port

    def refusal(self, ip: str, port: int) -> str | None:
        """Why this address and port may not be connected to; None if they may."""
        if is_allowed(ip_address(ip), self.allowed_networks):
            return None
        if port in BLOCKED_PORTS:
            return f"port {port} is blocked (Fetch standard)"
        return verdict(ip)


def _name_and_port(text: str) -> tuple[str, int | None]:
    """`name`, `name:80`, `::1`, `[::1]` or `[::1]:80`."""
    if text.startswith("["):
        name, sep, rest = text[1:].partition("]")
        if not sep or (rest and not rest.startswith(":")):
            raise ValueError(text)
        return str(ip_network(name).network_address), _port(rest[1:]) if rest else None
    if text.count(":") != 1:
        return text.rstrip("."), None
    name, _sep, port = text.partition(":")
    return name.rstrip("."), _port(port)


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 < port < 65536:
        raise ValueError(text)
    return port
