"""How long each kind of data is kept, counted in days; what is never asked to go is kept for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.i18n import N_
from core.settings import Settings


class Kind(StrEnum):
    """What has a time to be kept; in the order in which it goes."""

    HTML = "html"
    """Stored pages; counted from the end of the job."""
    REPORTS = "reports"
    """With their texts and pages; counted from the end of the job, whose steps stay."""
    ATTEMPTS = "attempts"
    """The history of steps; counted from the end of the attempt."""
    JOBS = "jobs"
    """All that belongs to a job; counted from its end."""
    AUDIT = "audit"
    """The audit log."""


NAMES: dict[Kind, str] = {
    Kind.HTML: N_("Stored pages"),
    Kind.REPORTS: N_("Reports"),
    Kind.ATTEMPTS: N_("Attempts"),
    Kind.JOBS: N_("Jobs"),
    Kind.AUDIT: N_("Audit log"),
}


@dataclass(frozen=True, slots=True)
class Retention:
    """The days of each kind; 0 is for ever."""

    days: dict[Kind, int]

    @classmethod
    def of(cls, settings: Settings) -> "Retention":
        """As the settings say."""
        return cls({kind: getattr(settings, f"keep_{kind}_days") for kind in Kind})

    def ends(self, now: datetime) -> Iterator[tuple[Kind, datetime]]:
        """Each kind that goes, and the moment before which it does."""
        for kind, days in self.days.items():
            if days:
                yield kind, now - timedelta(days=days)
