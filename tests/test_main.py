"""The command line, run as a person runs it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl
import pytest
import requests

from core.job_service import JobService
from tests.app import ROOT, free_port
from tests.site import Web, bulk_hosts
from tests.story import new_job


def environment(web: Web, tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOTE_")}
    return {**clean, **web.environment(), "LOTE_DATA_DIR": str(tmp_path / "data"), "LANG": "C.UTF-8"}


def lote(web: Web, tmp_path: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        env={**environment(web, tmp_path), **more},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_batch_without_a_browser(web: Web, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "domain;note\ntidewater-bakery.test;bread\nnotfound.test;gone\nparked.test;sold\nbad_!.test;typo\n",
        encoding="utf-8",
    )
    done = lote(
        web, tmp_path, "run", str(tmp_path / "list.csv"), "--export", str(tmp_path / "out.xlsx"), "--preset", "fast"
    )
    assert done.returncode == 0, done.stderr
    assert "2 completed, 1 failed, 0 cancelled of 3" in done.stdout
    assert "1 of the completed is flagged" in done.stdout
    assert "bad_!.test" in done.stderr
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    header, *rows = book.worksheets[0].values
    assert [row[header.index("note")] for row in rows] == ["bread", "gone", "sold", "typo"]
    assert [row[header.index("status")] for row in rows] == ["completed", "failed", "completed", None]
    assert [row[header.index("flag_count")] for row in rows] == [0, None, 1, None]
    book.close()


def test_a_batch_of_failures_exits_with_1(web: Web, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("notfound.test\n", encoding="utf-8")
    assert lote(web, tmp_path, "run", str(tmp_path / "list.txt")).returncode == 1


@pytest.mark.parametrize(
    ("name", "content", "arguments", "said"),
    [
        ("missing.csv", None, [], "missing.csv cannot be read"),
        ("empty.csv", b"", [], "empty"),
        ("binary.csv", bytes(range(256)) * 40, [], "binary.csv"),
        ("bad.txt", b"no_!\n10.0.0.7\n", [], "No line of the list"),
        ("good.txt", b"tidewater-bakery.test\n", ["--export", "out.pdf"], "has to be one of csv"),
        ("good.csv", b"a,b\ntidewater-bakery.test,1\nquillpad.test,2\n", ["--column", "zz"], "zz"),
    ],
)
def test_bad_input_exits_with_2_and_says_why(
    name: str, content: bytes | None, arguments: list[str], said: str, web: Web, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = lote(web, tmp_path, "run", str(tmp_path / name), *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_messages_speak_the_language_of_the_shell(web: Web, tmp_path: Path) -> None:
    done = lote(web, tmp_path, "run", str(tmp_path / "missing.csv"), LANG="es_ES.UTF-8")
    assert "no se puede leer" in done.stderr


def test_migrate_makes_the_database(web: Web, tmp_path: Path) -> None:
    done = lote(web, tmp_path, "migrate")
    assert done.returncode == 0
    assert "0006" in done.stdout
    assert (tmp_path / "data" / "lote.db").is_file()


def test_a_batch_that_somebody_pauses_ends_and_says_so(web: Web, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("\n".join(bulk_hosts(30)), encoding="utf-8")
    service = JobService.open(web.settings(data_dir=tmp_path / "data"))
    run = subprocess.Popen(
        [sys.executable, "-m", "core", "run", str(tmp_path / "list.txt"), "--preset", "gentle"],
        cwd=ROOT,
        env=environment(web, tmp_path),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not any(job.completed_steps for job in service.list_jobs()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        service.pause_job(service.list_jobs()[0].id, by="ana")
        _out, said = run.communicate(timeout=30)
        assert run.returncode == 1
        assert "It is paused" in said
    finally:
        run.kill()
        run.wait()
        service.close()


def test_a_worker_runs_what_others_queue_and_ends_well(web: Web, tmp_path: Path) -> None:
    service = JobService.open(web.settings(data_dir=tmp_path / "data"))
    job_id = new_job(service, ["tidewater-bakery.test"])
    worker = subprocess.Popen(
        [sys.executable, "-m", "core", "worker"], cwd=ROOT, env=environment(web, tmp_path), stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while not service.get_job_status(job_id).is_final:
            assert time.monotonic() < deadline
            assert worker.poll() is None
            time.sleep(0.05)
        assert service.engine_is_alive()
        worker.terminate()
        assert worker.wait(20) == 0
        assert not service.engine_is_alive()
    finally:
        worker.kill()
        worker.wait()
        service.close()


def test_the_demo_shows_a_finished_and_a_running_job_without_a_network(tmp_path: Path) -> None:
    short = Path(tempfile.mkdtemp(prefix="lote-"))  # sockets of worker processes lie there, and their paths end at 107
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOTE_")}
    with (tmp_path / "log").open("wb") as log:
        demo = subprocess.Popen(
            [sys.executable, "-m", "core", "demo", "--port", str(port)],
            cwd=ROOT,
            env={**clean, "TMPDIR": str(short)},
            stdout=log,
            stderr=log,
        )
    try:
        jobs = _jobs(f"http://127.0.0.1:{port}/api/jobs", demo, tmp_path / "log")
        assert {job["status"] for job in jobs} == {"completed", "running", "pending"}
        assert list(short.glob("lote-demo-*"))
        assert "attempt failed" not in (tmp_path / "log").read_text().partition("URL:")[0], "it begins with its address"
    finally:
        demo.terminate()
        demo.wait(30)
    assert not list(short.glob("lote-demo-*")), "the temporary database is gone"
    shutil.rmtree(short)


def _jobs(url: str, demo: subprocess.Popen[bytes], log: Path) -> list[dict[str, str]]:
    """The jobs, as soon as one of them runs."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert demo.poll() is None, log.read_text()
        try:
            jobs: list[dict[str, str]] = requests.get(url, timeout=5).json()["items"]
            if any(job["status"] == "running" for job in jobs):
                return jobs
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError(f"no running job in the demo:\n{log.read_text()}")
