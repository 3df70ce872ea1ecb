"""The tables, their constraints and indexes; no behaviour. Times are UTC-aware, enumerations VARCHAR with a CHECK."""

from sqlmodel import SQLModel

from core.models.api_token import ApiToken
from core.models.audit_event import AuditEvent
from core.models.columns import HOST, Document, Json, Text, storable
from core.models.comment import Comment
from core.models.engine import EngineRecord
from core.models.host import Host
from core.models.idempotency import IdempotencyKey
from core.models.job import Job, JobLine
from core.models.report import Report, ReportText
from core.models.step import JobStep, StepAttempt
from core.models.step_sums import StepResult, StepTime
from core.models.stored_page import StoredPage
from core.models.user import User

JOBS = SQLModel.metadata.tables["jobs"]
JOB_STEPS = SQLModel.metadata.tables["job_steps"]
JOB_LINES = SQLModel.metadata.tables["job_lines"]
STEP_ATTEMPTS = SQLModel.metadata.tables["step_attempts"]
STEP_RESULTS = SQLModel.metadata.tables["step_results"]
STEP_TIMES = SQLModel.metadata.tables["step_times"]
REPORTS = SQLModel.metadata.tables["reports"]
REPORT_TEXTS = SQLModel.metadata.tables["report_texts"]
STORED_PAGES = SQLModel.metadata.tables["stored_pages"]
COMMENTS = SQLModel.metadata.tables["comments"]
HOSTS = SQLModel.metadata.tables["hosts"]
ENGINES = SQLModel.metadata.tables["engines"]
USERS = SQLModel.metadata.tables["users"]
API_TOKENS = SQLModel.metadata.tables["api_tokens"]
AUDIT_EVENTS = SQLModel.metadata.tables["audit_events"]
IDEMPOTENCY_KEYS = SQLModel.metadata.tables["idempotency_keys"]

__all__ = [
    "API_TOKENS",
    "AUDIT_EVENTS",
    "COMMENTS",
    "ENGINES",
    "HOST",
    "HOSTS",
    "IDEMPOTENCY_KEYS",
    "JOBS",
    "JOB_LINES",
    "JOB_STEPS",
    "REPORTS",
    "REPORT_TEXTS",
    "STEP_ATTEMPTS",
    "STEP_RESULTS",
    "STEP_TIMES",
    "STORED_PAGES",
    "USERS",
    "ApiToken",
    "AuditEvent",
    "Comment",
    "Document",
    "EngineRecord",
    "Host",
    "IdempotencyKey",
    "Job",
    "JobLine",
    "JobStep",
    "Json",
    "Report",
    "ReportText",
    "SQLModel",
    "StepAttempt",
    "StepResult",
    "StepTime",
    "StoredPage",
    "Text",
    "User",
    "storable",
]
