"""What servers, hosts and registrars show where nobody has put a site yet, in the languages that Lote reads best."""

import re

from core.flags.wording import any_of

_SERVER = (
    "nginx|apache2?|openresty|caddy|tengine|lighttpd|litespeed|openlitespeed|centos|xampp|laragon|mamp|plesk|cpanel"
    "|directadmin|ispconfig|hestiacp?|hestia control panel|vestacp?|virtualmin|cyberpanel|cloudpanel|webmin|froxlor"
    r"|aapanel|iis|internet information services"
)
DEFAULT_TITLE = re.compile(
    "|".join((
        rf"(?:welcome to |bienvenido a |willkommen bei )(?:{_SERVER})(?: web server| server| on [\w ]+| obsidian)?",
        r"iis ?\d[\d ]*|iis windows server|(?:plesk|cpanel) \w+",
        r"(?:apache2?|nginx|http server|httpd)(?: \w+){0,3} (?:default|test) page(?: it works)?",
        r"(?:[\w ]+ )?test page(?: for [\w ]+| powered by [\w ]+)?",
        r"(?:apache2? [\w ]*)?it works|caddy works|(?:[\w ]+ )?is functioning normally",
        r"(?:web server's |domain |server |hosting )*default (?:web ?site |web ?|server |domain |parking )*page",
        r"default web ?site|(?:hosting |domain |website )*placeholder(?: page)?|future home of [\w ]+",
        r"(?:this |the |your )?(?:hosting )?(?:account|site|website|web ?page|domain)(?: has been| is)? suspended",
        r"(?:esta |este |su |la |el )?(?:cuenta|web|pagina|sitio|dominio|hosting)(?: web)?(?: \w+){0,3} suspendid[oa]",
        r"pagina (?:web )?(?:por defecto|predeterminada|de prueba)(?: de(?:l)? [\w ]+)?",
        r"parked domain(?: name)?|domain parked|parking page|dominio aparcado|pagina (?:aparcada|de parking)",
    ))
)  # fmt: skip
"""A whole title or heading, without punctuation."""
_OWNER = r"(?:propietari|titular|duen|administrador)\w*"
REGISTERED = any_of(
    r"\bdomain(?: name)?(?: \S{1,40})?(?: (?:has|is|was|been|now|just|recently|currently|already))+ (?:successfully )?"
    r"(?:registered|parked|reserved|secured|expired)\b|\bdomain (?:registered|parked|reserved)\b",
    r"\bdomain isn't connected\b",
    r"\b(?:placeholder|default (?:page|website)) (?:for|of) (?:the|this)\b|\bhappy to see your domain\b",
    r"\b(?:congratulations|enhorabuena|felicitaciones|felicitats|gluckwunsch|felicitations|congratulazioni|parabens)\W+"
    r"(?:your|su|tu|[ei]l|ihre?|votre|il tuo|o seu) … (?:domain|domini|hosting|alojamiento|server|servidor|web|site)",
    r"\b(?:website|web page|page|web ?space|site) … (?:parked|hosted|provisioned) … (?:with|at|by|on|free|courtesy)\b",
    r"\bparked (?:for )?free\b|\bparked (?:domain|page)\b|\bdomain parking\b|\bfuture home of\b",
    r"\b(?:you are|you're) the … owner of (?:this|the)\b",
    r"\bowner of (?:this|the) (?:domain|website|web site|site|page)\b",
    r"\bno (?:web ?site|content|page) … (?:uploaded|published|configured|set up|connected)\b",
    r"\b(?:website|site|page|content) … not(?: yet)? (?:been )?(?:uploaded|published|configured|set up|connected)\b",
    r"\b(?:upload|replace) (?:your|this) … (?:website|site|files|content|page|index)\b|\ball set to go\b",
    r"\b(?:your|the|this) … (?:hosting|web ?space|server|domain|website)(?: account)? (?:is|been) … (?:ready|active)\b",
    r"\b(?:website|site|page) … (?:just been|recently|newly) created\b",
    r"\bdominio … (?:registrado|aparcado|estacionado|reservado|alojado|parqueado|hospedado)\b",
    r"\bdominio … (?:caducado|expirado|scaduto)\b",
    r"\bdominio … (?:no tiene|sin) … (?:web|pagina|contenido)|\bninguna (?:web|pagina) … (?:este|el) dominio\b",
    r"\bbienvenid[oa] a (?:tu|su) (?:nuevo )?(?:alojamiento|hosting|servidor|dominio|espacio web)\b|\bpublic_html\b",
    r"\b(?:web|pagina|sitio)(?: web)? (?:acaba de ser|ha sido|recien) (?:cread|registrad)[oa]\b",
    r"\b(?:pagina|web|sitio|espacio)(?: web)? … (?:aparcad|alojad|hospedad|reservad)[oa] (?:en|por|con|para)\b",
    r"\bparking de dominios\b|\bdominio en parking\b|\bproximamente en este dominio\b",
    rf"\bsi (?:usted |tu |vd\.? )?(?:eres|es) (?:el |la )?{_OWNER}",
    rf"\b{_OWNER} de (?:este|esta) (?:dominio|sitio|web|pagina)",
    r"\b(?:sub[aei]r?|publi\w+|reempla\w+|sustitu\w+) (?:[st]us?|los|este) … (?:fichero|archivo|contenid|pagina)",
    r"\b(?:hosting|alojamiento|servidor|dominio) … (?:esta|ya esta) (?:listo|activo|activado|configurado|preparado)\b",
    r"\bdomini … (?:aparcat|registrat|reservat|estacionat|allotjat)\b",
    r"\b(?:domain|webseite|website|prasenz) … (?:geparkt|registriert|reserviert|gehostet|konnektiert|abgelaufen)",
    r"\bhier entsteht (?:in kurze )?eine(?: neue)? (?:\w+ )?(?:internetprasenz|webseite|website|homepage)\b",
    r"\bdomaine … (?:parque|enregistre|reserve|depose|heberge|cree|expire)\b|\bsite … heberge … par\b",
    r"\bproprietaire de ce (?:domaine|site)\b",
    r"\bdominio … (?:parcheggiato|registrato|riservato|prenotato|registado)\b",
    r"\bdomein(?:naam)? … (?:geparkeerd|geregistreerd|gereserveerd|vastgelegd|verlopen)\b",
)
"""The registrar or the host speaks."""
TOPIC = any_of(
    "domain|domini|domein|hosting|web ?space|alojamiento|allotjament|hebergement|hospeda|server|servidor|serveur",
    r"regist|\bweb|internet|\bhtml|\bftp\b|\bdns\b|plesk|cpanel|e-?mail|correo|sponsored|related|advertis|anuncio",
)
"""What they speak of."""
SERVER_TOPIC = any_of(
    TOPIC.pattern,
    r"apache|nginx|configur|\bfile|install|\bsite\b|\bpage\b|software|document|debian|ubuntu|centos|fedora|linux|unix",
    r"\bpagina\b|\bsitio\b|fichero|archivo|proveedor|provider|contact|suspend",
)
"""What the page of a server speaks of."""
