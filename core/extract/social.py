"""Which links are profiles on the well-known networks; links to share, log in or search are none."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

LIMIT = 1_000
NAME = r"[^/]{1,100}"

# Network's domain → what the path of a profile looks like.
PROFILES: dict[str, re.Pattern[str]] = {
    domain: re.compile(pattern, re.IGNORECASE)
    for domains, pattern in (
        (
            "facebook.com fb.com",
            rf"/(?:(?:pages|people|pg)/(?:{NAME}/)?{NAME}|(?!(?:sharer|share|dialog|plugins|tr|policies|policy|help|login"
            r"|hashtag|events|watch|photo|photos|permalink\.php|story\.php|groups|profile\.php|home\.php|legal|privacy"
            rf"|business|ads|marketplace|pages|people|pg|sharer\.php|share\.php|login\.php|v\d[^/]*)(?:/|$)){NAME})",
        ),
        (
            "instagram.com",
            rf"/(?!(?:p|reel|reels|explore|stories|accounts|about|tv|legal|developer|share)(?:/|$)){NAME}",
        ),
        (
            "twitter.com x.com",
            rf"/(?!(?:intent|share|home|search|hashtag|i|login|signup|privacy|tos|settings|widgets)(?:/|$)){NAME}",
        ),
        ("linkedin.com", rf"/(?:company|in|school|showcase|pub)/{NAME}(?:/{NAME}){{0,3}}"),
        ("youtube.com", rf"/(?:@{NAME}|(?:channel|c|user)/{NAME})"),
        ("tiktok.com", rf"/@{NAME}"),
        (
            "pinterest.com pinterest.es pinterest.de pinterest.fr",
            rf"/(?!(?:pin|search|ideas|login|about)(?:/|$)){NAME}",
        ),
        ("t.me telegram.me", rf"/(?!(?:share|joinchat|iv|proxy)(?:/|$)){NAME}"),
        ("github.com", rf"/(?!(?:features|about|login|join|pricing|topics|search|sponsors|orgs|site)(?:/|$)){NAME}"),
        ("threads.net threads.com", rf"/@{NAME}"),
        ("bsky.app", rf"/profile/{NAME}"),
        ("vimeo.com", rf"/(?!\d+(?:/|$)|(?:log_in|join|categories|watch|privacy|terms|about|upgrade)(?:/|$)){NAME}"),
        ("xing.com", rf"/(?:companies|pages|profile)/{NAME}"),
        ("twitch.tv", rf"/(?!(?:videos|directory|p|login)(?:/|$)){NAME}"),
        ("medium.com", rf"/@{NAME}"),
        ("flickr.com", rf"/(?:people|photos)/{NAME}"),
        ("soundcloud.com", rf"/(?!(?:discover|search|login|you|stream)(?:/|$)){NAME}"),
    )
    for domain in domains.split()
}
EXTRA_PATH = re.compile(r"/(?:about|info|featured|videos|posts|photos|timeline)/?$", re.IGNORECASE)
SPACE_END = re.compile(r"(?:%20|/)+$")
PREFIX = re.compile(r"^(?:www|m|mobile|web|[a-z]{2}(?:-[a-z]{2})?)\.")


def profiles(urls: Iterable[str]) -> list[str]:
    """The profiles among absolute URLs, each once, as https URL without query and final slash."""
    found: dict[str, str] = {}
    for url in urls:
        if profile := _profile(url):
            found.setdefault(_same(profile), profile)
    return list(found.values())[:LIMIT]


def _same(profile: str) -> str:
    """What two addresses of one profile share: names are the same in any case, with `www.` and `@` or without."""
    host, _, path = profile.removeprefix("https://").partition("/")
    return f"{PREFIX.sub('', host)}/{path.removeprefix('@')}".casefold()


def _profile(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    domain = PREFIX.sub("", host)
    pattern = PROFILES.get(domain)
    if pattern is None or len(url) > 2_048:
        return None
    path = EXTRA_PATH.sub("", re.sub("/{2,}", "/", SPACE_END.sub("", parts.path))).rstrip("/")
    if domain == "facebook.com" and path == "/profile.php":
        number = parse_qs(parts.query, max_num_fields=50).get("id", [""])[0]
        return f"https://www.facebook.com/profile.php?id={number}" if number.isdecimal() else None
    return f"https://{host}{path}" if pattern.fullmatch(path) else None
