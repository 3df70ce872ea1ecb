"""How the page of a domain says that the domain is for sale, in the languages that Lote reads best."""

from core.flags.wording import any_of

OFFER = any_of(
    r"\b(?:this|the) … domain … (?:is|may|might|could) … (?:sale|lease|purchase|buy|rent|available)\b",
    r"\b(?:buy|purchase|acquire|own|get|lease|rent|want) (?:this|the) (?:\w+ )?domain\b",
    r"\b(?:inquire about|interested in|offer (?:on|for)|bid on|price (?:of|for)) (?:this|the) (?:\w+ )?domain\b",
    r"\bdomain(?: name)? (?:is |may be )?for sale\b",
    r"\b(?:este|el) … dominio … (?:esta|encuentra|puede|podria|se) … (?:venta|vende|alquil|compra|disponible)",
    r"\ba la venta (?:este|el) dominio\b|\bventa de(?:l| este) dominio\b",
    r"\bdominio (?:premium |[\w-]{1,63}\.[\w.-]{1,40} )?(?:en|a la) venta\b|\bse vende (?:este |el )?dominio\b",
    r"\b(?:comprar?|compre|adquirir|adquier[ae]|interesad[oa] en|interesa) (?:este|el) dominio\b",
    r"\boferta (?:por|para|sobre) (?:este|el) dominio\b",
    r"\b(?:aquest|el) … domini … (?:esta|es|pot estar|es troba) … venda\b",
    r"\bcomprar? aquest domini\b|\bdomini (?:en|a la) venda\b",
    r"\bdiese[rn]? (?:internet-?)?(?:domain|adresse) … (?:verkauf|verkaufen|kauflich|kaufen|erwerben|verfugbar)\b",
    r"\bdomain … (?:ist |steht )?(?:zu verkaufen|zum verkauf|kauflich)\b|\bdomain kaufen\b",
    r"\b(?:ce|le) … domaine … (?:est|peut etre|serait) … (?:vendre|vente|achat|disponible)\b",
    r"\b(?:achete[rz]|acquerir|interesse par) ce (?:nom de )?domaine\b|\bdomaine a vendre\b",
    r"\b(?:questo|il) … dominio … (?:e|potrebbe essere|puo essere) … vendita\b",
    r"\b(?:acquista|compra)(?:re)? questo dominio\b|\bdominio in vendita\b",
    r"\b(?:este|o) … dominio … (?:esta|pode estar|encontra-se) … venda\b",
    r"\b(?:comprar?|adquir(?:a|ir)) este dominio\b|\bdominio a venda\b",
    r"\b(?:deze|dit|het|de) … domein(?:naam)? … (?:is|staat) … koop\b",
    r"\b(?:koop|kopen) (?:deze|dit) domein(?:naam)?\b|\bdomein(?:naam)? te koop\b",
    r"\b(?:deze|dit) domein(?:naam)? kopen\b",
)
"""It speaks of this domain; of domains speaks who deals in them."""
AFTER_ITS_NAME = (
    r"(?: (?:is|may be|might be|could be|esta|se encuentra|puede estar|es|ist|steht|est|e|staat)(?: \w+){0,3}?)?"
    r" (?:for (?:sale|lease)|available for purchase|(?:en|a la|in|a) vend(?:a|re|ita)|(?:en|a la) venta|en vente"
    r"|zu verkaufen|zum verkauf|kauflich|te koop)\b"
)
"""What stands behind the name of a domain that is offered."""
LISTING = any_of(
    "related (?:searches|links|categories|topics)|sponsored (?:listings|links|results)|popular (?:searches|categories)",
    "(?:busquedas|enlaces|temas) relacionad[oa]s|enlaces patrocinados|anuncios patrocinados|cerques relacionades",
    "ahnliche suchan|verwandte (?:such|links|themen)|recherches (?:associees|connexes)|liens (?:sponsor|comm)",
    "ricerche correlate|pesquisas relacionadas|gerelateerde (?:zoek|links)",
)
"""What stands over a list of advertisements."""
TOPIC = any_of(
    "domain|domini|domein|registr|website|pagina web|sitio web|escrow|owner|propietari",
    "offer|oferta|angebot|offre|price|precio|preis|prix|prezzo|preco|prijs|payment|pago|transfer",
    r"\bbuy|purchase|\bsale|compra|venta|vend[ae]|vente|kauf|achat|acquist|kopen|koop|sponsored|advertis|anuncio",
)
"""What an offer and advertisements are about."""
