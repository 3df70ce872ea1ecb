"""The shapes of requests and answers that are not rows of the reads."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, FailFast, Field, model_validator
from pydantic_core import PydanticKnownError

from core import tokens
from core.actor import Scope
from core.checks import LONGEST_NOTE
from core.comments import LONGEST_AUTHOR, LONGEST_BODY
from core.draft import LONGEST_DESCRIPTION, LONGEST_NAME
from core.failures import FailureKind
from core.flags import Flag
from core.job_config import JobConfig
from core.job_service import MOST_STEPS_NAMED
from core.models import storable
from core.queries.audit import EventFilter
from core.queries.flags import ANY, UNCHECKED
from core.queries.rows import FIELDS, JobRow, StepRow
from core.queries.tokens import TokenRow, TokenState
from core.states import JobStatus, JobType, StepStatus, Verdict
from core.waits import Wait, WaitKind

LARGEST_LIST = 500_000
"""Entries of a list of domains, those included that are rejected or repeated."""
LARGEST_ID = 2**63 - 1

Search = Annotated[str, Field(max_length=500), AfterValidator(storable)]
Cursor = Annotated[str, Field(max_length=500, description="`next_cursor` of the page before")]
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Description = Annotated[str, Field(max_length=LONGEST_DESCRIPTION)]
SIGNS = "Signs it; with a login or a token that one's name does, whatever is given here"
MUST_BE = "Must be the comment's author; with a login or a token one's name must"
Person = Annotated[str, Field(max_length=LONGEST_AUTHOR)]
CommentBody = Annotated[str, Field(min_length=1, max_length=LONGEST_BODY, description="Plain text")]
Priority = Annotated[int, Field(ge=-10, le=10, description="Higher goes first")]
Domain = Annotated[str, Field(description="A domain or URL")]
Domains = Annotated[
    list[Domain], FailFast(), Field(max_length=LARGEST_LIST, description="Domains or URLs, one target each")
]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Parameters(BaseModel):
    """Query parameters; an empty one counts as not given, an unknown one is refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values


FLAGS_ASKED = (ANY, UNCHECKED, *map(str, Flag))


def _known_flag(asked: str) -> str:
    if asked not in FLAGS_ASKED:
        raise PydanticKnownError("enum", {"expected": ", ".join(map(repr, FLAGS_ASKED))})
    return asked


FlagAsked = Annotated[
    str,
    AfterValidator(_known_flag),
    Field(
        description="Its report has this flag, or `any`; `unchecked`: one that nobody has checked by hand yet",
        json_schema_extra={"enum": list(FLAGS_ASKED)},
    ),
]


class Paging(Parameters):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=500, description="Entries of a page")] = 50
    cursor: Cursor | None = None


class JobFilters(Paging):
    """Which jobs."""

    status: JobStatus | None = None
    job_type: JobType | None = None
    q: Annotated[Search | None, Field(description="The name contains it, or a host begins with it")] = None
    created_by: Search | None = None


class StepFilters(Paging):
    """Which steps of a job."""

    status: StepStatus | None = None
    error_kind: FailureKind | None = None
    flag: FlagAsked | None = None
    q: Annotated[Search | None, Field(description="The target contains it")] = None


class LineFilters(Paging):
    """Which lines of a job's list."""

    verdict: Verdict | None = None


class ReportFilters(Paging):
    """Which reports."""

    domain: Annotated[Search | None, Field(description="The host")] = None
    job_id: Annotated[int | None, Field(ge=1, le=LARGEST_ID)] = None
    q: Annotated[Search | None, Field(description="Title, description or target contain it")] = None


class TokenFilters(Paging):
    """Which tokens."""

    revoked: Annotated[bool, Field(description="Those too that were revoked")] = True


class EventFilters(Parameters):
    """Which events of the audit log."""

    actor: Annotated[Search, Field(description="A part of the name of who did it")] = ""
    action: Annotated[
        Search,
        Field(description="What was done (`job.cancelled`), or everything that was done to a kind of thing (`job`)"),
    ] = ""
    job_id: Annotated[int | None, Field(ge=1, le=LARGEST_ID)] = None
    thing_id: Annotated[Search, Field(description="Id, host or login of what it was done to")] = ""
    since: Annotated[AwareDatetime | None, Field(description="The first moment, with a time zone")] = None
    until: Annotated[AwareDatetime | None, Field(description="The moment after the last, with a time zone")] = None

    def wanted(self) -> EventFilter:
        """The filter of the reads."""
        return EventFilter(self.actor, self.action, self.job_id, self.thing_id, _utc(self.since), _utc(self.until))


class EventPaging(EventFilters, Paging):
    """Which page of them."""


def _utc(moment: datetime | None) -> datetime | None:
    """In UTC; near the ends of the calendar there is none, and the end itself is meant."""
    try:
        return moment and moment.astimezone(UTC)
    except OverflowError:
        assert moment is not None
        return moment.replace(tzinfo=UTC)


class Body(BaseModel):
    """A request's body: unknown fields are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewJob(Body):
    """What every new job may say."""

    name: Name | None = None
    description: Description | None = None
    priority: Priority = 0
    config: JobConfig | None = None
    start: Annotated[bool, Field(description="Start it at once")] = True
    created_by: Person | None = None


class NewBatch(NewJob):
    """A batch: one step for each target."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"domains": ["example.com", "example.org/about"], "name": "Cartera Q4"}]}
    )

    domains: Domains


