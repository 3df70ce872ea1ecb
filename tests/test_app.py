"""The whole app as one process: the API flow, signals, kills, two calls at once, what a stranger's page may not do."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.app import ROOT, App
from tests.site import Web, bulk_hosts

TIDEWATER = "tidewater-bakery.test"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web.start(0.05) as web:
        yield web


@pytest.fixture(scope="module")
def app(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with App(tmp_path_factory.mktemp("app") / "data", web) as app:
        yield app


def test_the_api_flow_of_a_batch(app: App) -> None:
    body = {
        "domains": ["panaderia-elmolino.test", "HTTPS://Tidewater-Bakery.test/", "10 x", "10.1.2.3", TIDEWATER],
        "name": "Bakeries",
        "config": {"interval_seconds": 0},
    }  # fmt: skip
    created = app.post("/jobs/batch-scraping", body)
    assert created.status_code == 201
    job = created.json()
    assert (job["total_steps"], job["status"], job["origin"]) == (2, "pending", "api")
    assert job["queued_at"] is not None
    assert [r["line"] for r in job["rejected"]] == [3, 4]
    assert job["duplicates"] == [{"line": 5, "input": "tidewater-bakery.test", "duplicate_of": 2}]
    done = app.ended(job["id"])
    assert (done["status"], done["progress_percentage"]) == ("completed", 100.0)
    steps = app.get(f"/jobs/{job['id']}/steps")["items"]
    report = app.get(f"/reports/{steps[0]['result_data']['report_id']}")
    assert report["title"]
    assert report["text"]
    assert [line["verdict"] for line in app.get(f"/jobs/{job['id']}/lines")["items"]] == [
        "ok", "corrected", "rejected", "rejected", "duplicate"
    ]  # fmt: skip
    assert app.get("/jobs/stats/summary")["completed"] >= 1
    comment = app.post("/comments/job", {"job_id": job["id"], "body": "Fresh bread", "author": "ana"})
    assert comment.status_code == 201
    assert app.get(f"/comments/job/{job['id']}")["items"][0]["body"] == "Fresh bread"
    for verb in ("cancel", "retry"):
        refused = app.post(f"/jobs/{job['id']}/{verb}")
        assert refused.status_code == 409
        assert refused.headers["content-type"] == "application/problem+json"
    export = requests.get(f"{app.url}/api/jobs/{job['id']}/export", params={"format": "ndjson"}, timeout=30)
    assert [json.loads(row)["verdict"] for row in export.text.splitlines()][2] == "rejected"


def test_two_calls_at_once_with_one_key_make_one_job(app: App) -> None:
    body = {"domains": ["tidewater-bakery.test"], "name": "Twice"}
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(app.post, "/jobs/batch-scraping", body, **{"Idempotency-Key": "twice-1"}) for _ in "12"]
    answers = [call.result() for call in calls]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert app.get("/jobs", q="Twice")["total"] == 1


def test_a_strangers_page_may_change_nothing(app: App) -> None:
    job_id = app.batch(["very-slow.test"], config={"timeout_seconds": 60})
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        assert app.post(f"/jobs/{job_id}/cancel", **headers).status_code == 403
    assert app.get(f"/jobs/{job_id}")["status"] in {"pending", "running"}
    assert app.post(f"/jobs/{job_id}/cancel", Origin=app.url).status_code == 200


def test_addresses_that_people_type_lead_on(app: App) -> None:
    for path, to in {"/jobs": "/", "/job/3": "/job?id=3", "/docs": "/api/docs"}.items():
        answer = requests.get(app.url + path, allow_redirects=False, timeout=10)
        assert (answer.status_code, answer.headers["location"]) == (307, to)
    docs = requests.get(f"{app.url}/api/docs", timeout=10)
    assert docs.status_code == 200
    assert "http://" not in docs.text.replace(app.url, "")
    assert "https://" not in docs.text


def test_it_listens_on_loopback_only(app: App) -> None:
    import psutil

    listening = {
        connection.laddr.ip
        for connection in psutil.Process(app.process.pid if app.process else 0).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening <= {"127.0.0.1", "::1"}
    assert listening


def test_kill_9_in_mid_job_loses_and_repeats_nothing(web: Web, tmp_path: Path) -> None:
    app = App(tmp_path / "data", web)
    try:
        app.start()
        job_id = app.batch(bulk_hosts(200), config={"concurrency": 16})
        for _ in range(3):
            before = app.get(f"/jobs/{job_id}")["completed_steps"]
            while app.get(f"/jobs/{job_id}")["completed_steps"] < before + 15:
                time.sleep(0.02)
            app.kill()
            app.start()
            began = time.monotonic()
            seen = app.get(f"/jobs/{job_id}")["completed_steps"]
            while app.get(f"/jobs/{job_id}")["completed_steps"] == seen:
                assert time.monotonic() - began < 20, "the work does not go on"
                time.sleep(0.05)
        job = app.ended(job_id)
        assert (job["completed_steps"], job["failed_steps"]) == (200, 0)
    finally:
        app.close()
    with sqlite3.connect(tmp_path / "data" / "lote.db") as connection:
        ask = connection.execute
        assert ask("SELECT count(*), count(DISTINCT step_id) FROM reports").fetchone() == (200, 200)
        assert ask("SELECT DISTINCT attempts FROM job_steps").fetchall() == [(1,)]
        assert ask("SELECT count(*) FROM step_attempts WHERE completed_at IS NULL").fetchone() == (0,)
        assert ask("SELECT count(*) FROM step_attempts WHERE outcome = 'lost'").fetchone()[0] > 0
    connection.close()


def test_sigterm_ends_it_with_status_0_and_hands_running_steps_back(web: Web, tmp_path: Path) -> None:
    with App(tmp_path / "data", web) as app:
        job_id = app.batch(["very-slow.test", *bulk_hosts(3)], config={"timeout_seconds": 60})
        while app.get(f"/jobs/{job_id}")["completed_steps"] < 3:
            time.sleep(0.05)
        began = time.monotonic()
        assert app.terminate() == 0
        assert time.monotonic() - began < 20
    with sqlite3.connect(tmp_path / "data" / "lote.db") as connection:
        steps = connection.execute("SELECT status, attempts, lease_owner FROM job_steps ORDER BY id").fetchall()
    connection.close()
    assert steps == [("pending", 0, None)] + [("completed", 1, None)] * 3


def test_wrong_settings_are_told_in_one_line_and_nothing_starts(web: Web, tmp_path: Path) -> None:
    app = App(tmp_path / "data", web, LOTE_FETCH_THREADS="none")
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(app.port)]
    ended = subprocess.run(command, cwd=ROOT, env=app.environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "LOTE_FETCH_THREADS" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr + ended.stdout
