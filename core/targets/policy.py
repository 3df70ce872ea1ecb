"""Policy: which names and addresses may stand in a list although the general rules reject them."""

from dataclasses import dataclass

from core.settings import Network, Settings
from core.targets.addresses import Address, is_public


@dataclass(frozen=True)
class Policy:
    """What this installation, or this list, accepts beyond the general rules."""

    overridden: tuple[str, ...] = ()
    """Names of DNS_OVERRIDES: `shop.test`, `*.test`; a `:port` is ignored. They need no dot and no known suffix."""
    any_name: bool = False
    """Private networks are allowed, so that any name may be right."""
    allowed_networks: tuple[Network, ...] = ()
    """Networks whose addresses are accepted although they are private."""
    scrape_anyway: bool | frozenset[str] = False
    """Unknown public suffixes that are accepted: all, or these (`exmaple`, in punycode)."""

    @classmethod
    def of(cls, settings: Settings, *, scrape_anyway: bool | frozenset[str] = False) -> "Policy":
        """The policy of an installation."""
        return cls(
            overridden=tuple(name for name, _address in settings.dns_overrides),
            any_name=bool(settings.allowed_private_networks),
            allowed_networks=settings.allowed_private_networks,
            scrape_anyway=scrape_anyway,
        )

    def frees(self, host: str) -> bool:
        """Whether `host` needs neither a dot nor a known suffix."""
        if self.any_name or not self.overridden:
            return self.any_name
        return any(_matches(pattern, host) for pattern in self.overridden)

    def accepts_suffix(self, suffix: str) -> bool:
        """Whether the unknown `suffix` was chosen to be scraped anyway."""
        if isinstance(self.scrape_anyway, bool):
            return self.scrape_anyway
        return suffix in self.scrape_anyway or f".{suffix}" in self.scrape_anyway

    def accepts_address(self, address: Address) -> bool:
        """Whether `address` is public or in an allowed network."""
        return is_public(address) or any(address in network for network in self.allowed_networks)


def _matches(pattern: str, host: str) -> bool:
    name = pattern.lower().strip()
    if not name.startswith("["):
        name = name.partition(":")[0]
    if name.startswith("*."):
        return host.endswith(name[1:])
    return name in {"*", host}
