"""What a robots.txt says to one product (RFC 9309): the bytes of a file → may this URL be visited, and how often. Pure.

The groups are chosen here, the rules of the chosen ones are `protego`'s: it would give every rule to every agent of a
group, which a file of 500 KiB can make a matter of gigabytes.
"""

import re
import sys
from dataclasses import dataclass
from enum import StrEnum

from protego import Protego

MAX_BYTES = 500 * 1024
"""Of a longer file the first 500 KiB count (RFC 9309, 2.5)."""
MAX_CRAWL_DELAY_SECONDS = 60.0
MAX_RULES_TRIED = 1_000
"""How many rules are looked at to name the one that forbids."""
RULE_BYTES, WILDCARD_BYTES = 500, 80
"""What a rule, and each `*` in one, takes in memory beside the text, roughly and at the most."""

EVERYBODY = "*"
_AGENT = re.compile(r"user(?:-|\s+)?agent(?=[\s:]|$)\s*:?\s*(.*)", re.I)
_RULE = re.compile(r"(?:allow|di\w*w)\b", re.I)
"""Allow, Disallow and the misspellings of it that protego knows."""
_DELAY = re.compile(r"crawl[- ]delay\b", re.I)
_TOKEN = re.compile(r"[\w.-]+", re.A)
_COMPATIBLE = re.compile(r"\(compatible;\s*([\w.-]+)", re.I | re.A)
_SHOWN = 100


class RobotsVerdict(StrEnum):
    """`robots_verdict` of reports: why the page could be visited."""

    ALLOWED = "allowed"
    NO_FILE = "no_file"
    IGNORED = "ignored"


def product_token(user_agent: str) -> str:
    """The name that a User-Agent goes by in a robots.txt, lower case: `lote` of `Lote/1.0 (…)`, `examplebot` of
    `Mozilla/5.0 (compatible; ExampleBot/0.1)` (RFC 9309, 2.2.1). Empty when it has none.
    """
    compatible = _COMPATIBLE.search(user_agent)
    return compatible[1].lower() if compatible else _token(user_agent)


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one product; `agent` is whose group that is: the product's own, or `*`."""

    agent: str
    lines: tuple[str, ...]
    parsed: Protego

    @classmethod
    def of(cls, text: str, token: str) -> "Rules":
        """The rules for a product token: those of all groups that name it, else those for everybody."""
        agent, lines = _chosen(text, token)
        return cls(agent, tuple(lines), Protego.parse("\n".join([f"User-agent: {EVERYBODY}", *lines])))

    def forbidden_by(self, url: str) -> str | None:
        """The rule that forbids an absolute URL, as it stands in the file; None when the URL may be visited."""
        if self.parsed.can_fetch(url, EVERYBODY):
            return None
        # The longest rule that matches is the one that counts (RFC 9309, 2.2.2).
        for line in sorted(self.lines, key=len, reverse=True)[:MAX_RULES_TRIED]:
            if not Protego.parse(f"User-agent: {EVERYBODY}\n{line}").can_fetch(url, EVERYBODY):
                return "".join(char for char in line[:_SHOWN] if char.isprintable())
        return "Disallow"

    @property
    def crawl_delay_seconds(self) -> float:
        """What `Crawl-delay` asks for, `MAX_CRAWL_DELAY_SECONDS` at the most; 0 without one."""
        return min(self.parsed.crawl_delay(EVERYBODY) or 0.0, MAX_CRAWL_DELAY_SECONDS)


class Robots:
    """One file, or that there is none."""

    def __init__(self, text: str | None, token: str) -> None:
        """`text` is None without a file; `token` is the product that will ask most often."""
        self.exists = text is not None
        self._text = text or ""
        self._token = token
        self._rules = Rules.of(self._text, token)

    @classmethod
    def read(cls, body: bytes, token: str) -> "Robots":
        """The file with this content; what is beyond `MAX_BYTES` does not count, nor a line that is cut there."""
        if len(body) > MAX_BYTES:
            kept = body[:MAX_BYTES]
            body = kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
        return cls(body.decode("utf-8-sig", "replace"), token)

    @classmethod
    def none(cls, token: str) -> "Robots":
        """There is no file: everything is allowed (RFC 9309, 2.3.1.3)."""
        return cls(None, token)

    def rules(self, token: str) -> Rules:
        """What holds for a product."""
        return self._rules if token == self._token else Rules.of(self._text, token)

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, roughly and at the most."""
        rules = RULE_BYTES * (len(self._rules.lines) + 1) + WILDCARD_BYTES * self._text.count("*")
        return sys.getsizeof(self._text) + rules


def _chosen(text: str, token: str) -> tuple[str, list[str]]:
    """Whose groups count, and their rules. Only a rule ends the agents of a group (RFC 9309, 2.2.4)."""
    own: list[str] = []
    for_everybody: list[str] = []
    has_own, agents, in_agents = False, set[str](), False
    for whole in text.splitlines():
        line = whole.partition("#")[0].strip()
        if found := _AGENT.match(line):
            agents = agents if in_agents else set()
            in_agents = True
            agents.add(_agent(found[1]))
            has_own = has_own or token in agents
        elif (is_rule := _RULE.match(line)) or _DELAY.match(line):
            in_agents = in_agents and not is_rule
            if token in agents:
                own.append(line)
            elif EVERYBODY in agents:
                for_everybody.append(line)
    return (token, own) if has_own else (EVERYBODY, for_everybody)


def _agent(value: str) -> str:
    return EVERYBODY if value.split(maxsplit=1)[:1] == [EVERYBODY] else _token(value)


def _token(text: str) -> str:
    found = _TOKEN.match(text)
    return found[0].lower() if found else ""
