"""Pages for the rules of the flags: those that a rule must find, and near misses, in small and in many layouts."""

from dataclasses import dataclass

from core.extract import extract
from core.flags import Facts, judge

FOOTER = '<footer><a href="/legal">Legal notice</a> <a href="/privacy">Privacy</a> © 2026 Acme</footer>'
NAV = "<nav>" + "".join(f'<a href="/{n}">{n}</a> ' for n in ("shop", "news", "team", "visit", "contact")) + "</nav>"
PROSE = "<p>" + "We bake rye, spelt and wheat loaves by hand every night and sell them warm each morning. " * 6 + "</p>"
PROSA = (
    "<p>"
    + "Amasamos a mano cada noche hogazas de centeno y las vendemos calientes cada mañana en la plaza. " * 6
    + "</p>"
)
SCRIPT = '<script type="module" src="/assets/index.91be.js"></script>'
PASSWORD = '<form method="post"><input name="user"><input type="password" name="pass"><button>OK</button></form>'


@dataclass(frozen=True)
class Page:
    """A page as a server might send it."""

    body: str
    title: str = ""
    head: str = ""
    target: str = "acme.test"
    url: str = "https://acme.test/"
    body_class: str = ""

    @property
    def facts(self) -> Facts:
        html = f"<!doctype html><html><head><meta charset=utf-8><title>{self.title}</title>{self.head}</head>"
        page = extract(f'{html}<body class="{self.body_class}">{self.body}</body></html>'.encode(), self.url)
        return Facts.of(self.target, self.url, 200, page)

    @property
    def flags(self) -> dict[str, str]:
        return {flag["flag"]: flag["evidence"] for flag in judge(self.facts)}


def h1(heading: str, *paragraphs: str) -> str:
    return f"<h1>{heading}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


