"""Where extraction runs: worker processes with hard limits."""

from core.executors.extractor import CPU_LIMIT_SECONDS, TIME_LIMIT_SECONDS, Extractor

__all__ = ["CPU_LIMIT_SECONDS", "TIME_LIMIT_SECONDS", "Extractor"]
