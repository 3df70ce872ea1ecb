"""Why a step can fail: each kind with one sentence, one piece of advice, and whether another attempt may help."""

from dataclasses import dataclass
from enum import StrEnum

from core.i18n import N_, _


class FailureKind(StrEnum):
    """`error_kind` of steps and attempts."""

    DNS = "dns"
    CONNECT = "connect"
    REFUSED = "refused"
    RESET = "reset"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REDIRECT_LOOP = "redirect_loop"
    PROTOCOL = "protocol"
    NOT_HTML = "not_html"
    EMPTY = "empty"
    HTTP_4XX = "http_4xx"
    HTTP_403 = "http_403"
    HTTP_404 = "http_404"
    HTTP_429 = "http_429"
    HTTP_5XX = "http_5xx"
    BOT_WALL = "bot_wall"
    ROBOTS = "robots"
    BLOCKED_ADDRESS = "blocked_address"
    INVALID_TARGET = "invalid_target"
    EXTRACT = "extract"
    WORKER_DIED = "worker_died"
    PAGE_GONE = "page_gone"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person reads about one kind of failure."""

    sentence: str
    advice: str

    def translated(self) -> "Explanation":
        """The same in the language of the present context."""
        return Explanation(_(self.sentence), _(self.advice))


K = FailureKind
EXPLANATIONS: dict[FailureKind, Explanation] = {
    K.DNS: Explanation(
        N_("The name could not be found."), N_("Check the spelling; if many names fail, check the DNS of this machine.")
    ),
    K.CONNECT: Explanation(
        N_("No connection could be made."), N_("If many targets fail this way, check the network and LOTE_PROXY_URL.")
    ),
    K.REFUSED: Explanation(N_("The server refused the connection."), N_("Nothing listens there; try again later.")),
    K.RESET: Explanation(N_("The server broke the connection off."), N_("Try again later, with fewer lanes.")),
    K.TLS: Explanation(
        N_("The certificate or the encryption is not valid."),
        N_("Tell the owner of the site; behind a company's gateway set LOTE_CA_BUNDLE."),
    ),
    K.TIMEOUT: Explanation(N_("The time limit ran out."), N_("Run it again with a longer time limit.")),
    K.TOO_LARGE: Explanation(N_("The answer is larger than allowed."), N_("Run it again with a higher size limit.")),
    K.REDIRECT_LOOP: Explanation(
        N_("The redirects never end."),
        N_("Allow more redirects, or open the site in a browser: perhaps another address of it works."),
    ),
    K.PROTOCOL: Explanation(N_("The answer is not valid HTTP."), N_("Check whether a web server runs on that port.")),
    K.NOT_HTML: Explanation(N_("The answer is not a web page."), N_("Give the address of a page instead of a file.")),
    K.EMPTY: Explanation(
        N_("The answer has no content."), N_("Open the site in a browser to see whether it is alive.")
    ),
    K.HTTP_4XX: Explanation(N_("The server rejected the request."), N_("Check the path of the target.")),
    K.HTTP_403: Explanation(
        N_("The server forbids access."), N_("The site may block automatic visits; open it in a browser.")
    ),
    K.HTTP_404: Explanation(N_("The page does not exist."), N_("Check the path, or scrape the domain alone.")),
    K.HTTP_429: Explanation(
        N_("The server says that there are too many requests."), N_("Run it again later with a longer pause.")
    ),
    K.HTTP_5XX: Explanation(N_("The server has an internal error."), N_("Try again later; the fault is the site's.")),
    K.BOT_WALL: Explanation(
        N_("The site shows a challenge instead of its page."),
        N_("Lote does not pass such walls; open it in a browser."),
    ),
    K.ROBOTS: Explanation(
        N_("The site's robots.txt does not allow this visit."),
        N_("With the permission of the site's owner, run it again with robots.txt not respected."),
    ),
    K.BLOCKED_ADDRESS: Explanation(
        N_("The address may not be connected to."),
        N_("It is private or reserved; if that is meant, name its network in LOTE_ALLOWED_PRIVATE_NETWORKS."),
    ),
    K.INVALID_TARGET: Explanation(N_("The target is not a valid address."), N_("Correct the line and run it again.")),
    K.EXTRACT: Explanation(
        N_("The page could not be read within the limits."), N_("The page is unusual; open it in a browser.")
    ),
    K.WORKER_DIED: Explanation(
        N_("The page made its reading process die twice."), N_("The page is unusual; open it in a browser.")
    ),
    K.PAGE_GONE: Explanation(
        N_("The stored page is gone: it was deleted with its job."), N_("Scrape the target again.")
    ),
    K.CANCELLED: Explanation(N_("The job was cancelled."), N_("Run the remaining steps again if they are needed.")),
}

RETRYABLE = frozenset({K.DNS, K.CONNECT, K.REFUSED, K.RESET, K.TIMEOUT, K.HTTP_429, K.HTTP_5XX})
RETRYABLE_4XX = frozenset({408, 425, 429})
"""Of the rejections (`http_4xx`), those that ask to come again (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4)."""


def may_pass(kind: FailureKind, http_status: int | None) -> bool:
    """Whether a failure may be gone at the next attempt: the one table of what is tried again."""
    return kind in RETRYABLE or (kind is K.HTTP_4XX and http_status in RETRYABLE_4XX)
