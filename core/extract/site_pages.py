"""Which links lead to the site's own contact, legal notice and about pages, by the words of Europe's languages.

A link is known by its own text or by the last part of its path; what only looks like such a page (an article that is
"about" something) has more words than these.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from core.extract.page import ParsedPage, absolute

KINDS = ("contact", "legal", "about")
"""In this order they are wanted."""
MOST_LINKS = 3_000
LONGEST_LABEL = 60
"""Characters of a link's text; a longer one is a sentence."""
MORE_WORDS = 2
"""A label may have so many words beside ours: "Contact us today", "Impressum & AGB"."""

# Folded as `_folded` does; words of one phrase are kept together by a hyphen.
WORDS: dict[str, str] = {
    "contact": """
        contact contacts contact-us contact-form contact-details get-in-touch
        contacto contactos contactar contacta contactanos contactenos contacte contactans contacta-amb-nosaltres
        contato fale-conosco fale-connosco contatti contattaci contatto
        contactez-nous contacter nous-contacter
        kontakt kontakte kontaktformular kontaktieren-sie-uns so-erreichen-sie-uns contactgegevens contacteer-ons
        neem-contact-op kontakta kontakta-oss kontakt-oss kontakt-os kontaktoplysninger yhteystiedot ota-yhteytta
        hafa-samband hafdu-samband kontaktid kontaktandmed vota-uhendust kontakti sazinies kontaktai susisiekite
        kontakty kontakty-nas skontaktuj-sie kontaktujte-nas kapcsolat elerhetoseg elerhetosegek kapcsolatfelvetel
        kontaktirajte-nas stik kontaktoni na-kontaktoni contacteaza-ne kuntatt ikkuntattjana
        επικοινωνια επικοινωνηστε-μαζι-μας контакти контакты контакт контактите свяжитесь-с-нами связаться
        свържете-се-с-нас зв-язатися кантакты
        kontaktua harremanetan harremanetarako cysylltu cysylltwch-a-ni cyswllt teagmhail iletisim bize-ulasin
    """,
    "legal": """
        legal legal-notice legal-information legal-info imprint legal-disclosure
        aviso-legal informacion-legal nota-legal condiciones-legales avis-legal informacio-legal informacao-legal
        informacoes-legais note-legali informazioni-legali dati-societari mentions-legales mention-legale
        informations-legales impressum imprint anbieterkennzeichnung rechtliches rechtliche-hinweise
        juridische-informatie wettelijke-vermeldingen wettelijke-informatie colofon juridisk-information
        juridisk-informasjon rattslig-information juridisk oikeudellinen-huomautus oikeudelliset-tiedot
        lagalegar-upplysingar oigusteave oiguslik-teave juridiska-informacija teisine-informacija
        informacje-prawne nota-prawna pravni-informace pravni-ujednani pravne-informacie tiraz impresum impressum-agb
        impresszum jogi-nyilatkozat jogi-informaciok jogi-tudnivalok pravne-informacije pravno-obvestilo
        pravna-obavijest pravne-napomene mentiuni-legale informatii-legale nota-legale
        νομικες-πληροφοριες νομικη-σημειωση νομικη-ανακοινωση правна-информация правовая-информация
        юридическая-информация правова-інформація импресум
        lege-oharra lege-informazioa hysbysiad-cyfreithiol yasal-bilgiler yasal-uyari kunye
    """,
    "about": """
        about about-us who-we-are our-company the-company our-story
        quienes-somos sobre-nosotros sobre-nosaltres nosotros nosaltres conocenos acerca-de acerca-de-nosotros
        la-empresa nuestra-empresa empresa qui-som coneix-nos quen-somos sobre-nos quem-somos a-empresa
        chi-siamo azienda l-azienda la-nostra-storia qui-sommes-nous a-propos a-propos-de-nous la-societe l-entreprise
        uber-uns ueber-uns wir-uber-uns wir-ueber-uns das-unternehmen unternehmen over-ons wie-zijn-wij wie-we-zijn
        over-het-bedrijf om-oss om-os om-foretaget om-virksomheden tietoa-meista meista yritys um-okkur
        meist ettevottest par-mums par-uznemumu apie-mus apie-imone o-nas o-firmie kim-jestesmy o-spolecnosti
        o-spolocnosti rolunk a-cegrol cegunkrol o-nama tko-smo o-podjetju kdo-smo despre-noi cine-suntem
        rreth-nesh per-ne min-ahna dwarna
        ποιοι-ειμαστε σχετικα-με-εμας η-εταιρεια за-нас о-нас про-нас о-компании о-нама кои-сме пра-нас
        guri-buruz nor-gara nortzuk-gara amdanom-ni fuinn hakkimizda
    """,
}
ALONE = frozenset({"about", "azienda", "empresa", "juridisk", "legal", "meist", "unternehmen", "yritys"})
"""Words that mean such a page only when nothing else is said: "Legal advice" is none."""
SEPARATORS = re.compile(r"[\W_]+")
SPLIT_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
ENDING = re.compile(r"\.(?:html?|php\d?|aspx?|jsp|cfm|shtml)$", re.IGNORECASE)
A_FILE = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)
Phrase = tuple[str, ...]


