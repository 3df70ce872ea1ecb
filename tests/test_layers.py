"""Who may import whom: arrows point down only, and nobody looks into what belongs to another edge."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted(path for path in (ROOT / "core").rglob("*.py") if "migrations" not in path.parts)
PAGES = sorted((ROOT / "pages").rglob("*.py"))
ALL = [*CORE, *PAGES, ROOT / "streamlit_app.py"]

LEVELS = [
    {"apart", "expressions", "histogram", "questions"},
    {
        "settings",
        "states",
        "failures",
        "i18n",
        "errors",
        "faults",
        "abort",
        "job_config",
        "vitals",
        "disk",
        "actor",
        "secret",
        "period",
    },
    {"models", "dialect", "provider"},
    {
        "targets",
        "tables",
        "extract",
        "technologies",
        "headers",
        "retention",
        "stored_page",
        "flags",
        "retry",
        "breaker",
        "estimate",
        "forecast",
        "guard",
        "politeness",
        "robots",
        "logs",
        "owner",
        "extract_preload",
    },
    {"db"},
    {"queries", "reasons", "waits", "draft", "rows", "presence", "audit", "job_changes"},
    {"queue", "fetch", "extract_worker", "executors", "export"},
    {
        "checks",
        "comments",
        "edits",
        "extra_pages",
        "extract_again",
        "hosts",
        "idempotency",
        "installation",
        "new_jobs",
    },
    {"people", "login", "tokens"},
    {"backups", "doctor", "forget", "mentions", "prune"},
    {"steps", "attempt", "runners", "outbox", "heart", "witness", "doubt", "outage", "caretaker"},
    {"job_service"},
    {"engine", "api", "access", "way_in"},
    {"demo", "commands"},
    {"__main__"},
]
"""From the ground up; a module imports what stands on its own level or below."""
NETWORK = {
    *("requests", "urllib3", "http.client", "urllib.request", "socket", "socketserver", "asyncio", "ssl"),
    *("httpx", "httpx2", "aiohttp", "ftplib", "smtplib", "imaplib", "poplib", "xmlrpc", "websockets"),
}
"""What can open a connection."""
MAY_IMPORT_NETWORK = {
    "core/settings.py": {"ssl", "urllib.request"},  # reads a file of certificates, and what proxy the environment names
    "core/doctor/network.py": {"socket", "ssl", "http.client"},  # asks whether the app answers on this machine
    "core/presence.py": {"socket"},  # this machine's name
    "core/executors/worker.py": {"socket"},  # the time limit of a pipe
}
"""Beside `core/fetch`, where the guard stands, and `core/demo`, which serves."""
MAY_IMPORT_ENGINE = {"core/__main__.py", "core/job_service.py", "streamlit_app.py"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports(path: Path) -> set[str]:
    """Full names of everything that a file imports, inside functions too."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def core_modules(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("core.")}


def level(module: str) -> int:
    for number, modules in enumerate(LEVELS):
        if module in modules:
            return number
    raise AssertionError(f"core.{module} has no level in this test: give it one")


def breaking(paths: list[Path], fault: Callable[[Path], object]) -> dict[str, object]:
    """What is wrong, by file: one test for all of them, because a thousand small ones take longer than their work."""
    return {name_of(path): found for path in paths if (found := fault(path))}


def test_core_imports_point_down() -> None:
    modules = {path.stem for path in (ROOT / "core").iterdir() if path.suffix == ".py" or path.is_dir()}

    def above(path: Path) -> set[str]:
        own = path.relative_to(ROOT / "core").parts[0].removesuffix(".py")
        if own == "__init__":
            return set()
        return {name for name in core_modules(path) & modules if level(name) > level(own) and name != "engine"}

    assert breaking(CORE, above) == {}


def test_only_the_entries_start_an_engine() -> None:
    others = [path for path in ALL if name_of(path) not in MAY_IMPORT_ENGINE]
    assert breaking(others, lambda path: "core.engine" in imports(path)) == {}


def test_core_keeps_its_edges() -> None:
    def wrong(path: Path) -> set[str]:
        name, foreign = name_of(path), {"streamlit"}
        if not name.startswith("core/export/"):
            foreign |= {"pandas", "xlsxwriter", "pyarrow"}
        if not name.startswith(("core/api/", "core/access.py", "core/way_in.py")):
            foreign |= {"fastapi", "starlette"}
        if name not in {"core/engine.py", "core/heart.py"}:
            foreign.add("apscheduler")
        return roots(path) & foreign

    assert breaking(CORE, wrong) == {}


def test_connections_are_opened_behind_the_guard_alone() -> None:
    def more_or_less(path: Path) -> set[str]:
        used = {module for module in NETWORK if any(f"{one}.".startswith(f"{module}.") for one in imports(path))}
        return used ^ MAY_IMPORT_NETWORK.get(name_of(path), set())

    others = [path for path in ALL if not name_of(path).startswith(("core/fetch/", "core/demo/"))]
    assert breaking(others, more_or_less) == {}


def test_screens_know_neither_sql_nor_network() -> None:
    libraries = {"sqlalchemy", "sqlmodel", "requests", "urllib3", "fastapi", "apscheduler"}
    own = {"models", "queue", "db", "fetch", "executors", "steps", "engine", "api"}
    assert breaking(PAGES, lambda path: (roots(path) & libraries) | (core_modules(path) & own)) == {}


def test_only_the_queue_writes_a_status() -> None:
    for path in CORE:
        if path.parts[len(ROOT.parts) + 1] == "queue":
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
                assert "status" not in {keyword.arg for keyword in node.keywords}, name_of(path)


def test_files_stay_small_and_say_what_they_are() -> None:
    def fault(path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            return "more than 400 lines"
        return "" if not text.strip() or ast.get_docstring(nodes(path)[0]) else "no docstring"

    assert breaking([*CORE, *PAGES], fault) == {}
