"""What Prometheus is told, by its naming conventions (https://prometheus.io/docs/practices/naming/).

Few series, whatever is scraped: no hosts, no jobs, no people. What comes from the database is the same from every
process on it, and counters outlive restarts and deletions; `OF_PROCESS` names what is of this process or its machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client import ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from core import __version__
from core.disk import Room
from core.failures import FailureKind
from core.histogram import BOUNDS_SECONDS
from core.queries.metrics import Slot
from core.queries.metrics_now import Present
from core.states import JobStatus

OF_PROCESS = ("lote_build", "lote_engine_up", "lote_disk_free_bytes", "lote_disk_size_bytes", "process_")
"""How the names of these begin."""


@dataclass(frozen=True, slots=True)
class Exposition(Collector):
    """One scrape: what ended since ever, how it is now, the disk of this process, whether its engine works."""

    ended: Slot
    present: Present
    room: Room
    engine_is_up: bool

    def collect(self) -> Iterator[Metric]:
        """Every family; all known label values are there from the start, so that rates can be told."""
        yield from self._steps()
        yield from self._present()
        yield from self._process()

    def _steps(self) -> Iterator[Metric]:
        done, failed = self.ended.completed, self.ended.failed
        steps = CounterMetricFamily("lote_steps", "Steps that ended, by how their last attempt did.", labels=["status"])
        steps.add_metric(["completed"], done)
        steps.add_metric(["failed"], failed)
        yield steps
        yield CounterMetricFamily(
            "lote_flagged_steps", "Completed steps whose report had a flag when it was made.", self.ended.flagged
        )
        failures = CounterMetricFamily("lote_step_failures", "Failed steps by failure kind.", labels=["error_kind"])
        for kind in FailureKind:
            if kind is not FailureKind.CANCELLED:  # such a step has no failed attempt
                failures.add_metric([kind], self.ended.failures[kind])
        yield failures
        attempts = CounterMetricFamily(
            "lote_attempts", "Attempts that their target answered or failed.", labels=["outcome"]
        )
        attempts.add_metric(["completed"], done)
        attempts.add_metric(["failed"], failed + self.ended.retried_attempts)
        yield attempts
        bounds = [*map(str, BOUNDS_SECONDS), "+Inf"]
        yield HistogramMetricFamily(
            "lote_step_duration_seconds",
            "Time from claim to settlement of the last attempts of steps.",
            buckets=list(zip(bounds, map(float, accumulate(self.ended.times)), strict=True)),
            sum_value=self.ended.seconds,
        )

    def _present(self) -> Iterator[Metric]:
        now = self.present
        jobs = GaugeMetricFamily("lote_jobs", "Jobs that are there, by status.", labels=["status"])
        for status in JobStatus:
            jobs.add_metric([status], now.jobs[status])
        yield jobs
        for name, meaning, value in (
            ("lote_waiting_jobs", "Started jobs that wait for a place.", now.waiting_jobs),
            ("lote_queue_age_seconds", "How long the job that waits longest has waited.", now.queue_age_seconds),
            (
                "lote_unfinished_steps",
                "Steps of queued, running and paused jobs that have not ended.",
                now.unfinished_steps,
            ),
            ("lote_running_steps", "Steps that an engine is working on.", now.running_steps),
            ("lote_engines", "Engines that live on this database.", now.engines),
            ("lote_places", "Steps that all engines can work on at a time.", now.places),
            ("lote_places_in_use", "Places that are taken.", now.places_in_use),
            ("lote_worker_processes", "Processes that read pages, of all engines.", now.worker_processes),
            ("lote_database_size_bytes", "Size of the database.", now.database_bytes),
        ):
            yield GaugeMetricFamily(name, meaning, value)

    def _process(self) -> Iterator[Metric]:
        yield InfoMetricFamily("lote_build", "The version of this process.", {"version": __version__})
        up = "Whether the engine of this process works (0: it does not, or there is none)."
        yield GaugeMetricFamily("lote_engine_up", up, self.engine_is_up)
        yield GaugeMetricFamily("lote_disk_free_bytes", "Free space beside the data directory.", self.room.free_bytes)
        yield GaugeMetricFamily("lote_disk_size_bytes", "Size of that disk.", self.room.total_bytes)
        yield from ProcessCollector(registry=None).collect()
