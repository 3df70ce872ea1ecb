"""The real app as a process of its own: started as the README says, on a free port, seeing the small web only."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests.site import Web

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90


class App:
    """`streamlit run streamlit_app.py` on a data directory; may be killed and started again."""

    def __init__(self, data_dir: Path, web: Web, **environment: str) -> None:
        """`environment` holds further `LOTE_…` variables by their full names."""
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.parent / f"{data_dir.name}.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOTE_", "STREAMLIT_"))}
        own = {"LOTE_DATA_DIR": str(data_dir), "LOTE_EXTRACT_PROCESSES": "1", "LANG": "C.UTF-8"}
        self.environment = {**clean, **web.environment(), **own, **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "App":
        """Start it and wait until its engine works."""
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._await()
        except BaseException:
            self.close()
            raise
        return self

    def _await(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_healthy():
            assert self.process is not None
            assert self.process.poll() is None, f"the app ended:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"the app does not answer:\n{self.log.read_text()}"
            time.sleep(0.1)

    def is_healthy(self) -> bool:
        """Whether `/api/health` says ok."""
        try:
            return requests.get(f"{self.url}/api/health", timeout=5).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def kill(self) -> None:
        """kill -9 of the app's own process; what it started has to notice by itself."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def terminate(self, timeout_seconds: float = 25) -> int:
        """SIGTERM; gives the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_seconds)

    def close(self) -> None:
        """End it, whatever it does."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> "App":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the API, as an engineer would call it

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of a GET below `/api`."""
        answer = requests.get(f"{self.url}/api{path}", params=parameters, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        """The answer to a POST below `/api`."""
        return requests.post(f"{self.url}/api{path}", json=body, headers=headers, timeout=60)

    def batch(self, domains: list[str], **body: Any) -> int:
        """A started job over the domains, without pauses unless the body says otherwise; gives its id."""
        config = {"interval_seconds": 0, "concurrency": 16, **body.pop("config", {})}
        answer = self.post("/jobs/batch-scraping", {"domains": domains, "config": config, **body})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def ended(self, job_id: int, timeout_seconds: float = 120) -> dict[str, Any]:
        """The job when it has ended."""
        deadline = time.monotonic() + timeout_seconds
        while (job := self.get(f"/jobs/{job_id}"))["status"] in {"pending", "running", "paused"}:
            assert time.monotonic() < deadline, f"job {job_id} does not end: {job}\n{self.log.read_text()[-5000:]}"
            time.sleep(0.1)
        return dict(job)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
