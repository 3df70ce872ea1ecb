"""The names of the small web, what each stands for, and the lists that the demo starts with. All are invented."""

GOOD_SPANISH = {
    "ayto-villaclara.test": "Town hall of an invented town, Spanish",
    "panaderia-elmolino.test": "Bakery, Spanish, with contact page and legal notice",
    "ferreteria-eltornillo.test": "Hardware shop with products, Spanish",
    "diario-delvalle.test": "Front page of a local newspaper with a feed, Spanish",
    "noticias-puerto.test": "News article, Spanish",
    "clinica-sonrisas.test": "Dental clinic, Spanish",
    "bodega-tresencinas.test": "Winery in three languages, Spanish",
    "hotel-miradordelmar.test": "Seaside hotel, Spanish",
    "gestoria-numeros.test": "Tax and payroll office, Spanish",
    "abogados-plazamayor.test": "Law firm, Spanish",
    "instituto-robledal.test": "Secondary school, Spanish",
    "taller-rueda.test": "Car repair shop, old-fashioned HTML, Spanish",
    "libreria-lafabula.test": "Bookshop with events, Spanish",
    "app-recados.test": "Landing page of an app, Spanish",
    "asociacion-huertos.test": "Association of city gardeners, Spanish",
    "cocina-serrana.test": "Recipe on a food blog, Spanish",
    "inmobiliaria-tejado.test": "Estate agency with flats, Spanish",
    "museo-delacal.test": "Museum with opening hours, Spanish",
    "cooperativa-aceite.test": "Olive oil co-operative with a shop, Spanish",
    "empleo-norte.test": "Job board, Spanish",
    "revista-tecnica.test": "Long magazine article, Spanish",
    "xn--caf-dma.test": "café.test: a café with an international name, Spanish",
}
GOOD_ENGLISH = {
    "oakridge-council.test": "Town council of an invented town, English",
    "tidewater-bakery.test": "Bakery, English",
    "harbour-books.test": "Bookshop, English",
    "daily-lantern.test": "Front page of a newspaper with a feed, English",
    "weekly-compass.test": "News article with author and dates, English",
    "bluefin-logistics.test": "Freight company, English",
    "quillpad.test": "Landing page of a note-taking app, English",
    "meadow-dental.test": "Dental practice, English",
    "summit-outdoor.test": "Outdoor shop with products, English",
    "riverbend-hotel.test": "Country hotel, English",
    "copperleaf-law.test": "Law firm, English",
    "stonebridge-school.test": "Primary school, English",
    "pixelforge-studio.test": "Design studio, English",
    "gardeners-corner.test": "Post on a garden blog, English",
    "tallyroom-accounting.test": "Accountants, English",
    "solarfold-energy.test": "Solar installer, English",
    "fernhill-museum.test": "Museum, English",
    "cloudkettle.test": "Hosted software with a price list, English",
    "citycycle-hire.test": "Bicycle hire, English",
    "portside-jobs.test": "Job board, English",
    "science-notebook.test": "Long popular science article, English",
    "docs-widgetry.test": "Documentation of a program, English",
    "cider-valley-farm.test": "Farm shop, English",
}
WORTHLESS = {
    "parked.test": "A parked domain that is for sale (parked)",
    "dominio-aparcado.test": "The placeholder of a registrar, Spanish (parked)",
    "soft-404.test": "Says 'not found' with status 200, Spanish (soft_404)",
    "lost-page.test": "The same with menu and footer, English (soft_404)",
    "thin.test": "Hardly any words (thin_text)",
    "login.test": "Nothing but a sign-in form (login_wall)",
    "extranet-puerto.test": "The same in Spanish (login_wall)",
    "js-only.test": "Empty until its scripts have run (js_only)",
    "app-orbita.test": "The same with a splash, Spanish (js_only)",
    "moved.test": "Redirects to another domain (308 to summit-outdoor.test; moved_domain)",
    "mudanza.test": "Redirects to another domain (301 to bodega-tresencinas.test; moved_domain)",
    "long-title.test": "A title of 3,000 characters",
    "hostile.test": "Scripts, Markdown images, formulas and javascript: links in every field",
}
SLOW = {
    "slow.test": "Answers after 3 s",
    "very-slow.test": "Drips its page over 40 s",
    "flaky.test": "503 twice, then good",
    "busy.test": "429 with Retry-After: 2 once, then good",
    "calm.test": "Good, asks for a Crawl-delay of 2 s",
    "robots-late.test": "Its robots.txt is 503 with Retry-After: 1 once, then good",
}
ODD = {
    "redirect.test": "301 to www.redirect.test",
    "www.redirect.test": "Good; where redirect.test leads",
    "redirect-chain.test": "Three redirects, then good",
    "charset.test": "Latin-1 bytes declared as UTF-8",
    "charset-meta.test": "Windows-1252, declared in the page only",
    "utf16.test": "UTF-16 with a byte order mark, not declared",
    "plain-http.test": "The TLS handshake fails; http answers",
    "tls-only.test": "http is reset; https answers",
}
FAILING = {
    "redirect-loop.test": "Redirects to itself for ever (redirect_loop)",
    "inward.test": "Redirects to a metadata address (blocked_address)",
    "empty.test": "200 without a body (empty)",
    "notfound.test": "404 always (http_404)",
    "gone.test": "410 always (http_4xx)",
    "forbidden.test": "403 always (http_403)",
    "broken.test": "500 always (http_5xx)",
    "robots-broken.test": "503 always, robots.txt too (http_5xx)",
    "no-robots.test": "Its robots.txt allows nothing (robots)",
    "bot-wall.test": "403 with a challenge page (bot_wall)",
    "captcha.test": "200 with a captcha instead of its page, Spanish (bot_wall)",
    "pdf.test": "A PDF document (not_html)",
    "big.test": "20 MiB of HTML without a length (too_large)",
    "reset.test": "The connection is reset (reset)",
    "hang-up.test": "Closes without an answer (reset)",
    "garbage.test": "Does not speak HTTP (protocol)",
    "bad-certificate.test": "Its certificate is for other names; http is reset (tls)",
}
HOSTS: dict[str, str] = {**GOOD_SPANISH, **GOOD_ENGLISH, **WORTHLESS, **SLOW, **ODD, **FAILING}
"""Every host of the small web → one line on it."""

