"""Calls of every kind from the OpenAPI schema, for longer: `python -m tests.benchmarks.contract [SECONDS]`.

schemathesis calls the API of an installation with a login for SECONDS (60) without a token, as long with one that reads
and with an admin's: right and wrong input, and calls that follow from each other. Ends with 1 if it found something.
"""

import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from core.actor import Scope
from core.api import create_api
from core.job_service import JobService
from core.settings import Settings
from tests.contract import fill, token
from tests.served import NobodyLoggedIn, served

NOT_ASKED = "positive_data_acceptance"
"""A check that is left out: a schema cannot say which domains, ids and states there are."""


def main(seconds: int) -> int:
    logging.disable()  # of tokens that are wrong on purpose
    found = 0
    for scope in (None, Scope.READ, Scope.ADMIN):
        with tempfile.TemporaryDirectory(prefix="lote-contract-") as folder:
            settings = Settings.load(data_dir=Path(folder), api_requests_per_minute=0)
            service = JobService.open(settings)
            fill(service)
            api = create_api(service, lambda: {"status": "ok"}, NobodyLoggedIn())  # type: ignore[arg-type]
            schema = Path(folder) / "openapi.json"
            schema.write_bytes(_json(api.openapi()))
            print(f"== {scope or 'no token'}")
            with served(api) as port:
                found |= _run(schema, port, token(service, scope), seconds)
            service.close()
    return found


def _run(schema: Path, port: int, headers: dict[str, str], seconds: int) -> int:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        str(schema),
        "--url",
        f"http://127.0.0.1:{port}",
        "--max-time",
        str(seconds),
    ]
    command += ["--exclude-checks", NOT_ASKED, "--exclude-operation-id", "revoke_token", "--warnings", "off"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    return subprocess.run(command, cwd=schema.parent).returncode


def _json(schema: object) -> bytes:

    return json.dumps(schema).encode()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
