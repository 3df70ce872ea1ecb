"""kill -9 (or SIGTERM) at random moments over a running job: `python -m tests.benchmarks.kills [KILLS] [--terminate]`.

Prints what was lost, repeated or spent; anything but zeros is a fault.
"""

import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from tests.app import App
from tests.site import Web, bulk_hosts

STEPS = 2_000


def main(kills: int, terminate: bool) -> None:
    random.seed()
    with Web.start(0.05) as web, tempfile.TemporaryDirectory() as directory:
        app = App(Path(directory) / "data", web, LOTE_EXTRACT_PROCESSES="2")
        app.start()
        job_id = app.batch(bulk_hosts(STEPS), config={"concurrency": 16})
        codes: list[int] = []
        done = 0
        while done < kills and app.get(f"/jobs/{job_id}")["status"] in {"pending", "running"}:
            time.sleep(random.uniform(0.05, 1.5))
            if terminate:
                codes.append(app.terminate())
            else:
                app.kill()
            done += 1
            app.start()
        job = app.ended(job_id, 600)
        app.terminate()
        print(f"{done} {'SIGTERM' if terminate else 'kill -9'}; {job['completed_steps']} of {STEPS} completed")
        if terminate:
            print(f"exit codes other than 0: {sum(code != 0 for code in codes)}")
        _tell(Path(directory) / "data" / "lote.db")
        app.close()


def _tell(file: Path) -> None:
    connection = sqlite3.connect(file)
    ask = {
        "steps without a report": "SELECT count(*) FROM job_steps s WHERE NOT EXISTS"
        " (SELECT 1 FROM reports r WHERE r.step_id = s.id)",
        "reports beyond one a step": "SELECT count(*) - count(DISTINCT step_id) FROM reports",
        "attempts spent by kills": "SELECT count(*) FROM job_steps WHERE attempts <> 1",
        "attempts left open": "SELECT count(*) FROM step_attempts WHERE completed_at IS NULL",
        "wrong counters": "SELECT count(*) FROM jobs WHERE completed_steps <> (SELECT count(*) FROM job_steps"
        " WHERE job_id = jobs.id AND status = 'completed')",
        "(claims handed back, which is right)": "SELECT count(*) FROM step_attempts WHERE outcome = 'lost'",
    }
    for what, query in ask.items():
        print(f"{what}: {connection.execute(query).fetchone()[0]}")
    connection.close()


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(numbers[0] if numbers else 100, "--terminate" in sys.argv)
