"""The configuration of one job, with its bounds and presets; the same model checks screens, API and command line."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import InvalidInput
from core.faults import described
from core.i18n import N_

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
