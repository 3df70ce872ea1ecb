"""The JSON-LD of a page, parsed once: its types, its nodes, the profiles it names."""

import json
import logging
from collections import deque
from dataclasses import dataclass
from typing import Any

from core.extract.page import ParsedPage, clean, cleaned

SCRIPTS = 100
SCRIPT_CHARACTERS = 1_000_000
NODES = 20_000
OWN = frozenset({
    "@graph", "publisher", "mainEntity", "isPartOf", "copyrightHolder", "sourceOrganization", "provider", "department",
    "location", "subOrganization", "contactPoint",
})  # fmt: skip
"""Properties that lead from a page's node to those who answer for it; an author or an employer is somebody else."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Structured:
    """`schemas`: each script's value; `nodes`: its top level and its graphs; `types`: of all nodes, nearest first;
    `own`: the nodes that speak for the site, reached by `OWN` alone.
    """

    schemas: list[Any]
    nodes: list[dict[str, Any]]
    types: list[str]
    same_as: list[str]
    own: list[dict[str, Any]]

    def of_type(self, *endings: str) -> list[dict[str, Any]]:
        """The top nodes whose type ends with one of the words (`article` also means `newsarticle`)."""
        return [n for n in self.nodes if any(t.lower().endswith(endings) for t in types_of(n))]


def read(page: ParsedPage) -> Structured:
    """All JSON-LD of a page; what is no JSON is left out and logged."""
    schemas = [schema for script in _scripts(page) if (schema := _parse(script)) is not None]
    nodes, types, same_as, own, seen = [], [], [], [], 0
    queue: deque[tuple[Any, bool, bool]] = deque((schema, True, True) for schema in schemas)
    while queue and seen < NODES:
        value, is_top, is_own = queue.popleft()
        seen += 1
        if isinstance(value, list):
            queue.extend((item, is_top, is_own) for item in value[:NODES])
        elif isinstance(value, dict):
            types += types_of(value)
            if is_top:
                nodes.append(value)
            if is_own:
                own.append(value)
            same = value.get("sameAs")
            same_as += [url for url in (same if isinstance(same, list) else [same]) if isinstance(url, str)]
            queue.extend(
                (child, is_top and key == "@graph", is_own and key in OWN)
                for key, child in value.items()
                if _holds_nodes(child)
            )
    return Structured(schemas, nodes, cleaned(types, 200), cleaned(same_as, 2_048), own)


def _scripts(page: ParsedPage) -> list[str]:
    found = [s.text for s in page.tree.iter("script") if s.text and "ld+json" in (s.get("type") or "").lower()]
    return [text for text in found if len(text) <= SCRIPT_CHARACTERS][:SCRIPTS]


def _parse(script: str) -> Any:
    text = script.strip().removeprefix("<!--").removeprefix("//<![CDATA[").removeprefix("<![CDATA[")
    text = text.strip().removesuffix("-->").removesuffix("//]]>").removesuffix("]]>").rstrip("; \r\n\t/")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        logger.debug("JSON-LD left out: %s", error)
        return None


def types_of(node: dict[str, Any]) -> list[str]:
    """The types of a node without their vocabulary: `NewsArticle`."""
    value = node.get("@type")
    given = value if isinstance(value, list) else [value]
    return [name.rstrip("/#").rpartition("/")[2].removeprefix("schema:") for v in given[:20] if (name := clean(v, 200))]


def _holds_nodes(value: Any) -> bool:
    return isinstance(value, dict | list)