class MoreDomains(Body):
    """More targets for a job."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"domains": ["example.net", "example.com/blog"]}]})

    domains: Domains


class NewSingle(NewJob):
    """A job with one target."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"domain": "example.com"}]})

    domain: Domain


class JobChange(Body):
    """What changes; a field that is not given stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Cartera Q4", "config": {"concurrency": 8, "interval_seconds": 0.5}}]}
    )

    name: Name | None = None
    description: Description | None = None
    priority: Priority | None = None
    config: Annotated[JobConfig | None, Field(description="Keys that are not given stay")] = None


class RetryOrder(Body):
    """Which steps of a finished job run again; without a body, the failed ones."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"error_kind": "timeout", "overrides": {"timeout_seconds": 60}}]}
    )

    states: Annotated[list[Literal["failed", "cancelled"]], FailFast(), Field(min_length=1, max_length=2)] = ["failed"]
    error_kind: Annotated[FailureKind | None, Field(strict=False, description="Only steps that failed so")] = None
    steps: Annotated[
        list[Id] | None, FailFast(), Field(max_length=MOST_STEPS_NAMED, description="Only steps with these numbers")
    ] = None
    overrides: Annotated[JobConfig | None, Field(description="Options for these steps; the job's config stays")] = None


class ExtractOrder(Body):
    """Which stored pages of a finished job are extracted again, and how; without a body, all of them as they were."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"config": {"questions": [{"name": "Vegan", "kind": "text", "expression": "vegan"}]}}]
        }
    )

    name: Annotated[Name | None, Field(description="Of the new job; without one that of the job")] = None
    config: Annotated[JobConfig | None, Field(description="Keys that are not given are as in the job")] = None
    steps: Annotated[
        list[Id] | None,
        FailFast(),
        Field(min_length=1, max_length=MOST_STEPS_NAMED, description="Only steps with these numbers"),
    ] = None


class NewComment(Body):
    """A comment on a job."""

    job_id: Id
    body: CommentBody
    author: Annotated[Person, Field(min_length=1, description=SIGNS)] = ""


class CommentChange(Body):
    """The new text of a comment."""

    body: CommentBody
    author: Annotated[Person, Field(min_length=1, description=MUST_BE)] = ""


class NewCheck(Body):
    """That a person has looked at a flagged report and found it good."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"author": "ana", "note": "A small site, but theirs."}]})

    author: Annotated[Person, Field(min_length=1, description=SIGNS)] = ""
    note: Annotated[str, Field(max_length=LONGEST_NOTE, description="Plain text: what was seen")] = ""


class NewToken(Body):
    """A token for a program."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "CI", "scope": "write", "days": 90}]})

    name: Annotated[str, Field(min_length=1, max_length=tokens.LONGEST_NAME)]
    scope: Annotated[
        Scope, Field(strict=False, description="What it may do: each may all that those before it may")
    ] = Scope.READ
    days: Annotated[int | None, Field(ge=1, le=tokens.MOST_DAYS, description="Until it expires; null: never")] = (
        tokens.DEFAULT_DAYS
    )
    owner: Annotated[
        str | None, Field(max_length=tokens.LONGEST_OWNER, description="Who signs what it does; with a login, oneself")
    ] = None


class Authorship(Parameters):
    """Who asks."""

    author: Annotated[Person, Field(min_length=1, description=MUST_BE)] = ""


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """An entry that is no target: `line` is its position in the job's list from 1, `reason` a code, `message` the same
    in words.
    """

    line: int
    input: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class DuplicateLine:
    """An entry whose target stands already at position `duplicate_of`."""

    line: int
    input: str
    duplicate_of: int


@dataclass(frozen=True, slots=True)
class WaitingStep(StepRow):
    """A step; `waits_for` and `waits_until` tell what holds a pending one of a running job back, and until when (null:
    nobody knows). A step that waits for a lane only has neither.
    """

    waits_for: WaitKind | None
    waits_until: datetime | None

    @classmethod
    def of(cls, step: StepRow, wait: Wait | None) -> "WaitingStep":
        """The step with its wait."""
        values: dict[str, Any] = {name: getattr(step, name) for name in FIELDS[StepRow]}
        return cls(**values, waits_for=wait.kind if wait else None, waits_until=wait.until if wait else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedJob(JobRow):
    """The new job, and what of the list was not taken."""

    rejected: list[RejectedLine]
    duplicates: list[DuplicateLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(TokenRow):
    """A token without its secret; `hint` is the beginning of that, `last_used_at` is right within a minute."""

    state: TokenState

    @classmethod
    def of(cls, row: TokenRow, now: datetime) -> "Token":
        """The token as it is worth now."""
        return cls(**asdict(row), state=row.state_at(now))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedToken(Token):
    """The new token; `token` is the secret, to be sent as `Authorization: Bearer <token>`."""

    token: str

    @classmethod
    def made(cls, new: tokens.NewToken, now: datetime) -> "CreatedToken":
        """The token with its secret."""
        return cls(**asdict(new.row), state=new.row.state_at(now), token=new.secret)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether Lote works; `detail` says why it is `degraded`, `engine` how that of this process is."""

    status: Literal["ok", "degraded"]
    version: str
    database: Literal["ok", "unreachable", "moved", "outdated"]
    engine: dict[str, Any]
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    status: Literal["ok"]
