"""Two batches on the real engine: good hosts alone, then all hostile ones with the good among them; what came of it."""

import json
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from core.engine import Engine
from core.job_service import JobService
from core.models import JobStep, Report, ReportText
from core.settings import Settings
from core.states import FINAL
from core.targets import Policy, parse_items
from tests.hostile import Authority
from tests.hostile_web import memory
from tests.hostile_web.canary import Canary
from tests.hostile_web.case import MAX_BYTES, TIMEOUT_SECONDS, Case
from tests.hostile_web.world import GOOD_ADDRESS, addresses

MIB = 1024 * 1024
CONFIG = {
    "max_retries": 0,
    "interval_seconds": 0,
    "concurrency": 64,
    "timeout_seconds": TIMEOUT_SECONDS,
    "max_bytes": MAX_BYTES,
}
PATIENCE_SECONDS = 600


def run(cases: Sequence[Case], good: Sequence[str], authority: Authority, folder: Path) -> dict[str, Any]:
    """Everything that the tests ask about, ready for JSON; times are seconds from the begin of a job."""
    canary = Canary([GOOD_ADDRESS, *addresses(cases).values()])
    sings = canary.sings()
    settings = Settings.load(
        data_dir=folder / "data", ca_bundle=authority.bundle, extract_processes=2, fetch_threads=80
    )
    service = JobService.open(settings)
    with Engine(settings, service.database):
        alone = _steps(service, _finished(service, good))
        memory.forget_peak()
        before = memory.present()
        beside = _steps(service, _finished(service, _mixed([case.host for case in cases], good)))
        peak = memory.peak()
        workers = [worker.memory_info().rss / MIB for worker in psutil.Process().children(recursive=True)]
    service.close()
    return {
        "canary_sings": sings,
        "canary_hits": canary.hits,
        "alone": alone,
        "beside": beside,
        "grown_mib": peak - before,
        "worker_mib": max(workers, default=0.0),
    }


def _mixed(hostile: Sequence[str], good: Sequence[str]) -> list[str]:
    """The good ones among the first of the hostile, which take all the time that they are given."""
    return [host for host in chain.from_iterable(zip_longest(hostile, good)) if host]


def _finished(service: JobService, hosts: Sequence[str]) -> int:
    targets = parse_items(hosts, Policy(scrape_anyway=frozenset({"test"})))
    job_id = service.create_batch_scraping_job(targets, config=CONFIG, start=True).job.id
    deadline = time.monotonic() + PATIENCE_SECONDS
    while service.get_job_status(job_id).status not in FINAL:
        assert time.monotonic() < deadline, f"job {job_id} did not end"
        time.sleep(0.1)
    return job_id


def _steps(service: JobService, job_id: int) -> dict[str, dict[str, Any]]:
    """By host."""
    with service.database.reading() as session:
        steps = session.scalars(sa.select(JobStep).where(JobStep.job_id == job_id)).all()
        texts = sa.select(Report, ReportText.text).join(ReportText).where(Report.job_id == job_id)
        reports = {report.step_id: (report, text) for report, text in session.execute(texts)}
        began = min(step.started_at for step in steps if step.started_at)
        return {step.host: _step(step, *reports.get(step.id, (None, "")), began) for step in steps}


def _step(step: JobStep, report: Report | None, text: str, began: datetime) -> dict[str, Any]:
    assert step.started_at and step.completed_at
    said = json.dumps([report.model_dump(mode="json"), text], ensure_ascii=False) if report else ""
    return {
        "kind": step.error_kind or step.status,
        "message": step.error_message,
        "title": report and report.title,
        "is_valid": "\\u0000" not in said
        and "\0" not in said
        and not any("\ud800" <= char <= "\udfff" for char in said),
        "began": (step.started_at - began).total_seconds(),
        "ended": (step.completed_at - began).total_seconds(),
    }
