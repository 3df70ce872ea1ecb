"""How an answer says that it is a file to save, not to show."""

from urllib.parse import quote


def attachment(filename: str) -> str:
    """The value of Content-Disposition (RFC 6266): the name in ASCII, and as it is."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/' else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
