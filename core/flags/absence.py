"""How a page says that there is no such page, in the languages that Lote reads best."""

import re

from core.flags.wording import any_of

_EN = r"\b(?:page|content|document|resource|url|address|file|site|website|link|article|post|product|item)s?"
_ES = r"\b(?:pagina|contenido|documento|recurso|url|direccion|archivo|sitio|enlace|articulo|producto|entrada|seccion)"
_OTHERS = r"\b(?:shop|store|profile|portfolio|account|listing|event|blog|tienda|perfil|anuncio|evento|ficha|botiga)"
"""What has a page of its own, but may be closed for a while."""
_GL = r"\b(?:paxina|contido|documento|enderezo|recurso|url|artigo|sitio)"
_CA = r"\b(?:pagina|contingut|document|adreca|url|arxiu|fitxer|article|lloc)"
_DE = r"\b(?:seite|inhalt|dokument|url|adresse|datei|artikel|website|webseite)"
_FR = r"\b(?:page|contenu|document|adresse|url|fichier|article|site)"
_IT = r"\b(?:pagina|contenuto|documento|indirizzo|url|risorsa|file|articolo|sito)"
_PT = r"\b(?:pagina|conteudo|documento|endereco|url|ficheiro|arquivo|artigo|site)"
_NL = r"\b(?:pagina|inhoud|document|adres|url|bestand|artikel|site)"
_SENTENCES = (
    rf"{_EN} … (?:not|cannot|can't|couldn't|wasn't|isn't)(?: be)? (?:found|available|located)",
    rf"{_OTHERS} … (?:(?:not|cannot|can't|couldn't)(?: be)? found|(?:doesn't|does not) exist)",
    rf"{_OTHERS} … no longer (?:exists|available)",
    rf"{_OTHERS} … (?:no existeix?e?|ya no (?:existe|esta)|ja no existeix)\b",
    r"\bsorry this (?:\w+ ){1,2}(?:isn't|is not|is no longer) available\b",
    rf"{_EN} … (?:doesn't|does not|don't|do not|no longer)(?: seem to| appear to)? exists?",
    rf"{_EN} … (?:is|are)(?: missing| gone| unavailable| no longer)",
    rf"{_EN} … (?:been|was|were|has) (?:moved|removed|deleted|renamed)",
    r"\b(?:can't|cannot|can not|couldn't|could not|unable to)(?: seem to)? find (?:the|that|this|your|what|a)\b",
    r"\bnothing (?:was |could be )?found (?:here|at this)\b|\blink (?:you followed )?(?:may|might) be broken\b",
    rf"{_ES} … no … (?:encontrad[oa]|encontrar|encuentra|encontro|existe|disponible|localizad[oa])\b",
    rf"{_ES} … (?:ya no (?:existe|esta)|inexistente)",
    r"\bno (?:existe|se encuentra|esta disponible) (?:la|el|esta|este) (?:pagina|contenido|url|direccion|sitio)\b",
    r"\blo que (?:buscas?|esta buscando|estas buscando) (?:ya )?no (?:esta|existe)\b",
    rf"{_ES} … (?:movid|eliminad|borrad|desaparecid|cambiad)[oa]\b",
    r"\bno (?:encontramos|hemos encontrado|se ha encontrado|se encontro|hemos podido encontrar|podemos encontrar)\b",
    rf"{_CA} … no … (?:trobad[ao]|trobat|trobar|existeix|disponible)\b",
    rf"{_CA} … (?:ja no existeix|inexistent)",
    r"\bno (?:hem|s'ha) (?:pogut )?trobat?r?\b",
    rf"{_GL} … non … (?:atopad[oa]|atopou|encontrad[oa]|existe|disponible)\b",
    rf"{_DE} … nicht (?:mehr )?(?:gefunden|vorhanden|verfugbar|existier|finden)",
    rf"{_DE} … (?:existiert|gibt es) (?:leider )?nicht",
    rf"{_FR} … (?:introuvable|inexistante?|non trouvee?|n'existe (?:pas|plus))",
    rf"{_FR} … n'(?:a|est) (?:pas|plus) (?:ete |pu etre )?(?:trouvee?|disponible)",
    rf"{_IT} … non (?:e |e stat[ao] |e piu |esiste )?(?:piu )?(?:trovat[ao]|disponibile|esiste|esistente|stata)",
    rf"{_IT} … inesistente",
    rf"{_PT} … nao (?:foi |esta |pode ser )?(?:encontrad[ao]|localizad[ao]|disponivel|existe)",
    rf"{_PT} … (?:ja nao existe|inexistente)",
    r"\bnao (?:encontramos|foi possivel encontrar|foi encontrada) a\b",
    rf"{_NL} … niet (?:meer )?(?:worden )?(?:gevonden|beschikbaar)",
    rf"{_NL} … bestaat (?:helaas )?niet",
)
_WORDS = (
    r"\bnot found\b|\bnothing here\b|\bmissing page\b",
    r"\bno encontrad[oa]\b|\bno trobad[ao]\b|\bno trobat\b|\bnao encontrad[oa]\b|\bnon atopad[oa]\b",
    r"\b(?:err(?:or|eur|ore|o)|fehler|http) 4(?:04|10)\b|\b4(?:04|10) (?:error|fehler|not found)\b",
    r"\bnicht gefunden\b|\bintrouvable\b|\bnon trovat[ao]\b|\bniet gevonden\b",
)
SENTENCE = any_of(*_SENTENCES)
"""What a sentence says that is about the page."""
SAID = any_of(*_SENTENCES, *_WORDS)
"""What a title or heading says."""
NUMBER = re.compile(r"\b4(?:04|10)\b")
ADDRESSED = any_of(
    r"\byou|sorry|oops|moved|deleted|removed|\bthis\b|\bthat\b",
    r"lo sentimos|lamentamos|\bups\b|\bvaya\b|busca|solicita|intenta|visita|perdona|disculp|eliminad|movid|cambiad",
    r"\best[ae]\b|\baquesta?\b|\bdiese|\bcet(?:te)?\b|\bquest[ao]\b|\bdeze\b|\bdit\b",
    r"ho sentim|sol.?licit|cerque[ms]|busque[ms]",
    r"\bsie\b|leider|angefordert|gesucht|desole|vous|recherch|demand",
    r"spiacent|cerca|richiest|lamentamos|procura|desculp|pedimos|helaas|gezocht|opgevraagd|\bu\b|\bje\b",
)
"""Words to a visitor of this very page: an article tells of pages in general, and regrets nothing."""
FILLERS = frozenset(
    (
        *("the", "this", "that", "a", "an", "we", "re", "we're", "our", "your", "it", "its", "it's", "looks", "like"),
        *("sorry", "oops", "whoops", "uh", "oh", "error", "http", "status", "code", "page", "site", "seems", "server"),
        *("la", "el", "lo", "los", "las", "un", "una", "esta", "este", "esa", "ese", "su", "se", "que", "no", "ha"),
        *("ups", "vaya", "sentimos", "parece", "pagina", "producido", "perdon", "pero", "codigo", "de", "en", "y"),
        *("aquesta", "ho", "sentim", "die", "der", "das", "diese", "leider", "seite", "fehler", "hoppla"),
        *("ce", "cette", "le", "erreur", "desole", "oups", "nous", "questa", "questo", "errore", "spiacenti", "ops"),
        *("o", "essa", "erro", "desculpe", "paxina", "deze", "helaas", "fout", "404", "410"),
    )
)
"""Words that may stand around it in a title or heading."""
