"""How a page asks to sign in, in the languages that Lote reads best."""

from core.flags.wording import any_of

_SIGN_IN = (
    r"\b(?:sign|log)(?:ged|ing)?[ -]?(?:in|on)\b|\blogin\b|\blogon\b|authenti[cf]",
    r"inici(?:ar?|e|es|o de|ando) (?:la )?ses+io|identifi(?:carse|cate|quese|cacion)\b|\bacced(?:er|a|e)\b|autentica",
    r"\banmeld|\beinloggen\b|\bmelden sie sich an\b|\bse connecter\b|\bconnectez|\bconnexion\b|s'identifier",
    r"\baccedi\b|\baccedere\b|inici(?:ar?|e) sessao|\bentrar\b|\bentre na sua\b|\binloggen\b|\baanmelden\b",
)
_AREA = (
    r"\bintranet\b|\bextranet\b|\bmembers? (?:only|area)\b|\b(?:client|customer|partner|staff)s? (?:area|portal)\b",
    r"\bacceso\b|\bacces\b|\baccesso\b|\bacesso\b",
    r"\b(?:area|zona) (?:de |d')?(?:client|privad|soci|usuari|afiliad|alumn|emplead|colegiad|restri|reserva|proveedor)",
    r"\b(?:oficina|campus|aula) virtual\b|\bportal del (?:emplead|client|proveedor)",
    r"\bespace (?:client|membre|prive|adherent)|kundenbereich|mitgliederbereich|kundenlogin|klantenportaal",
)
_PASSWORD = (
    r"password|passwort|kennwort|contrasen|\bclave\b|mot de passe|\bsenha\b|palavra-passe|wachtwoord",
    "credencial|credential",
)
SIGN_IN = any_of(*_SIGN_IN)
TO_SIGN_IN = any_of(*_SIGN_IN, *_AREA, *_PASSWORD)
"""What a title or heading says over such a form."""
TOPIC = any_of(
    *_SIGN_IN,
    *_AREA,
    *_PASSWORD,
    r"\buser|usuari|benutzer|utilisateur|utente|utilizador|gebruiker",
    r"account|cuenta|\bkonto\b|\bcompte\b|\bconta\b|identifiant",
    "remember|recordar|recuerda|olvid|forgot|vergessen|oublie|dimenticat|esqueceu|vergeten",
    r"regist|\bsign up\b|administrator|administrador|support|soporte|help ?desk|\bsso\b",
)
"""What else is said around it."""
WITH_PROVIDER = any_of(
    r"\b(?:continue|sign in|log in|login) (?:with|using|via|through) \w+",
    r"\b(?:continuar|iniciar sesion|acceder|entrar) (?:con|com|amb) \w+",
    r"\b(?:anmelden|weiter|einloggen) mit \w+|\b(?:se connecter|continuer|connexion) avec \w+",
    r"\b(?:accedi|continua) con \w+|\b(?:inloggen|doorgaan) met \w+",
)
FIRST_SIGN_IN = any_of(
    r"\b(?:must|need to|have to|please|required to) (?:be )?(?:log|sign)(?:ged|ned)? ?in\b",
    r"\b(?:debe|debes|tienes? que|necesitas?|es necesario|por favor,?) … (?:inici\w+ sesion|identific\w+|acceder)",
    r"\b(?:mussen|bitte) … (?:anmelden|einloggen)|\b(?:devez|veuillez) … (?:connecter|identifier)",
    r"\b(?:devi|deve|effettua) … (?:accedere|login|l'accesso)|\bcal … inici\w+ (?:la )?sessio",
)
