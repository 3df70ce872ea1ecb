"""Reads of steps and their attempts."""

from typing import Any
from urllib.parse import quote

import idna
import sqlalchemy as sa
from sqlmodel import Session, col

from core.errors import NotFound
from core.failures import FailureKind
from core.i18n import N_
from core.models import Document, JobLine, JobStep, Report, StepAttempt, Text
from core.queries import flags, jobs
from core.queries.paging import by_keyset, by_number, columns, many, one
from core.queries.reports import OF_STEP
from core.queries.rows import AttemptRow, Page, StepRow
from core.states import StepStatus, Verdict

EXTRA = "list:"
"""Before the name of a column of the uploaded table."""
ANSWER = "answer:"
"""Before the name of a question of the job."""
ORDERS: dict[str, Any] = {
    "step_number": col(JobStep.step_number),
    "target": col(JobStep.host),
    "status": col(JobStep.status),
    "attempts": col(JobStep.attempts),
    "error_kind": col(JobStep.error_kind),
    "completed_at": col(JobStep.completed_at),
}
"""What the Steps table can be sorted by, beside the columns of a report and, after `EXTRA`, those of the list."""
REPORT_ORDERS = sa.inspect(Report).columns
STORED_IN_PATHS = "/?:@!$&()*+,;=%-._~[]"
"""What stays as it is in the path of a target."""