class SitePage(NamedTuple):
    """A page of the site itself, and which of `KINDS` it is."""

    kind: str
    url: str


def find(page: ParsedPage) -> list[SitePage]:
    """The likeliest page of each kind that the page links to on its own host, in the order of `KINDS`."""
    best: dict[str, tuple[int, str]] = {}
    for url, label in _links(page):
        for kind, likelihood in _kinds(url, label):
            if likelihood > best.get(kind, (0, ""))[0]:
                best[kind] = likelihood, url
    pages = [SitePage(kind, best[kind][1]) for kind in KINDS if kind in best]
    return [one for n, one in enumerate(pages) if one.url not in {earlier.url for earlier in pages[:n]}]


def _links(page: ParsedPage) -> Iterator[tuple[str, str]]:
    """Address and text of the links to other pages of the host, each as the first link to it says."""
    own = urlsplit(absolute("", page.url) or "")
    here = own.geturl()
    seen: set[tuple[str, str]] = set()
    for element in page.tree.iter("a", "area"):
        if len(seen) == MOST_LINKS:
            return
        parts = urlsplit(page.resolve(element.get("href")) or "")
        if not parts.netloc or parts.netloc != own.netloc:
            continue
        url = parts._replace(scheme=own.scheme).geturl()
        label = str(element.text_content()).strip() or element.get("title") or element.get("aria-label") or ""
        if url != here and (key := (url, label[:LONGEST_LABEL])) not in seen:
            seen.add(key)
            yield url, label


def _kinds(url: str, label: str) -> Iterator[tuple[str, int]]:
    """The kinds that the link may be of, and how likely; none for a file that is no page."""
    last = ENDING.sub("", unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2])
    if A_FILE.search(last):
        return
    said = _words(label) if len(label) <= LONGEST_LABEL else ()
    called = _words(SPLIT_CAPITALS.sub(" ", last[:LONGEST_LABEL]))
    for kind, phrases in _phrases().items():
        if likelihood := max(2 * _likeness(said, phrases), _likeness(called, phrases)):
            yield kind, likelihood


def _likeness(words: Phrase, phrases: frozenset[Phrase]) -> int:
    """2: these are the words and no others; 1: they begin with them, or hold several of them in a row; 0: neither."""
    if not words:
        return 0
    if words in phrases:
        return 2
    for length in range(max(1, len(words) - MORE_WORDS), len(words)):
        if words[:length] in phrases and (length > 1 or words[0] not in ALONE):
            return 1
        if length > 1 and any(words[at : at + length] in phrases for at in range(1, len(words) - length + 1)):
            return 1
    return 0


def _words(text: str) -> Phrase:
    return tuple(word for word in SEPARATORS.split(_folded(text)) if word)


def _folded(text: str) -> str:
    """Lower case without accents; letters that Unicode does not take apart as people write them without."""
    plain = unicodedata.normalize("NFKD", text.lower()).translate(_UNFOLDED)
    return "".join(char for char in plain if not unicodedata.combining(char))


_UNFOLDED = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h",
})  # fmt: skip


@cache
def _phrases() -> dict[str, frozenset[Phrase]]:
    return {kind: frozenset(map(_words, words.split())) for kind, words in WORDS.items()}
