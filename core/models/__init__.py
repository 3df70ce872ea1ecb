"""The tables, their constraints and indexes; no behaviour. Times are UTC-aware, enumerations VARCHAR with a CHECK."""

from sqlmodel import SQLModel

from core.models.columns import HOST, Document, Json, Text, storable
from core.models.comment import Comment
from core.models.engine import EngineRecord
from core.models.host import Host
from core.models.idempotency import IdempotencyKey
from core.models.job import Job, JobLine
from core.models.report import Report, ReportText
from core.models.step import JobStep, StepAttempt
from core.models.stored_page import StoredPage

JOBS = SQLModel.metadata.tables["jobs"]
JOB_STEPS = SQLModel.metadata.tables["job_steps"]
JOB_LINES = SQLModel.metadata.tables["job_lines"]
STEP_ATTEMPTS = SQLModel.metadata.tables["step_attempts"]
REPORTS = SQLModel.metadata.tables["reports"]
REPORT_TEXTS = SQLModel.metadata.tables["report_texts"]
STORED_PAGES = SQLModel.metadata.tables["stored_pages"]
COMMENTS = SQLModel.metadata.tables["comments"]
HOSTS = SQLModel.metadata.tables["hosts"]
ENGINES = SQLModel.metadata.tables["engines"]
IDEMPOTENCY_KEYS = SQLModel.metadata.tables["idempotency_keys"]

__all__ = [
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
    "STORED_PAGES",
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
    "StoredPage",
    "Text",
    "storable",
]