def page(
    session: Session,
    job_id: int,
    *,
    status: StepStatus | None = None,
    error_kind: FailureKind | None = None,
    flag: str | None = None,
    q: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[StepRow]:
    """Steps of a job by number; `NotFound` without the job. `flag` as for `flags.steps`."""
    jobs.get(session, job_id)
    statement = _filtered(job_id, status, error_kind, flag, q)
    return by_keyset(session, StepRow, statement, col(JobStep.step_number), limit=limit, cursor=cursor)


def numbered(
    session: Session,
    job_id: int,
    *,
    page: int,
    size: int,
    status: StepStatus | None = None,
    error_kind: FailureKind | None = None,
    flag: str | None = None,
    q: str | None = None,
    order_by: str = "step_number",
    descending: bool = False,
) -> Page[StepRow]:
    """The same steps by page number, sorted by what `is_order` accepts; steps without a value come last."""
    statement = _filtered(job_id, status, error_kind, flag, q)
    key = _order(order_by)
    order = [(key.desc() if descending else key.asc()).nulls_last(), col(JobStep.step_number)]
    return by_number(session, StepRow, statement, order, page=page, size=size)


def is_order(name: str) -> bool:
    """Whether steps can be sorted by this; a list's column that a job does not have leaves the order of the list."""
    return name in ORDERS or name in REPORT_ORDERS or name.startswith((EXTRA, ANSWER))


def get(session: Session, job_id: int, step_number: int) -> StepRow:
    """One step by its number, or `NotFound`."""
    jobs.get(session, job_id)
    found = None
    if 0 < step_number <= jobs.LARGEST_ID:
        statement = _steps(job_id).where(col(JobStep.step_number) == step_number)
        found = one(session, StepRow, statement)
    if found is None:
        raise NotFound(N_("Job {job_id} has no step {id}."), job_id=job_id, id=step_number)
    return found


def attempts(session: Session, job_id: int, step_number: int) -> list[AttemptRow]:
    """The whole history of a step, oldest first."""
    step = get(session, job_id, step_number)
    statement = sa.select(*columns(AttemptRow, StepAttempt)).where(col(StepAttempt.step_id) == step.id)
    return many(session, AttemptRow, statement.order_by(col(StepAttempt.number)))


def using(session: Session, report_id: int, job_id: int | None = None) -> StepRow:
    """The step that a report stands for: the one of this job that uses it again, else the one that it belongs to."""
    if job_id is not None and 0 < job_id <= jobs.LARGEST_ID:
        again = _steps(job_id).where(col(JobStep.reused_report_id) == report_id)
        if (found := one(session, StepRow, again)) is not None:
            return found
    own = sa.select(*columns(StepRow, JobStep)).join(Report, col(Report.step_id) == col(JobStep.id))
    found = one(session, StepRow, own.where(col(Report.id) == report_id))
    if found is None:
        raise NotFound(N_("There is no report {id}. It may have been deleted with its job."), id=report_id)
    return found


def neighbours(session: Session, step: StepRow) -> tuple[int | None, int | None, int, int]:
    """Around a step in its job, by step number: report before, report after, own step number, steps of the job."""
    job = jobs.get(session, step.job_id)
    around = sa.select(col(Report.id)).join(JobStep, OF_STEP).where(col(JobStep.job_id) == job.id).limit(1)
    number = step.step_number
    step_number = col(JobStep.step_number)
    before = session.execute(around.where(step_number < number).order_by(step_number.desc())).scalar()
    after = session.execute(around.where(step_number > number).order_by(step_number)).scalar()
    return before, after, number, job.total_steps


def _steps(job_id: int) -> sa.Select[Any]:
    return sa.select(*columns(StepRow, JobStep)).where(col(JobStep.job_id) == job_id)


def _filtered(
    job_id: int, status: StepStatus | None, error_kind: FailureKind | None, flag: str | None, q: str | None
) -> sa.Select[Any]:
    statement = _steps(job_id)
    if status is not None:
        statement = statement.where(col(JobStep.status) == status)
    if error_kind is not None:
        statement = statement.where(col(JobStep.error_kind) == error_kind)
    if flag is not None:
        statement = statement.where(col(JobStep.id).in_(flags.steps(job_id, flag)))
    if q and (wanted := q.strip()):
        statement = statement.where(_contains(wanted))
    return statement


def _order(name: str) -> Any:
    """What to sort by: texts without regard to case, lists by their length."""
    if name in ORDERS:
        return ORDERS[name]
    if name.startswith(EXTRA):
        return _extra(name.removeprefix(EXTRA))
    if name.startswith(ANSWER):
        return _answer(name.removeprefix(ANSWER))
    column = REPORT_ORDERS[name]
    if name in ("answers", "contact_sources"):
        key: Any = sa.cast(column, sa.Text)
    elif isinstance(column.type, Document):
        key = sa.func.json_array_length(column)
    else:
        key = sa.func.lower(column) if isinstance(column.type, Text) else column
    return sa.select(key).where(OF_STEP).correlate(JobStep).scalar_subquery()


def _answer(name: str) -> Any:
    """How often the page has what the question of this name looks for."""
    pair = sa.func.json_each(col(Report.answers)).table_valued("key", sa.column("value", sa.JSON))
    count = sa.select(pair.c.value["count"].as_integer()).select_from(Report).join(pair, pair.c.key == name)
    return count.where(OF_STEP).limit(1).correlate(JobStep).scalar_subquery()


def _extra(name: str) -> Any:
    """What the list says in this column; as pairs, because names may hold what a path of SQLite's JSON cannot."""
    pair = sa.func.json_each(col(JobLine.extra)).table_valued("key", "value")
    mine = (col(JobLine.step_id) == col(JobStep.id), col(JobLine.verdict).in_((Verdict.OK, Verdict.CORRECTED)))
    value = sa.func.lower(sa.cast(pair.c.value, sa.Text))
    found = sa.select(value).select_from(JobLine).join(pair, pair.c.key == name).where(*mine)
    return found.order_by(col(JobLine.id)).limit(1).scalar_subquery()


def _contains(wanted: str) -> sa.ColumnElement[bool]:
    """The target has it, as it is stored or as it is shown, or the list had it as it was given."""
    target = col(JobStep.target)
    stored = target.icontains(wanted, autoescape=True)
    if wanted.isascii():
        return stored
    given = sa.exists().where(
        col(JobLine.step_id) == col(JobStep.id), col(JobLine.input).icontains(wanted, autoescape=True)
    )
    as_stored = _stored_form(wanted)
    return sa.or_(stored, given, *([target.icontains(as_stored, autoescape=True)] if as_stored else []))


def _stored_form(shown: str) -> str | None:
    """International labels in punycode, the path in percents; None when it is no name (UTS 46)."""
    host, slash, path = shown.partition("/")
    try:
        labels = [label if label.isascii() else idna.encode(label, uts46=True).decode() for label in host.split(".")]
    except idna.IDNAError:
        return None
    return ".".join(labels) + slash + quote(path, safe=STORED_IN_PATHS)
