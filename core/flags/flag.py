"""The flags: why a page that was fetched well may be worthless, each with one sentence and one piece of advice."""

from enum import StrEnum

from core.failures import Explanation
from core.i18n import N_


class Flag(StrEnum):
    """`flag` in the flags of a report."""

    PARKED = "parked"
    SOFT_404 = "soft_404"
    THIN_TEXT = "thin_text"
    MOVED_DOMAIN = "moved_domain"
    LOGIN_WALL = "login_wall"
    JS_ONLY = "js_only"


EXPLANATIONS: dict[Flag, Explanation] = {
    Flag.PARKED: Explanation(
        N_("The domain is parked, for sale, or shows only a placeholder of its registrar or host."),
        N_("Its owner has no site there; look for another domain of theirs."),
    ),
    Flag.SOFT_404: Explanation(
        N_("The page says that it does not exist, although the server answers with success."),
        N_("Check the path, or scrape the domain alone."),
    ),
    Flag.THIN_TEXT: Explanation(
        N_("The page has hardly any visible words."),
        N_("Open it in a browser: it may be under construction, or made of pictures."),
    ),
    Flag.MOVED_DOMAIN: Explanation(
        N_("The site has moved: another domain answers for it."),
        N_("Check that the new domain belongs to the same owner, then put that into the list."),
    ),
    Flag.LOGIN_WALL: Explanation(
        N_("The page shows only a form to sign in."),
        N_("What is behind it cannot be read without an account; look for a public page of the owner."),
    ),
    Flag.JS_ONLY: Explanation(
        N_("The page is empty until its scripts have run."),
        N_("Lote does not run scripts; open it in a browser."),
    ),
}