SAMPLE: tuple[str, ...] = (
    "ayto-villaclara.test",
    "daily-lantern.test",
    "panaderia-elmolino.test",
    "quillpad.test",
    "revista-tecnica.test",
)
"""Five good hosts: "Try with 5 sample domains"."""

DEMO_LIST = """\
# Cartera de prueba: clientes y prospectos
dominio
ayto-villaclara.test
https://panaderia-elmolino.test/
HTTPS://WWW.Ferreteria-ElTornillo.test
diario-delvalle.test
noticias-puerto.test
bodega-tresencinas.test   # llamar en marzo
hotel-miradordelmar.test
gestoria-numeros.test; abogados-plazamayor.test
instituto-robledal.test
taller-rueda.test
app-recados.test
hola@asociacion-huertos.test
cocina-serrana.test
cooperativa-aceite.test
revista-tecnica.test
café.test
panaderia-elmolino.test
panaderia-elmolino.test/contacto

# English
- oakridge-council.test
- tidewater-bakery.test
- [Harbour Books](https://harbour-books.test/)
* daily-lantern.test
"weekly-compass.test"
http://bluefin-logistics.test:80/
quillpad.test
Quillpad.test.
quіllpad.test
meadow-dental.test, summit-outdoor.test
www.summit-outdoor.test
riverbend-hotel.test
pixelforge-studio.test
fernhill-museum.test
cloudkettle.test
docs-widgetry.test

# Bad days
slow.test
flaky.test
busy.test
calm.test
robots-late.test
moved.test, mudanza.test
redirect.test
plain-http.test
parked.test, dominio-aparcado.test
soft-404.test, lost-page.test
login.test, extranet-puerto.test
thin.test
js-only.test, app-orbita.test
hostile.test
notfound.test
forbidden.test
broken.test
no-robots.test
bot-wall.test, captcha.test
redirect-loop.test
pdf.test
big.test
empty.test
reset.test
bad-certificate.test
very-slow.test

# Typos
exmaple..test
-ferreteria.test
ftp://bodega-tresencinas.test/
192.168.1.20
no-such-host.invalid
cliente_sin_web@
"""
"""A list as an analyst would paste it: good, slow and failing hosts, duplicates, typos, private addresses."""


def certificate_names() -> list[str]:
    """The names that the certificate is for: all hosts but the one that shows a wrong one, and room for tests."""
    served = [host for host in HOSTS if host != "bad-certificate.test"]
    with_www = [f"www.{host}" for host in {**GOOD_SPANISH, **GOOD_ENGLISH}]
    return sorted({*served, *with_www, "test", "*.bulk.test", "*.extra.test", "*.hostile.test"})
