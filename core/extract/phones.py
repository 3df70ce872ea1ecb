"""Telephone numbers of a page: in its links, in JSON-LD, in its visible text."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

import phonenumbers
from phonenumbers import Leniency, NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

from core.extract.organisation import Organisation
from core.extract.page import clean

LIMIT = 1_000
SCANNED = 30_000  # characters of visible text at its beginning and at its end

REGIONS_OF_TLDS = {"uk": "GB", "ac": None, "su": "RU", "eu": None, "cat": "ES", "gal": "ES", "eus": "ES"}
GENERIC_CCTLDS = frozenset({
    "ai", "co", "fm", "gg", "io", "la", "ly", "me", "nu", "sh", "so", "st", "tk", "to", "tv", "ws", "cc", "ml", "ga",
    "cf", "gq",
})  # fmt: skip
REGIONS_OF_LANGUAGES = {
    "ca": "ES", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "US", "es": "ES", "et": "EE", "eu": "ES",
    "fi": "FI", "fr": "FR", "gl": "ES", "he": "IL", "hu": "HU", "it": "IT", "ja": "JP", "ko": "KR", "nb": "NO",
    "nl": "NL", "no": "NO", "pl": "PL", "pt": "PT", "ro": "RO", "ru": "RU", "sv": "SE", "tr": "TR", "uk": "UA",
}  # fmt: skip
CUE = re.compile(
    r"(?:\btel\b|\btel[eéèê]?f|t[eé]l[eé]ph|\bphone|\bcall\b|\bm[oó]vil|\bmobil|\bcell\b|\bfax\b|whats\s?app|\bll[aá]m"
    r"|\bapp?el|\bruf|\btlf|\btfno|\btfn\b|\bcontact|[☎☏✆📞📱🕿])",
    re.IGNORECASE,
)
CUE_REACH = 40  # characters before a number
MONEY = re.compile(r"[€$£¥%]|\b(?:eur|usd|euros?|d[oó]lares|dollars?)\b", re.IGNORECASE)
GROUPED_PLAINLY = re.compile(r"\d{1,3}(?:[ -]\d{2,4})+|\(?0?\d{1,5}\)?[ /-]+\d[\d -]+")
TRUNK_ZERO = re.compile(r"0[1-378]\d{1,3}\)?[ -]\d{3}")
DOTTED = re.compile(r"\(?0?\d{1,4}\)?(?:\.\d{2,4})+")
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
DATE = re.compile(r"\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d|(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}")
SHORT_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.\d\d")
CLOCK = re.compile(r"(?:[01]?\d|2[0-4])\.[0-5]\d(?: ?- ?(?:[01]?\d|2[0-4])\.[0-5]\d)?")
NO_NUMBERS = (DATE, SHORT_DATE, CLOCK)
"""Where numbers are short, all of these are valid ones."""
WHATSAPP = re.compile(
    r"https?://(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)\+?(\d{7,15})(?!\d)", re.IGNORECASE
)
WRITTEN = re.compile(r"[+(]?\d[\d\s()./-]{4,24}\d")


def read(host: str, hrefs: Sequence[str], owner: Organisation, seen: str, language: str | None) -> list[str]:
    """Each number once: in E.164 where that is sure, else as written. `seen` is the visible text."""
    region, is_sure = _region(host, owner.country, language)
    found = [_linked(unquote(href[4:]), region, is_sure) for href in hrefs if href[:4].lower() == "tel:"][:LIMIT]
    found += [_international(match[1]) for href in hrefs if (match := WHATSAPP.match(href))][:LIMIT]
    found += [_linked(written, region, is_sure) for written in owner.phones]
    found += _in_text(_ends(seen), region, is_sure) or _british(_ends(seen), region, is_sure)
    return each_once(number for number in found if number)


def each_once(numbers: Iterable[str]) -> list[str]:
    """Each number as it comes first; one with and one without its prefix are the same."""
    unique: dict[str, str] = {}
    for number in numbers:
        if not _is_known(number, unique):
            unique[_digits(number)] = number
    return list(unique.values())[:LIMIT]


def _region(host: str, country: str | None, language: str | None) -> tuple[str | None, bool]:
    """The country whose numbers a page writes without a prefix, and whether that is sure enough for E.164."""
    ending = host.rpartition(".")[2]
    region = REGIONS_OF_TLDS.get(ending, ending.upper())
    if region in phonenumbers.SUPPORTED_REGIONS and ending not in GENERIC_CCTLDS:
        return region, True
    if country in phonenumbers.SUPPORTED_REGIONS:
        return country, True
    primary, _, rest = (language or "").partition("-")
    if (territory := rest.rpartition("-")[2].upper()) in phonenumbers.SUPPORTED_REGIONS:
        return territory, True
    return REGIONS_OF_LANGUAGES.get(primary), False


def _linked(written: str, region: str | None, is_sure: bool) -> str | None:
    """The number of a tel: link (RFC 3966): E.164 if valid, else as written if it looks like a number."""
    written = written.partition(";")[0].lstrip("/ ").strip()[:40]
    number = _parsed("+" + written[2:] if written.startswith("00") else written, region)
    if number and (is_sure or written.startswith(("+", "00"))):
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return clean(written, 40) if WRITTEN.fullmatch(written) else None


def _international(digits: str) -> str | None:
    number = _parsed("+" + digits, None)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else None


def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _ends(text: str) -> str:
    return text if len(text) <= 2 * SCANNED else f"{text[:SCANNED]}\n{text[-SCANNED:]}"


def _in_text(text: str, region: str | None, is_sure: bool) -> list[str]:
    found = []
    for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=2_000):
        is_international = match.raw_string.lstrip("( ").startswith(("+", "00"))
        if is_international or _is_meant(text, match.start, match.end, match.raw_string):
            e164 = phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
            found.append(e164 if is_international or is_sure else clean(match.raw_string, 40) or e164)
    return found


def _british(text: str, region: str | None, is_sure: bool) -> list[str]:
    """On English pages of an unknown country: British numbers begin with a zero, American ones never do."""
    return _in_text(text, "GB", False) if region == "US" and not is_sure and TRUNK_ZERO.search(text) else []


def _is_meant(text: str, start: int, end: int, written: str) -> bool:
    """Without a prefix a number counts after a word like "Tel" or grouped as such numbers are; no date, time, price."""
    if any(pattern.fullmatch(written.strip(" ()")) for pattern in NO_NUMBERS):
        return False
    before, after = text[max(0, start - CUE_REACH) : start], text[end : end + 8]
    if CUE.search(before):
        return True
    if MONEY.search(before[-6:]) or MONEY.search(after):
        return False
    number = written.strip()
    if DOTTED.fullmatch(number):
        return not THOUSANDS.fullmatch(number)
    return "\n" not in number and GROUPED_PLAINLY.fullmatch(number) is not None


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _is_known(number: str, unique: dict[str, str]) -> bool:
    """The same number, once with and once without its prefix, is one."""
    tail = _digits(number).lstrip("0")
    return any(known.endswith(tail) or tail.endswith(known.lstrip("0")) for known in unique) if tail else True
