"""Who may import whom: arrows point down only, and nobody looks into what belongs to another edge."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted(path for path in (ROOT / "core").rglob("*.py") if "migrations" not in path.parts)
PAGES = sorted((ROOT / "pages").rglob("*.py"))

LEVELS = [
    {"apart", "expressions", "questions"},
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
    },
    {"models", "dialect", "provider"},
    {
        "targets",
        "tables",
        "extract",
        "technologies",
        "headers",
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
    {"steps", "attempt", "runners", "outbox", "heart", "witness", "doubt", "outage", "caretaker"},
    {"job_service"},
    {"engine", "api", "access"},
    {"demo"},
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


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_core_imports_point_down(path: Path) -> None:
    own = path.relative_to(ROOT / "core").parts[0].removesuffix(".py")
    if own == "__init__":
        return
    modules = {path.stem for path in (ROOT / "core").iterdir() if path.suffix == ".py" or path.is_dir()}
    above = {name for name in core_modules(path) & modules if level(name) > level(own) and name != "engine"}
    assert above == set()


@pytest.mark.parametrize("path", [*CORE, *PAGES, ROOT / "streamlit_app.py"], ids=name_of)
def test_only_the_entries_start_an_engine(path: Path) -> None:
    if name_of(path) not in MAY_IMPORT_ENGINE:
        assert "core.engine" not in imports(path)


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_core_keeps_its_edges(path: Path) -> None:
    used, name = roots(path), name_of(path)
    assert "streamlit" not in used
    if not name.startswith("core/export/"):
        assert not used & {"pandas", "xlsxwriter", "pyarrow"}
    if not name.startswith(("core/api/", "core/access.py")):
        assert not used & {"fastapi", "starlette"}
    if name not in {"core/engine.py", "core/heart.py"}:
        assert "apscheduler" not in used


@pytest.mark.parametrize("path", [*CORE, *PAGES, ROOT / "streamlit_app.py"], ids=name_of)
def test_connections_are_opened_behind_the_guard_alone(path: Path) -> None:
    name = name_of(path)
    if not name.startswith(("core/fetch/", "core/demo/")):
        used = {module for module in NETWORK if any(f"{one}.".startswith(f"{module}.") for one in imports(path))}
        assert used == MAY_IMPORT_NETWORK.get(name, set())


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_screens_know_neither_sql_nor_network(path: Path) -> None:
    assert not roots(path) & {"sqlalchemy", "sqlmodel", "requests", "urllib3", "fastapi", "apscheduler"}
    assert not core_modules(path) & {"models", "queue", "db", "fetch", "executors", "steps", "engine", "api"}


def test_only_the_queue_writes_a_status() -> None:
    for path in CORE:
        if path.parts[len(ROOT.parts) + 1] == "queue":
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
                assert "status" not in {keyword.arg for keyword in node.keywords}, name_of(path)


@pytest.mark.parametrize("path", [*CORE, *PAGES], ids=name_of)
def test_files_stay_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert not text.strip() or ast.get_docstring(ast.parse(text))
