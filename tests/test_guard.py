"""Which addresses and ports may be connected to."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.guard import BLOCKED_PORTS, Guard, verdict
from core.settings import Settings

PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450:4003::200e", "::ffff:93.184.216.34")
PUBLIC_IN_DISGUISE = ("2002:5db8:d822::1", "64:ff9b::5db8:d822")
FORBIDDEN = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.1.1", "169.254.169.254", "168.63.129.16", "100.64.0.1", "100.100.100.200", "192.0.0.192"),
    *("192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "224.0.0.1", "239.1.1.1"),
    *("240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1"),
    *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:db8::1", "3fff::1"),
    *("2002:7f00:1::1", "2002:a9fe:a9fe::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
)


REGISTRY_V4 = (
    *("0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24"),
    *("192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("240.0.0.0/4", "255.255.255.255/32"),
)
"""What https://www.iana.org/assignments/iana-ipv4-special-registry does not call globally reachable."""
REGISTRY_V6 = (
    *("::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:2::/48"),
    *("2001:10::/28", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"),
)
"""The same of iana-ipv6-special-registry (of 2025-10-09); the forms of IPv4 addresses are tried below."""
MULTICAST_AND_GIVEN_BACK = ("224.0.0.0/4", "ff00::/8", "fec0::/10", "::/96", "3ffe::/16", "200::/7")
"""RFC 5771, RFC 4291, RFC 3879, RFC 4291 (2.5.5.1), RFC 3701, RFC 4048."""


@pytest.mark.parametrize("block", REGISTRY_V4 + REGISTRY_V6 + MULTICAST_AND_GIVEN_BACK)
def test_no_special_block_of_the_registries_may_be_connected_to(block: str) -> None:
    network = ipaddress.ip_network(block)
    middle = network.network_address + network.num_addresses // 2
    assert all(verdict(ip) for ip in (network.network_address, middle, network.broadcast_address))


@pytest.mark.parametrize("ip", PUBLIC + PUBLIC_IN_DISGUISE)
def test_public_addresses_may_be_connected_to(ip: str) -> None:
    assert verdict(ip) is None


@pytest.mark.parametrize("ip", FORBIDDEN)
def test_all_others_may_not_and_the_reason_is_told(ip: str) -> None:
    assert verdict(ip)


@given(st.ip_addresses(v=4))
def test_no_address_passes_that_the_standard_library_does_not_call_global(ip: ipaddress.IPv4Address) -> None:
    if verdict(ip) is None:
        assert ip.is_global
        assert not (ip.is_multicast or ip.is_reserved)


@given(st.ip_addresses(v=6) | st.ip_addresses(v=6, network="2000::/3") | st.ip_addresses(v=6, network="2001::/22"))
def test_no_ipv6_address_passes_outside_the_public_space(ip: ipaddress.IPv6Address) -> None:
    if verdict(ip) is None and not (ip.ipv4_mapped or ip.sixtofour or ip in ipaddress.ip_network("64:ff9b::/96")):
        assert ip in ipaddress.ip_network("2000::/3")
        assert ip.is_global and not ip.is_multicast


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_disguise(ip: ipaddress.IPv4Address) -> None:
    number = int(ip)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    six_to_four = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    assert {verdict(form) is None for form in (mapped, six_to_four, nat64)} == {verdict(ip) is None}


def test_an_allowed_network_exempts_its_addresses_alone() -> None:
    networks = (ipaddress.ip_network("10.1.0.0/16"),)
    assert verdict("10.1.2.3", networks) is None
    assert verdict("::ffff:10.1.2.3", networks) is None
    assert verdict("10.2.0.1", networks)


def test_blocked_ports_are_refused_except_in_allowed_networks() -> None:
    guard = Guard.of(Settings.load(allowed_private_networks="10.1.0.0/16"))
    assert {22, 25, 6000, 6667, 10080} < BLOCKED_PORTS
    assert guard.refusal("93.184.216.34", 443) is None
    assert guard.refusal("93.184.216.34", 8443) is None
    assert "25" in (guard.refusal("93.184.216.34", 25) or "")
    assert guard.refusal("10.1.0.9", 25) is None
    assert guard.refusal("10.2.0.9", 443)


@pytest.mark.parametrize(
    ("overrides", "host", "port", "expected"),
    [
        ("*.test=127.0.0.1", "a.test", 443, ("127.0.0.1", 443)),
        ("*.test=127.0.0.1", "a.b.test", 80, ("127.0.0.1", 80)),
        ("*.test=127.0.0.1", "test", 80, ("test", 80)),
        ("*.test=127.0.0.1", "atest", 80, ("atest", 80)),
        ("*.test:443=127.0.0.1:8443", "a.test", 443, ("127.0.0.1", 8443)),
        ("*.test:443=127.0.0.1:8443", "a.test", 80, ("a.test", 80)),
        ("a.test=10.0.0.1,*.test=10.0.0.2", "a.test", 80, ("10.0.0.1", 80)),
        ("a.test=10.0.0.1,*.test=10.0.0.2", "b.test", 80, ("10.0.0.2", 80)),
        ("A.Test=10.0.0.1", "A.TEST.", 80, ("10.0.0.1", 80)),
        ("a.test=[::1]:8080", "a.test", 80, ("::1", 8080)),
        ("a.test=::1", "a.test", 80, ("::1", 80)),
        ("a.test=other.test:81", "a.test", 80, ("other.test", 81)),
        ("", "example.com", 443, ("example.com", 443)),
    ],
)
def test_dns_overrides_choose_where_a_connection_goes(
    overrides: str, host: str, port: int, expected: tuple[str, int]
) -> None:
    assert Guard.of(Settings.load(dns_overrides=overrides)).destination(host, port) == expected


@pytest.mark.parametrize("entry", ["a.test=1.2.3.4:x", "a.test:0=1.2.3.4", "a.test=[::1", "a.test=1.2.3.4:70000"])
def test_an_unusable_override_is_named_at_the_start(entry: str) -> None:
    with pytest.raises(InvalidInput, match="LOTE_DNS_OVERRIDES"):
        Guard.of(Settings.load(dns_overrides=entry))
