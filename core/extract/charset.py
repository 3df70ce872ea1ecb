"""Bytes → text by the order of the HTML standard: BOM, header, meta prescan, else a guess.

https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
https://encoding.spec.whatwg.org/#names-and-labels
"""

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

PRESCAN_BYTES = 4096  # the standard says 1,024; browsers look further when the head is longer
SAMPLE_BYTES = 20_000  # what the guess looks at, tags removed
GUESS_BYTES = 500_000  # where the sample is taken from

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))

# Python's codec → (name in the Encoding standard, codec that decodes as the standard wants).
CODECS: dict[str, tuple[str, str]] = {
    "utf-8": ("utf-8", "utf-8"),
    "utf-8-sig": ("utf-8", "utf-8"),
    "utf-16": ("utf-16le", "utf-16-le"),
    "utf-16-le": ("utf-16le", "utf-16-le"),
    "utf-16-be": ("utf-16be", "utf-16-be"),
    "ascii": ("windows-1252", "cp1252"),
    "iso8859-1": ("windows-1252", "cp1252"),
    "cp1252": ("windows-1252", "cp1252"),
    "iso8859-9": ("windows-1254", "cp1254"),
    "iso8859-11": ("windows-874", "cp874"),
    "tis-620": ("windows-874", "cp874"),
    "cp874": ("windows-874", "cp874"),
    "shift_jis": ("shift_jis", "cp932"),
    "cp932": ("shift_jis", "cp932"),
    "euc_jp": ("euc-jp", "euc_jp"),
    "iso2022_jp": ("iso-2022-jp", "iso2022_jp"),
    "euc_kr": ("euc-kr", "cp949"),
    "cp949": ("euc-kr", "cp949"),
    "gb2312": ("gbk", "gb18030"),
    "gbk": ("gbk", "gb18030"),
    "gb18030": ("gb18030", "gb18030"),
    "big5": ("big5", "big5hkscs"),
    "big5hkscs": ("big5", "big5hkscs"),
    "koi8-r": ("koi8-r", "koi8-r"),
    "koi8-u": ("koi8-u", "koi8-u"),
    "mac-roman": ("macintosh", "mac-roman"),
    "mac-cyrillic": ("x-mac-cyrillic", "mac-cyrillic"),
    "cp866": ("ibm866", "cp866"),
    **{f"iso8859-{n}": (f"iso-8859-{n}", f"iso8859-{n}") for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"cp{n}": (f"windows-{n}", f"cp{n}") for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
}
LABELS: dict[str, str] = {
    **{f"iso8859{n}": f"iso8859-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15)},
    **{f"x-cp{n}": f"cp{n}" for n in range(1250, 1259)},
}
LABELS |= {
    label: codec
    for codec, labels in {
        "utf-8": "utf8mb4 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
        "utf-16-le": "unicode csunicode iso-10646-ucs-2 ucs-2 unicodefeff",
        "utf-16-be": "unicodefffe",
        "cp874": "windows-874 dos-874",
        "cp932": "x-sjis windows-31j",
        "euc_jp": "x-euc-jp cseucpkdfmtjapanese",
        "cp949": "ks_c_5601-1987 ks_c_5601-1989 ksc_5601 csksc56011987 cseuckr iso-ir-149 windows-949",
        "gbk": "x-gbk csgb2312 gb_2312 gb_2312-80",
        "big5": "cn-big5 x-x-big5",
        "koi8-r": "koi koi8",
        "koi8-u": "koi8-ru",
        "mac-roman": "macintosh csmacintosh mac x-mac-roman",
        "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
        "iso8859-6": "iso-8859-6-e iso-8859-6-i csiso88596e csiso88596i",
        "iso8859-7": "sun_eu_greek",
        "iso8859-8": "iso-8859-8-i iso-8859-8-e csiso88598e csiso88598i logical visual",
        "iso8859-15": "csisolatin9",
    }.items()
    for label in labels.split()
}
"""Labels of the standard, and a few more of the web, that Python does not know → its codec."""
LATIN = ["cp1252", "cp1250", "cp1254"]
DEFAULTS = dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), "cp1250") | dict.fromkeys(("az", "tr"), "cp1254")
"""By the page's language what it is written in, as browsers take it; everywhere else cp1252."""
BETTER_CHAOS, BETTER_COHERENCE = 0.02, 0.1
"""By how much another explains a page better than that before it is believed (measures of charset-normalizer)."""
GUESSES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "cp932", "euc_jp", "iso2022_jp",
    "cp949", "gb18030", "big5", "cp874",
]  # fmt: skip
LABEL = re.compile(r"[a-z0-9][a-z0-9._:-]{0,39}")
HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"',]+)", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
META = re.compile(r"<meta[\s/]([^>]*)>?", re.IGNORECASE)
ATTRIBUTE = re.compile(r"([^\s\"'>/=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
LANGUAGE = re.compile(r"<html\b[^>]*?\blang\s*=\s*[\"']?([a-z]{2})\b", re.IGNORECASE)
XML_ENCODING = re.compile(r"^\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
TAG = re.compile(rb"<[^<>]*+>")
HIGH = bytes(range(0x80, 0x100))
HIGH_PAIR = re.compile(rb"(?<=[\x80-\xff])[\x80-\xff]")
ASCII_KEPT = 50
LONG_ASCII = re.compile(rb"(?<![\x00-\x7f])[\x00-\x7f]{200,}+")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, the standard's name of its charset, and where that was said: bom, header, meta, guess."""

    text: str
    charset: str
    source: str


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Decode a page; bytes that are wrong in the charset become U+FFFD, NUL goes. Never raises."""
    name, codec, source = _decide(body, content_type)
    for mark, _ in BOMS:
        if source == "bom" and body.startswith(mark):
            body = body[len(mark) :]
            break
    return Decoded(body.decode(codec, errors="replace").replace("\0", "").removeprefix("\ufeff"), name, source)


def lookup(label: str) -> tuple[str, str] | None:
    """A charset label as pages write it → (the standard's name, Python's codec), or None if the web has no such."""
    label = label.strip(" \t\r\n\f\"'").lower()
    if not LABEL.fullmatch(label):
        return None
    try:
        return CODECS.get(codecs.lookup(LABELS.get(label, label)).name)
    except (LookupError, ValueError):
        return None


def _decide(body: bytes, content_type: str | None) -> tuple[str, str, str]:
    for mark, label in BOMS:
        if body.startswith(mark):
            return (*_known(label), "bom")
    if (match := HEADER_CHARSET.search(content_type or "")) and (found := lookup(match[1])):
        return (*found, "header")
    if found := _prescan(body[:PRESCAN_BYTES].decode("latin-1")):
        return (*found, "meta")
    return (*_guess(body), "guess")


def _known(label: str) -> tuple[str, str]:
    return CODECS[codecs.lookup(label).name]


def _prescan(head: str) -> tuple[str, str] | None:
    """What `<meta charset>`, its http-equiv form or an XML declaration says."""
    for tag in META.finditer(COMMENT.sub("", head)):
        attributes = {name.lower(): a or b or c for name, a, b, c in reversed(ATTRIBUTE.findall(tag[1]))}
        label = attributes.get("charset")
        if label is None and attributes.get("http-equiv", "").lower() == "content-type":
            match = HEADER_CHARSET.search(attributes.get("content", ""))
            label = match[1] if match else None
        if label and (found := lookup(label)):
            return _readable_as_ascii(found)
    if (match := XML_ENCODING.search(head)) and (found := lookup(match[1])):
        return _readable_as_ascii(found)
    return None


def _readable_as_ascii(found: tuple[str, str]) -> tuple[str, str]:
    """The standard: a declaration that could be read as ASCII cannot be in UTF-16."""
    return _known("utf-8") if found[0].startswith("utf-16") else found


def _guess(body: bytes) -> tuple[str, str]:
    sample = body[:GUESS_BYTES]
    if wide := _wide(sample[:1000]):
        return _known(wide)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) == len(body))
        return _known("utf-8")
    except UnicodeDecodeError:
        pass
    telling = _telling(TAG.sub(b" ", sample))
    return _known(_latin(telling, body[:PRESCAN_BYTES].decode("latin-1")) if _is_latin(telling) else _other(telling))


def _telling(text: bytes) -> bytes:
    """The lines that are not ASCII, without the most of what is ASCII in them, as far as the guess looks."""
    lines = b"\n".join(line for line in text.splitlines() if not line.isascii())
    return LONG_ASCII.sub(lambda run: run[0][:ASCII_KEPT] + b" " + run[0][-ASCII_KEPT:], lines)[:SAMPLE_BYTES]


def _is_latin(telling: bytes) -> bool:
    """Whether most bytes beyond ASCII stand alone, as accented letters do; those of other scripts stand together."""
    high = len(telling) - len(telling.translate(None, HIGH))
    return 2 * len(HIGH_PAIR.findall(telling)) <= high


def _latin(telling: bytes, head: str) -> str:
    """What its language is written in by default; without one, unless another is distinctly better."""
    language = LANGUAGE.search(head)
    default = DEFAULTS.get(language[1].lower() if language else "", LATIN[0])
    matches = from_bytes(telling, cp_isolation=LATIN, preemptive_behaviour=False)
    best, own = matches.best(), next((m for m in matches if default in (m.encoding, *m.could_be_from_charset)), None)
    if best is None or own is None:
        return best.encoding if best else default
    is_worse = own.chaos > best.chaos + BETTER_CHAOS or own.coherence < best.coherence - BETTER_COHERENCE
    return best.encoding if is_worse and not language else default


def _other(telling: bytes) -> str:
    best = from_bytes(telling, cp_isolation=GUESSES, preemptive_behaviour=False).best() if telling else None
    return best.encoding if best else LATIN[0]


def _wide(head: bytes) -> str | None:
    """UTF-16 without a BOM: nearly every second byte of markup is zero."""
    even, odd, half = head[::2].count(0), head[1::2].count(0), len(head) // 2
    if half < 4 or max(even, odd) < 0.7 * half or min(even, odd) > 0.1 * half:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"
