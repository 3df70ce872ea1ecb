"""What can go wrong, as a tree; the docstring is the message.

LoteError
├── NotFound            an id that names nothing
│   └── NoLongerKept    a report that has been kept as long as the settings say (HTTP 410)
├── Refused             the request is understood and not allowed now (HTTP 409)
│   └── ForbiddenMove   a state does not allow what was asked
├── Unidentified        nobody is logged in, and no token says who asks (HTTP 401)
├── Forbidden           whoever asks may not do this (HTTP 403)
├── InvalidInput        what was given cannot be used (HTTP 422)
├── Aborted             the work was stopped from outside: cancelled, or its claim is gone
├── FetchError          a target did not give a page (see failures.py for the kinds)
├── WorkerDied          an extraction process died while it held a page
├── NoWorker            no extraction process could be started for a page
├── DatabaseDown        the database does not answer now: busy, away, started anew
│   └── DatabaseFull    its disk is full
└── DatabaseUnusable    the database cannot be used as it is: newer than the code, not migrated, a failed migration
    └── DatabaseMoved   its file is not where it was
"""

from core.failures import FailureKind
from core.i18n import N_, _, language, speaking
from core.states import JobEvent, JobStatus


class LoteError(Exception):
    """Something went wrong."""

    def __init__(self, template: str | None = None, **values: object) -> None:
        """`template` replaces the docstring as the message; `values` fill its {places}. Mark templates with `N_`."""
        self.template = template or (type(self).__doc__ or "").strip()
        self.values = values
        super().__init__(self.template, values)

    @property
    def message(self) -> str:
        """The message in the language of the present context."""
        return _(self.template).format(**self.values) if self.values else _(self.template)

    def __str__(self) -> str:
        """The message in English, for logs."""
        if language() == "en":
            return self.message
        with speaking("en"):
            return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.template, self.values, self.__dict__))


def _rebuild(cls: type[LoteError], template: str, values: dict[str, object], state: dict[str, object]) -> LoteError:
    error = cls.__new__(cls)
    LoteError.__init__(error, template, **values)
    error.__dict__.update(state)
    return error


FORBIDDEN: dict[JobEvent, str] = {
    JobEvent.START: N_("Job {job_id} cannot be started."),
    JobEvent.PAUSE: N_("Job {job_id} cannot be paused."),
    JobEvent.RESUME: N_("Job {job_id} cannot be resumed."),
    JobEvent.CANCEL: N_("Job {job_id} cannot be cancelled."),
    JobEvent.RETRY: N_("Job {job_id} cannot be retried: only a finished job can."),
    JobEvent.EXTEND: N_("Job {job_id} takes no more domains: create another job for them."),
    JobEvent.DELETE: N_("Job {job_id} cannot be deleted: cancel it first."),
}
STATUS_SENTENCES: dict[JobStatus, str] = {
    JobStatus.PENDING: N_("It is pending."),
    JobStatus.RUNNING: N_("It is running."),
    JobStatus.PAUSED: N_("It is paused."),
    JobStatus.COMPLETED: N_("It is completed."),
    JobStatus.FAILED: N_("It has failed."),
    JobStatus.CANCELLED: N_("It is cancelled."),
}


class NotFound(LoteError):
    """There is no {thing} {id}. It may have been deleted."""


class NoLongerKept(NotFound):
    """Report {id} is no longer kept. Its step is still in the list of job {job_id}."""


class Refused(LoteError):
    """This is not possible now."""


class ForbiddenMove(Refused):
    """The state of the job does not allow this."""

    def __init__(self, job_id: int, status: JobStatus, event: JobEvent) -> None:
        """The job is in `status`, which has no move for `event`."""
        super().__init__(FORBIDDEN[event], job_id=job_id)
        self.status = status

    @property
    def message(self) -> str:
        """What is forbidden, and the state that forbids it."""
        return f"{super().message} {_(STATUS_SENTENCES[self.status])}"


class Unidentified(LoteError):
    """Log in, or send a token: Authorization: Bearer lote_…"""


class Forbidden(LoteError):
    """Your role does not allow this."""


class InvalidInput(LoteError):
    """This cannot be used: {problem}"""

    def __init__(
        self, template: str | None = None, errors: list[dict[str, object]] | None = None, **values: object
    ) -> None:
        """`errors` lists the single faults as RFC 9457 members: [{"field": "config.concurrency", "detail": "…"}]."""
        super().__init__(template, **values)
        self.errors = errors or []


class Aborted(LoteError):
    """The work was stopped: the job was cancelled, or another engine holds it now."""


class FetchError(LoteError):
    """{detail}"""

    def __init__(
        self,
        kind: FailureKind,
        detail: str,
        *,
        http_status: int | None = None,
        retry_after_seconds: float | None = None,
        permanent: bool = False,
    ) -> None:
        """`detail` is an English sentence with the facts ("Timed out after 30 s"); it is stored with the attempt.

        `permanent`: no further attempt helps although one of its kind may (a name that does not exist).
        """
        super().__init__(detail=detail)
        self.kind = kind
        self.detail = detail
        self.http_status = http_status
        self.retry_after_seconds = retry_after_seconds
        self.permanent = permanent
        self.crawl_delay_seconds: float | None = None
        """What robots.txt asked for before the failure; None when it was not read."""


class WorkerDied(LoteError):
    """The extraction process died while it held this page."""


class NoWorker(LoteError):
    """No extraction process could be started; the step waits and is tried again."""


class DatabaseUnusable(LoteError):
    """The database cannot be used: {problem}"""


class DatabaseMoved(DatabaseUnusable):
    """The database file {file} was moved or replaced. Put it back, or restart Lote to work with what is there now."""


class DatabaseDown(LoteError):
    """The database is busy or cannot be reached; nothing was changed. Try again in a moment."""


class DatabaseFull(DatabaseDown):
    """The disk of the database is full; nothing was changed. Make room on it, then try again."""
