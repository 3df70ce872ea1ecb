"""The certificate of the small web and the authority that signed it.

For loopback only: the key is public, it lies in this folder. The authority may sign names below `test` and nothing
else (RFC 5280, name constraints), and its own key was thrown away. It is trusted by `LOTE_CA_BUNDLE` of the demo and of
the tests, never by a browser or a system. `python -m tests.renew_certificate` makes all three anew for new hosts.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent
AUTHORITY = _FOLDER / "authority.pem"
"""What a client of the small web trusts (`LOTE_CA_BUNDLE`)."""
CERTIFICATE = (_FOLDER / "site.pem", _FOLDER / "site.key.pem")
"""Certificate and key, as `Site.start` takes them."""
