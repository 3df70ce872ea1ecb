"""`python -m core demo`: the app on a temporary database and the small web, with a finished and a running job."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from core import logs
from core.demo.certificate import CERTIFICATE
from core.demo.hosts import DEMO_LIST, GOOD_ENGLISH, GOOD_SPANISH
from core.demo.site import Site
from core.job_config import PRESETS
from core.job_service import JobService
from core.settings import Settings
from core.states import Origin

ROOT = Path(__file__).resolve().parents[2]
LATENCY_SECONDS = 0.3


def start(port: int, keep: bool) -> int:
    """Serve until the app ends or is interrupted; gives its exit code. `keep` leaves the temporary directory."""
    directory = Path(tempfile.mkdtemp(prefix="lote-demo-"))
    try:
        with Site.start(LATENCY_SECONDS, CERTIFICATE) as site:
            environment = {**os.environ, **site.environment(), "LOTE_DATA_DIR": str(directory), "LOTE_DATABASE_URL": ""}
            settings = Settings.load(**_values(environment))
            logs.configure(settings.log_format, logging.ERROR)
            _fill(settings)
            return _serve(port, environment)
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)


def _values(environment: dict[str, str]) -> dict[str, str]:
    names = ("dns_overrides", "allowed_private_networks", "ca_bundle", "data_dir", "database_url")
    return {name: environment[f"LOTE_{name.upper()}"] for name in names}


def _fill(settings: Settings) -> None:
    """A job that has ended when the app opens, one that will be running, one that was not started."""
    service = JobService.open(settings)
    good = [*list(GOOD_SPANISH)[:6], *list(GOOD_ENGLISH)[:6], "notfound.test"]
    fast = PRESETS["fast"] | {"interval_seconds": 0}
    first = service.create_batch_scraping_job(good, "Shops and town halls", "", fast, "demo", origin=Origin.UI)
    service.execute_job(first.job.id)
    everything, later = "Everything the small web has", "For next week"
    service.create_batch_scraping_job(
        DEMO_LIST, everything, "", PRESETS["normal"], "demo", start=True, origin=Origin.UI
    )
    service.create_batch_scraping_job(list(GOOD_ENGLISH), later, "", PRESETS["gentle"], "demo", origin=Origin.UI)
    service.close()


def _serve(port: int, environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    app = subprocess.Popen(command, cwd=ROOT, env=environment)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: app.send_signal(number))
    return app.wait()
