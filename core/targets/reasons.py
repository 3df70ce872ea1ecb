"""What a line's verdict says to people: the text of every reason, and the way out where there is one."""

import idna

from core.i18n import N_, _, ngettext
from core.states import Verdict
from core.targets.lines import Line, Part

CORRECTIONS = {
    "invisible": N_("invisible characters"),
    "link": N_("Markdown link"),
    "bullet": N_("bullet"),
    "quotes": N_("quotes"),
    "email": N_("domain of the e-mail address"),
    "scheme": N_("scheme"),
    "case": N_("case"),
    "unicode": N_("unusual characters"),
    "address": N_("spelling of the address"),
    "dot": N_("final dot"),
    "port": N_("port"),
    "slash": N_("slash"),
    "query": N_("empty end"),
    "fragment": N_("fragment after #"),
    "encoding": N_("percent-encoding"),
}
REJECTIONS = {
    "empty": N_("empty"),
    "header": N_("heading of the list"),
    "formula": N_("a formula without a saved value"),
    "cell_error": N_("an error instead of a value"),
    "mixed": N_("not every part is a target"),
    "rest": N_("these parts are no targets"),
    "too_many_parts": N_("more than 100,000 parts in one line"),
    "too_long": N_("longer than 2,048 characters"),
    "spaces": N_("white space inside"),
    "bad_character": N_("a character that a name cannot have"),
    "bad_label": N_("a part of the name is empty, too long, or begins or ends with a hyphen"),
    "bad_punycode": N_("invalid punycode"),
    "bad_port": N_("the port is not a number from 1 to 65535"),
    "bad_address": N_("not a full IP address"),
    "no_host": N_("no name"),
    "no_dot": N_("no dot"),
    "public_suffix": N_("public suffix alone"),
    "unknown_suffix": N_("unknown ending"),
    "private_address": N_("private or reserved address"),
    "scheme": N_("scheme other than http or https"),
    "userinfo": N_("user name or password in the address"),
}
WAYS_OUT = {
    "formula": N_("open the file in a spreadsheet program and save it"),
    "cell_error": N_("correct the cell in the spreadsheet"),
    "mixed": N_("correct the line, or take its valid parts"),
    "too_many_parts": N_("divide it into lines"),
    "spaces": N_("give one name or address"),
    "bad_address": N_("write all four numbers"),
    "public_suffix": N_("put the name before it"),
    "unknown_suffix": N_("choose “Scrape unknown endings anyway” if it is right"),
    "private_address": N_("an administrator can allow its network"),
    "userinfo": N_("remove what stands before @"),
}

_SHOWN_PARTS = 3


def explain(line: Line) -> str:
    """The verdict in a sentence: "corrected: scheme, case", "duplicate of line 3", "rejected: no dot"."""
    if line.verdict is Verdict.OK:
        return _("ok")
    if line.verdict is Verdict.CORRECTED:
        return _("corrected: {how}").format(how=why(line))
    if line.verdict is Verdict.DUPLICATE:
        return why(line)
    reasons = [(why_not(line, code), way_out(code)) for code in line.reasons]
    return _("rejected: {why}").format(why="; ".join(f"{text}: {way}" if way else text for text, way in reasons))


def why(line: Line) -> str:
    """What stands behind the verdict: "scheme, case", "duplicate of line 3", "no dot"; nothing behind ok."""
    if line.verdict is Verdict.CORRECTED:
        return ", ".join(_correction(code) for code in line.reasons)
    if line.verdict is Verdict.DUPLICATE:
        return _duplicate(line)
    return "; ".join(why_not(line, code) for code in line.reasons)


def reason_text(code: str) -> str:
    """A reason in a few words; an unknown code stands for itself. `scheme` is told as the rejection."""
    if code == "www":
        return _("the same without www")
    text = REJECTIONS.get(code) or CORRECTIONS.get(code)
    return _(text) if text else code


def why_not(line: Line, code: str) -> str:
    """A reason for the rejection of this line, without the way out."""
    if line.parts:
        return _parts(line.parts)
    if code == "unknown_suffix" and line.host:
        return _("unknown ending .{ending}").format(ending=_ending(line.host))
    return reason_text(code)


def way_out(code: str) -> str | None:
    """What can be done about a rejection, where that is not plain."""
    text = WAYS_OUT.get(code)
    return _(text) if text else None


def _correction(code: str) -> str:
    text = CORRECTIONS.get(code)
    return _(text) if text else code


def _duplicate(line: Line) -> str:
    if line.duplicate_of is None:
        return _("duplicate")
    if "www" in line.reasons:
        return _("duplicate of line {line}, which has no www").format(line=line.duplicate_of)
    return _("duplicate of line {line}").format(line=line.duplicate_of)


def _ending(host: str) -> str:
    try:
        return idna.decode(host.rpartition(".")[2], display=True)
    except (UnicodeError, ValueError):
        return host.rpartition(".")[2]


def _parts(parts: tuple[Part, ...]) -> str:
    bad = [part for part in parts if part.target is None]
    shown = ", ".join(f"{_short(part.input)} ({reason_text(part.reasons[0])})" for part in bad[:_SHOWN_PARTS])
    text = ngettext("{n} of {all} parts is no target: {parts}", "{n} of {all} parts are no targets: {parts}", len(bad))
    return text.format(n=len(bad), all=len(parts), parts=f"{shown}, …" if len(bad) > _SHOWN_PARTS else shown)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
