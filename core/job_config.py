"""The configuration of one job: bounds, presets, what may change when; it checks screens, API and command line."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from core.errors import InvalidInput, Refused
from core.faults import described
from core.i18n import N_, _
from core.questions import MOST_QUESTIONS, Question, all_different

KIB, MIB = 1024, 1024 * 1024


class JobConfig(BaseModel):
    """How a job's targets are visited. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    max_retries: Annotated[int, Field(ge=0, le=10, description="Further attempts after a failure that may pass")] = 2
    interval_seconds: Annotated[float, Field(ge=0, le=3600, description="Pause of a lane after each attempt")] = 1.0
    concurrency: Annotated[int, Field(ge=1, le=64, description="Lanes: steps at a time")] = 4
    timeout_seconds: Annotated[float, Field(ge=1, le=300, description="Limit of a whole visit")] = 30.0
    max_bytes: Annotated[int, Field(ge=KIB, le=50 * MIB, description="Largest page, in bytes")] = 5 * MIB
    follow_redirects: Annotated[int, Field(ge=0, le=20, description="Redirects followed at the most")] = 10
    backoff_seconds: Annotated[float, Field(ge=0, le=300, description="Wait before the first retry; then doubled")] = (
        2.0
    )
    user_agent: Annotated[
        str | None, Field(max_length=500, pattern=r"^[\x20-\x7e]+$", description="User-Agent instead of Lote's own")
    ] = None
    accept_language: Annotated[
        str | None, Field(max_length=200, pattern=r"^[\x20-\x7e]+$", description="Accept-Language header")
    ] = None
    respect_robots: Annotated[bool, Field(description="Visit only what the robots.txt of the site allows")] = True
    reuse_days: Annotated[
        int, Field(ge=0, le=365, description="A good report younger than this is used instead of a visit; 0: none is")
    ] = 0
    store_html: Annotated[bool, Field(description="Keep the HTML of every page, to download or extract it again")] = (
        False
    )
    extra_pages: Annotated[
        int,
        Field(ge=0, le=3, description="Of the site's own contact, legal notice and about pages, for contact fields"),
    ] = 0
    questions: Annotated[
        list[Question],
        Field(max_length=MOST_QUESTIONS, description="Asked of every page; the answers stand under their names"),
        AfterValidator(all_different),
    ] = []

    @model_validator(mode="after")
    def _finds_anew(self) -> "JobConfig":
        """A report made before has no answers to these questions, and was made without extra pages."""
        if self.reuse_days and (self.questions or self.extra_pages):
            raise PydanticCustomError("reuse_without", "Reports cannot be reused with questions or extra pages")
        return self

    @classmethod
    def parse(cls, values: "Mapping[str, Any] | JobConfig | None") -> "JobConfig":
        """The configuration, or `InvalidInput` that names every wrong key."""
        if isinstance(values, JobConfig):
            return values
        try:
            return cls.model_validate(dict(values or {}))
        except ValidationError as error:
            faults = described({**fault, "loc": ("config", "config", *fault["loc"])} for fault in error.errors())
            problem = " ".join(f"{fault['field']}: {fault['detail']}" for fault in faults)
            raise InvalidInput(
                N_("The configuration cannot be used: {problem}"), errors=faults, problem=problem
            ) from error


PRESETS: dict[str, dict[str, float]] = {
    "gentle": {"concurrency": 2, "interval_seconds": 3.0},
    "normal": {"concurrency": 4, "interval_seconds": 1.0},
    "fast": {"concurrency": 16, "interval_seconds": 0.2},
}
"""Preset → the keys of `JobConfig` that it sets."""

CHANGEABLE_AFTER_START = frozenset({"concurrency", "interval_seconds"})
"""What holds for the job as a whole: it may change while the job runs, and no single step can have its own."""
CHANGEABLE_BY_RETRY = (
    frozenset(JobConfig.model_fields) - CHANGEABLE_AFTER_START - {"questions", "reuse_days", "store_html"}
)
"""What the steps that a retry takes can have of their own."""


def changed(job_id: int, config: Mapping[str, Any], changes: Mapping[str, Any], *, was_started: bool) -> dict[str, Any]:
    """The configuration with `changes`; after the start only `CHANGEABLE_AFTER_START` may change, else `Refused`."""
    before, new = (JobConfig.parse(values).model_dump() for values in (config, {**config, **changes}))
    fixed = sorted(key for key in changes if key not in CHANGEABLE_AFTER_START and new[key] != before[key])
    if fixed and was_started:
        raise Refused(
            N_("Job {job_id} has been started: {keys} cannot change any more. Duplicate the job to use other values."),
            job_id=job_id,
            keys=", ".join(fixed),
        )
    return new


def check_overrides(overrides: Mapping[str, Any]) -> None:
    """Raise `InvalidInput` for what a retry cannot change for some steps only."""
    JobConfig.parse(overrides)
    if of_the_job := sorted(overrides.keys() - CHANGEABLE_BY_RETRY):
        raise InvalidInput(
            N_("A retry cannot change {keys} for some steps only: change the job."),
            errors=[{"field": f"overrides.{key}", "detail": _("This belongs to the whole job.")} for key in of_the_job],
            keys=", ".join(of_the_job),
        )
