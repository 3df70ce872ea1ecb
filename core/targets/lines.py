"""Line, Part and Targets: what became of every line of a list; nothing of it is lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from core.states import Verdict


@dataclass(frozen=True, slots=True)
class Part:
    """One token of a line, judged by itself: the verdict is ok, corrected or rejected."""

    input: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    target: str | None = None
    host: str | None = None
    display: str | None = None
    lookalike: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the list. A line with several tokens gives several entries with the same number if all are valid,
    else one rejected entry (reason `mixed`) whose `parts` tell about each token: taking the valid half of
    `exam ple.com` would scrape a site that nobody meant. `take_parts` takes it when the analyst says so.
    """

    line: int
    """Physical line, from 1; the position in a list of items; the row of a sheet."""
    input: str
    """As given: the whole line when it has one token or is rejected, else the token."""
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    """Codes: corrections, the way of a duplicate (`www`), or why it is rejected; see `reasons.py`."""
    target: str | None = None
    """`host[:port][/path][?query]` in ASCII; None if rejected."""
    host: str | None = None
    """In punycode; a rejected line has it when its name could be read."""
    display: str | None = None
    """The target with its host in Unicode."""
    duplicate_of: int | None = None
    """Number of the line that counts instead."""
    lookalike: bool = False
    """The host's letters can be mistaken for those of another script."""
    extra: dict[str, str] = field(default_factory=dict)
    """The other columns of a table."""
    parts: tuple[Part, ...] = ()

    @property
    def taken(self) -> bool:
        """Whether this line gives a step."""
        return self.verdict in _TAKEN

    @property
    def reason(self) -> str:
        """The reasons as one string for a column: `scheme,case`, `no_dot`, `duplicate:3`, `www:3`."""
        if self.verdict is Verdict.DUPLICATE:
            return f"{self.reasons[0] if self.reasons else 'duplicate'}:{self.duplicate_of}"
        return ",".join(self.reasons)

    @classmethod
    def of_row(cls, line: int, input: str, verdict: Verdict | str, reason: str | None) -> "Line":
        """A line as it was stored, enough of it for `explain`."""
        verdict = Verdict(verdict)
        if verdict is not Verdict.DUPLICATE:
            return cls(line, input, verdict, tuple(code for code in (reason or "").split(",") if code))
        code, _sep, first = (reason or "").partition(":")
        reasons = (code,) if code == "www" else ()
        return cls(line, input, verdict, reasons, duplicate_of=int(first) if first.isdecimal() else None)


_TAKEN = frozenset({Verdict.OK, Verdict.CORRECTED})


@dataclass(frozen=True)
class Targets:
    """All lines of a list, in its order; every line is accepted, a duplicate or rejected."""

    lines: tuple[Line, ...]

    @cached_property
    def accepted(self) -> tuple[Line, ...]:
        """The lines that become steps: ok or corrected."""
        return tuple(line for line in self.lines if line.taken)

    @property
    def corrected(self) -> tuple[Line, ...]:
        """The accepted lines that were written in another way."""
        return self._with(Verdict.CORRECTED)

    @property
    def duplicates(self) -> tuple[Line, ...]:
        """The lines whose target stands further up already."""
        return self._with(Verdict.DUPLICATE)

    @property
    def rejected(self) -> tuple[Line, ...]:
        """The lines that are not taken, a heading among them (reason `header`)."""
        return self._with(Verdict.REJECTED)

    @cached_property
    def counts(self) -> dict[Verdict, int]:
        """Lines by verdict, every verdict present; the sum is the number of lines."""
        found = Counter(line.verdict for line in self.lines)
        return {verdict: found[verdict] for verdict in Verdict}

    @cached_property
    def www_pairs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of accepted targets (`www.example.com`, `example.com`) that differ in `www.` only."""
        present = {line.target for line in self.accepted}
        pairs = (_www_pair(line) for line in self.accepted)
        return tuple(pair for pair in pairs if pair and pair[1] in present)

    def _with(self, verdict: Verdict) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.verdict is verdict)


def merge_www(targets: Targets) -> Targets:
    """The same list where each `www.` target that also stands without it is a duplicate of that, reason `www`."""
    pairs = dict(targets.www_pairs)
    first = {line.target: line.line for line in targets.accepted}
    return Targets(tuple(_merged(line, pairs, first) for line in targets.lines))


def take_parts(targets: Targets) -> Targets:
    """The same list where each mixed line gives its valid parts, and one rejected line for those that are not."""
    return Targets(tuple(without_duplicates(entry for line in targets.lines for entry in _divided(line))))


def without_duplicates(lines: Iterable[Line]) -> Iterable[Line]:
    """The lines, where each one whose target came before is a duplicate of the first."""
    seen: dict[str, int] = {}
    for line in lines:
        if line.target is None:
            yield line
            continue
        key = identity(line.target)
        first = seen.get(key)
        if first is not None:
            yield as_duplicate(line, first, line.reasons if line.verdict is Verdict.DUPLICATE else ())
        else:
            seen[key] = line.line
            yield line


def identity(target: str) -> str:
    """What makes two targets the same: `example.com?q=1` asks for `example.com/?q=1`."""
    if "?" in target and "/" not in target.partition("?")[0]:
        return target.replace("?", "/?", 1)
    return target


def as_duplicate(line: Line, first: int, reasons: tuple[str, ...] = ()) -> Line:
    """`line` as a duplicate of line number `first`."""
    return replace(line, verdict=Verdict.DUPLICATE, reasons=reasons, duplicate_of=first)


def _www_pair(line: Line) -> tuple[str, str] | None:
    target = line.target or ""
    return (target, target[4:]) if target.startswith("www.") else None


def _merged(line: Line, pairs: dict[str, str], first: dict[str | None, int]) -> Line:
    if line.target not in pairs or line.target is None:
        return line
    return as_duplicate(line, first[pairs[line.target]], ("www",))


def _divided(line: Line) -> Iterable[Line]:
    valid = [part for part in line.parts if part.target is not None]
    if not valid:
        yield line
        return
    for part in valid:
        yield of_part(line.line, part.input, part, line.extra)
    rest = tuple(part for part in line.parts if part.target is None)
    yield replace(line, input=" ".join(part.input for part in rest), reasons=("rest",), parts=rest)


def of_part(number: int, given: str, part: Part, extra: dict[str, str]) -> Line:
    """The line that one judged token gives."""
    return Line(
        number, given, part.verdict, part.reasons, part.target, part.host, part.display, None, part.lookalike, extra
    )