PARKED = {
    "vendor's script": Page("<div id=main></div>", head='<script src="//img.sedoparking.com/js/jquery.js"></script>'),
    "adverts by Google": Page(
        "<div id=ads></div>", head='<script src="https://www.google.com/adsense/domains/caf.js"></script>'
    ),
    "vendor's frame": Page('<iframe src="https://parking.bodis.com/acme.test"></iframe>', "acme.test"),
    "leads to a lander": Page("<script>window.onload=function(){window.location.href='/lander'}</script>"),
    "offered at a market": Page(
        h1("acme.test", "Contact us") + '<a href="https://sedo.com/search/?domain=acme.test">Buy</a>'
    ),
    "moved to a market": Page(
        h1("Acme.test", "Yours for 2,395 $") + PROSE,
        "Acme",
        url="https://www.hugedomains.com/domain_profile.cfm?d=acme.test",
    ),
    "this domain, English": Page(h1("Welcome", "This domain may be for sale.", "Make an offer today")),
    "its name is for sale": Page(h1("acme.test is for sale", "Get in touch for a price.") + PROSE * 3, "acme.test"),
    "buy this domain": Page(h1("acme.test", "Buy this domain", "The owner of acme.test accepts offers.")),
    "Spanish": Page(h1("Este dominio está en venta", "Escríbanos para recibir un precio.")),
    "Spanish, named": Page(h1("El dominio acme.test puede estar a la venta", "Haga su oferta por este dominio")),
    "Spanish, interest": Page("<p>¿Le interesa este dominio? Contacte con el propietario.</p>", "Dominio en venta"),
    "German": Page(h1("acme.test", "Diese Domain steht zum Verkauf. Jetzt anfragen!")),
    "French": Page(h1("Ce nom de domaine est à vendre", "Contactez le vendeur.")),
    "Italian": Page(h1("Questo dominio è in vendita", "Fai un'offerta.")),
    "Portuguese": Page(h1("Este domínio está à venda", "Faça uma proposta.")),
    "Catalan": Page(h1("Aquest domini està en venda", "Feu una oferta.")),
    "Dutch": Page(h1("Deze domeinnaam is te koop", "Doe een bod.")),
    "parked free": Page("<p>This Web page is parked FREE, courtesy of Example Registrar.</p>", "acme.test"),
    "registered": Page(h1("acme.test", "Este dominio ha sido registrado a través de Registrador Ejemplo.")),
    "said in the description": Page(
        h1("acme.test") + '<a href="/w">Whois</a>',
        head='<meta name="description" content="Dominio registrado en Ejemplo">',
    ),
    "aparcado": Page(h1("Página web alojada en Ejemplo Hosting", "Si usted es el propietario, suba sus archivos.")),
    "geparkt": Page(h1("Diese Domain wurde registriert", "Hier entsteht eine neue Internetpräsenz.")),
    "domaine parqué": Page("<p>Ce nom de domaine vient d'être enregistré chez Exemple.</p>", "Bienvenue"),
    "registrato": Page(h1("Dominio registrato", "Il dominio acme.test è stato registrato da un nostro cliente.")),
    "geregistreerd": Page(h1("Deze domeinnaam is geregistreerd", "Gereserveerd voor een klant.")),
    "hosting is ready": Page(h1("You Are All Set to Go!", "Upload your website files to get started.")),
    "nginx": Page(
        h1("Welcome to nginx!", "If you see this page, the web server is installed and working."), "Welcome to nginx!"
    ),
    "Apache": Page(
        h1("Apache2 Default Page", "It works!", "You should replace this file before you operate your HTTP server.")
        + "<p>The configuration layout for an Apache2 server on Debian systems is as follows: </p>" * 20,
        "Apache2 Debian Default Page: It works",
    ),
    "IIS": Page('<img src="iisstart.png" alt="IIS">', "IIS Windows Server"),
    "Plesk": Page(h1("Web Server's Default Page", "This page is generated by Plesk."), "Domain Default page"),
    "suspended": Page(h1("Account Suspended", "Contact your hosting provider."), "Account Suspended"),
    "suspendida": Page(h1("Esta cuenta ha sido suspendida", "Contacte con su proveedor."), "Cuenta suspendida"),
    "adverts": Page(
        h1("acme.test") + "<h2>Related searches</h2><ul><li><a href='/s?k=a'>Cheap flights</a></ul>", "acme.test"
    ),
}
NOT_PARKED = {
    "a shop of domains": Page(
        NAV
        + h1("Domains for sale", "alfa.com, 900 €", "beta.com, 700 €", "gamma.net, 400 €", "Buy this domain")
        + PROSE
    ),
    "a small host": Page(
        NAV
        + h1(
            "Hosting y dominios",
            "Tu dominio registrado en cinco minutos.",
            "Tu web alojada en Madrid desde 3 € al mes.",
        )
        + '<a href="/a">Planes</a><a href="/b">Correo</a>'
    ),
    "a registrar": Page(NAV + h1("Register your domain", "Is your domain still available? Search it here.") + PROSE),
    "a parking service itself": Page(
        h1("Earn with your domains", "Point them to us and we fill them.") + PROSE,
        target="bodis.com",
        url="https://www.bodis.com/",
    ),
    "a firm named Parking": Page(
        NAV + h1("Parking Centro", "Plazas de aparcamiento en venta y alquiler.") + PROSA, "Parking"
    ),
    "homes for sale": Page(NAV + h1("Pisos en venta en acme.test", "Compra tu casa"), "acme.test | pisos en venta"),
    "news of a sale": Page(NAV + h1("A name changes hands", "For years it read “This domain is for sale”."), "Ledger"),
    "names of a seller": Page(h1("Names", "alfa.example", "beta.example", "gamma.example", "Buy this domain"), "Names"),
    "an article on parking": Page(
        NAV + h1("What does 'this domain is for sale' mean?") + PROSE * 4, "What is parking?"
    ),
    "hosted by, in the footer": Page(NAV + h1("Bakery") + PROSE + "<p>This site is hosted by a green host.</p>"),
    "coming soon": Page(h1("Thin Walls Architects", "New site coming soon."), "Thin Walls Architects"),
    "under construction": Page(h1("Bodega Tres Encinas", "Web en construcción. Llámenos al 958 123 456.")),
    "a shop named like a server": Page(NAV + h1("Caddy", "Golf bags made in Fife.") + PROSE, "Caddy"),
    "an article on nginx": Page(NAV + h1("How to replace the nginx page") + PROSE, "Welcome to nginx! And what then?"),
    "car parks": Page(NAV + h1("Parked cars", "Your car is parked by our staff.") + PROSE),
    "a domain of activity": Page(NAV + h1("Dominio del valle", "El dominio vinícola está en la ribera.") + PROSA),
}
SOFT_404 = {
    "English": Page(
        NAV + h1("Page not found", "Sorry, the page you are looking for does not exist."), "Page not found | Acme"
    ),
    "a heading alone": Page(NAV + h1("Oops! That page can’t be found.") + FOOTER, "Acme"),
    "a title alone": Page(NAV + "<p>Try the menu.</p>", "404 Not Found - Acme"),
    "a sentence alone": Page("<p>We're sorry, but the page you requested could not be found.</p>" + FOOTER, "Acme"),
    "a class and a sentence": Page(NAV + "<div>Sorry, that page is gone.</div>", "Acme", body_class="blog error404"),
    "an address and a heading": Page(h1("Nothing here"), "Acme", url="https://acme.test/404.html"),
    "with a long menu": Page(NAV * 12 + h1("Page not found", "The page you requested was moved."), "Not found – Acme"),
    "with things to buy": Page(
        h1("Sorry, we couldn't find that page", "Perhaps you like these") + "<p>Rye loaf, baked today, 4 €</p>" * 20,
        "Page not found – Acme",
    ),
    "Spanish": Page(
        NAV + h1("Página no encontrada", "Lo sentimos, la página que busca no existe."), "Error 404 | Acme"
    ),
    "a number and nothing": Page(h1("404", "You are lost.") + '<a href="/">Home</a>', "404"),
    "an error by its number": Page(h1("Uy", "Aquí no hay nada que ver."), "Error 404 - Acme"),
    "Galician": Page(h1("Erro 404", "Páxina non atopada."), "Acme"),
    "a shop that is gone": Page(h1("This store does not exist", "Check the address for mistakes."), "Store not found"),
    "Spanish, other words": Page(NAV + h1("¡Ups! No encontramos la página que buscas"), "Acme"),
    "Spanish, content": Page(NAV + "<p>El contenido solicitado ya no existe o ha sido eliminado.</p>", "Acme"),
    "Spanish, short": Page(h1("404", "No se ha encontrado la página solicitada") + FOOTER, "Acme"),
    "German": Page(NAV + h1("Seite nicht gefunden", "Die angeforderte Seite existiert leider nicht."), "404"),
    "French": Page(NAV + h1("Page introuvable", "Désolé, cette page n’existe plus."), "Erreur 404"),
    "Italian": Page(NAV + h1("Pagina non trovata", "La pagina richiesta non esiste."), "Acme"),
    "Portuguese": Page(NAV + h1("Página não encontrada", "A página que procura não existe."), "Acme"),
    "Catalan": Page(NAV + h1("Pàgina no trobada", "La pàgina que busqueu no existeix."), "Acme"),
    "Dutch": Page(NAV + h1("Pagina niet gevonden", "De pagina die u zoekt bestaat niet."), "Acme"),
}
NOT_SOFT_404 = {
    "an article on 404 errors": Page(
        NAV + h1("How to fix 404 errors on your site", "The error 404 means that a page was not found.") + PROSE * 3,
        "How to fix 'page not found' errors",
    ),
    "an entry of a glossary": Page(
        NAV + h1("Error 404: página no encontrada", "El error 404 significa que la página no existe.") + PROSA * 2,
        "Error 404: página no encontrada – Glosario",
    ),
    "a studio called 404": Page(NAV + h1("404", "Diseño y código desde Granada.") + PROSA, "404 – Estudio creativo"),
    "a room 404": Page(NAV + h1("Room 404", "A quiet room with a view of the river.") + PROSE, "Room 404 | Hotel"),
    "lost and found": Page(NAV + h1("Lost and found", "If your bag was not found, ask us.") + PROSE, "Lost and found"),
    "a band": Page(h1("Page Not Found", "Four people, two drum kits, Hull.") + PROSE, "Page Not Found (band)"),
    "closed in winter": Page(h1("Cerrado hasta marzo", "La tienda no está disponible en invierno."), "Helados"),
    "a quotation": Page(
        h1(
            "Página no encontrada: cómo escribirlo bien",
            "«Lo sentimos, la página que buscas no existe». Casi nunca ayuda.",
        )
        + PROSA,
        "Página no encontrada: cómo escribirlo bien - Blog",
    ),
    "a hidden message": Page(
        "<template><h1>Page not found</h1></template>" + h1("Bakery", "Open from seven."), "Bakery"
    ),
    "sold out": Page(NAV + h1("Rye loaf", "This product is not available today.") + PROSE, "Rye loaf – Acme"),
    "a shop without a hit": Page(
        NAV + h1("Our loaves") + PROSE + "<p>No encuentras lo que buscas? Llámanos.</p>", "Acme"
    ),
}
LOGIN_WALL = {
    "English": Page(h1("Sign in") + PASSWORD + "<a href='/reset'>Forgot your password?</a>", "Sign in – Acme"),
    "without headings": Page("<div class=box><img src=l.png>" + PASSWORD + "</div>", "Acme"),
    "Spanish": Page(
        h1("Iniciar sesión") + PASSWORD + "<p>¿Ha olvidado su contraseña?</p>" + FOOTER, "Portal del empleado"
    ),
    "Spanish, area": Page(h1("Área de clientes", "Introduzca su usuario y su contraseña.") + PASSWORD, "Acme"),
    "Spanish, with a word on it": Page(
        h1("Acceso a la intranet") + PASSWORD + "<p>Si tiene problemas de acceso, llame a soporte al 958 123 456.</p>"
        "<p>Este sitio usa cookies propias y de terceros para mejorar su experiencia.</p>",
        "Intranet",
    ),
    "with a slogan beside": Page(
        f"<main>{PASSWORD}</main><p>{'Invoices, quotes and taxes in one place for small firms. ' * 3}</p>",
        "Log in | Acme",
    ),
    "German": Page(h1("Anmelden") + PASSWORD, "Kundenbereich"),
    "French": Page(h1("Connexion", "Connectez-vous à votre espace client.") + PASSWORD, "Acme"),
    "Italian": Page(h1("Accedi", "Inserisci le tue credenziali.") + PASSWORD, "Area riservata"),
    "Portuguese": Page(h1("Entrar", "Introduza os seus dados de utilizador.") + PASSWORD, "Acme"),
    "Catalan": Page(h1("Inicia la sessió") + PASSWORD, "Àrea de socis"),
    "Dutch": Page(h1("Inloggen") + PASSWORD, "Acme"),
    "an address first": Page(
        h1("Sign in", "Use your work account") + "<form><input type=email name=login></form>", "Acme"
    ),
    "with another account": Page(
        h1("Log in to Acme") + "<button>Continue with Google</button><button>SAML</button>", "Acme"
    ),
    "a gate": Page(h1("Members only", "Please log in to continue.") + "<a href='/login'>Log in</a>", "Acme"),
    "a shop behind a password": Page(h1("Opening soon", "Enter the store with its password") + PASSWORD, "Acme"),
}
NOT_LOGIN_WALL = {
    "a shop with a form in its header": Page(
        f"<header>{NAV}{PASSWORD}</header>" + h1("Bread", "Rye loaf 4 €"), "Bakery"
    ),
    "a firm with an area for clients": Page(
        h1(
            "Gestoría Números",
            "Declaraciones, nóminas y contabilidad para autónomos y pequeñas empresas de Soria desde 1984.",
        )
        + "<p>Calle Real 4, Soria. Llámenos de lunes a viernes, de nueve a dos, al 975 123 456.</p>"
        + "<h2>Área de clientes</h2>"
        + PASSWORD,
        "Gestoría Números",
    ),
    "a club with a box for members": Page(
        NAV + f"<h2>Members login</h2>{PASSWORD}" + h1("Rowing club") + PROSE, "Club"
    ),
    "a form in a dialog": Page(f"<dialog>{PASSWORD}</dialog>" + h1("Bakery", "Open from seven to two."), "Bakery"),
    "a hidden form": Page(f'<div style="display:none">{PASSWORD}</div>' + h1("Bakery", "Open from seven."), "Bakery"),
    "a forum with a box": Page(
        h1("Foro de apicultura", "Colmenas, floraciones y picaduras de abeja", "Captura, división y reinas de este año")
        + "<h2>Identificarse</h2>"
        + PASSWORD,
        "Foro de apicultura",
    ),
    "a newsletter": Page(
        h1("Coming soon", "Leave your address and we write.") + "<form><input type=email></form>", "Acme"
    ),
    "an app's front page": Page(NAV + h1("Notes that think along") + PROSE + "<a href='/login'>Log in</a>", "Quillpad"),
    "a way to register": Page(NAV + h1("Welcome", "Sign in to see more.") + PROSE, "Acme"),
}
JS_ONLY = {
    "an empty root": Page('<div id="root"></div>' + SCRIPT, "Orbit"),
    "a root with a splash": Page('<div id="app"><div class=spin></div><p>Cargando…</p></div>' + SCRIPT, "Órbita"),
    "an element of its own": Page("<app-root></app-root>" + SCRIPT, "Orbit"),
    "with a noscript": Page("<noscript>You need to enable JavaScript to run this app.</noscript><div></div>" + SCRIPT),
    "with a visible notice": Page("<p>Esta aplicación necesita JavaScript. Actívelo en su navegador.</p>" + SCRIPT),
    "a German notice": Page("<noscript>Bitte aktivieren Sie JavaScript.</noscript><div class=c></div>" + SCRIPT),
    "with a footer": Page(
        '<div id="__next"></div><footer>© 2026 Orbit. All rights reserved.</footer>' + SCRIPT, "Orbit"
    ),
    "nothing but a script": Page('<script src="flutter_bootstrap.js" async></script>', "Orbit"),
    "a template": Page("<body ng-app=orbit><h1>{{ page.title }}</h1><p>{{ page.text }}</p>" + SCRIPT, "Orbit"),
    "leads on by script": Page("<script>location.href = '/en/home'</script>"),
}
NOT_JS_ONLY = {
    "rendered by its server": Page(
        f"<noscript>You need to enable JavaScript.</noscript><div id=__next>{NAV}{h1('Orbit')}{PROSE}</div>" + SCRIPT,
        "Orbit",
    ),
    "rendered, and short": Page(
        f"<noscript>Please enable JavaScript.</noscript><div id=app>{h1('Orbit', 'Maps of the night.')}</div>" + SCRIPT,
        "Orbit",
    ),
    "a noscript for counting": Page(
        h1("Bodega", "Tinto y blanco.") + '<noscript><img src="https://c.test/p.gif"></noscript>' + SCRIPT, "Bodega"
    ),
    "a picture and a counter": Page('<img src="poster.jpg" alt="Fiesta">' + SCRIPT, "Fiesta"),
    "an article on JavaScript": Page(h1("Why sites need JavaScript") + PROSE + SCRIPT, "JavaScript"),
    "without scripts": Page('<div id="root"></div>', "Root"),
}
