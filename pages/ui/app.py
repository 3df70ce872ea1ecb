"""What every screen stands on: the service, the reader, the state of the engine, the way to other screens."""

from typing import Any

import streamlit as st

from core.errors import NotFound
from core.i18n import N_
from core.job_config import MIB
from core.vitals import vitals
from pages.ui import address
from pages.ui.identity import ask_name, may, who
from pages.ui.shared import service

__all__ = [
    "AUDIT",
    "JOB",
    "JOBS",
    "METRICS",
    "NEW_JOB",
    "REPORT",
    "SETTINGS",
    "ask_name",
    "asked_id",
    "engine_status",
    "free_mib_of_full_disk",
    "may",
    "origin",
    "service",
    "who",
]

JOBS, NEW_JOB, JOB, REPORT = "pages/jobs.py", "pages/new_job.py", "pages/job.py", "pages/report.py"
AUDIT, METRICS, SETTINGS = "pages/audit.py", "pages/metrics.py", "pages/settings.py"
"""The screens, as `st.page_link` and `st.switch_page` name them."""


def engine_status() -> dict[str, Any]:
    """Whether an engine works on this database: {"alive": bool}."""
    return {"alive": service().engine_is_alive()}


def free_mib_of_full_disk() -> int | None:
    """What is free when the engine of this process finds the disk full; None when there is room."""
    here = vitals() or {}
    return (here.get("free_bytes") or 0) // MIB if here.get("disk_is_full") else None


def asked_id(thing: str) -> int | None:
    """`?id=` of the URL; None when there is none. Raises `NotFound` when it is no number."""
    given = address.read("id")
    if not given:
        return None
    if (found := address.as_id(given)) is None:
        raise NotFound(N_("There is no {thing} {id}. It may have been deleted."), thing=thing, id=given)
    return found


def origin() -> str:
    """Scheme, host, port and base path of the app as this browser sees it, for links and commands."""
    scheme, sep, rest = (st.context.url or "http://localhost:8501").partition("://")
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"{scheme}{sep}{rest.split('/', 1)[0]}" + (f"/{base}" if base else "")
