"""Who parks domains and who sells them: the hosts whose scripts, frames and links a parked page carries."""

from core.extract.page import site_of

PARKING = frozenset({
    "sedoparking.com", "parkingcrew.net", "parkingcrew.com", "bodis.com", "above.com", "parklogic.com", "cdnpark.com",
    "domainsponsor.com", "cashparking.com", "smartname.com", "namedrive.com", "voodoo.com", "skenzo.com", "whypark.com",
    "rookmedia.net", "fabulous.com", "trafficz.com", "internettraffic.com", "dsredirection.com", "ztomy.com",
    "domainapps.com", "parkingdots.com", "dotzup.com", "parked.com", "domainparking.com", "dns-parking.com",
    "parking-page.net", "parkingpage.net", "domainactive.com", "tonic.to", "nicsell.com", "parkweb.com",
})  # fmt: skip
"""Parking services by registered domain; nobody else loads from them."""
PARKING_HOSTS = frozenset({
    "parkingpage.namecheap.com", "parking.godaddy.com", "parking.namesilo.com", "parking.reg.ru", "parking.ovh.net",
    "d38psrni17bvxu.cloudfront.net", "d1lxhc4jvstzrp.cloudfront.net",
})  # fmt: skip
PARKING_PATHS = ("/adsense/domains/caf.js", "/parking-lander/", "/domainpark/", "/domain-parking/", "/parkingpage/")
"""Google's advertisements for parked domains, the page of GoDaddy and the like."""
MARKETS = frozenset({
    "sedo.com", "afternic.com", "dan.com", "hugedomains.com", "undeveloped.com", "buydomains.com", "uniregistry.com",
    "domainmarket.com", "brandbucket.com", "squadhelp.com", "atom.com", "efty.com", "namejet.com", "flippa.com",
    "domainnamesales.com", "dynadot.com", "godaddy.com", "namecheap.com", "sav.com", "perfectdomain.com", "epik.com",
    "domainagents.com", "nameshift.com", "bodis.com", "domainmarkt.de", "spaceship.com", "porkbun.com", "netim.com",
})  # fmt: skip
"""Where domains are offered: a link there that names the domain itself is an offer of it."""
INLINE = (
    *("sedoparking", "parkingcrew", "parking-lander", "parklogic", "cdnpark.com", "bodis.com", "adsense/domains"),
    *("window.park =", "window.park=", '"/lander', "'/lander"),
)
"""What the scripts within a parked page name; `/lander` is where GoDaddy's lead."""


def parks(host: str, path: str) -> bool:
    """Whether what is loaded from there belongs to a parking service."""
    return host in PARKING_HOSTS or site_of(host) in PARKING or any(part in path for part in PARKING_PATHS)
