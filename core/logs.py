"""Log lines, as text or JSON, with the ids of job and step as fields."""

import json
import logging
import sys
from datetime import UTC, datetime

FIELDS = ("job_id", "step_id", "owner")


class TextFormatter(logging.Formatter):
    """`2026-01-31 12:00:00Z INFO core.engine job_id=1 step_id=2 message`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it if there is one."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = f"{at} {record.levelname} {record.name}{fields} {_one_line(record.getMessage())}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, job_id, step_id, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def configure(log_format: str, level: int = logging.INFO) -> None:
    """Lote's own log lines go to standard error in `log_format` (`text`, `json`); a second call sets the level only."""
    logger = logging.getLogger("core")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
        logger.addHandler(handler)
        logging.getLogger("pages").addHandler(handler)
        logging.getLogger("apscheduler").addHandler(handler)
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for name in ("core", "pages"):
            logging.getLogger(name).propagate = False
    for name in ("core", "pages"):
        logging.getLogger(name).setLevel(level)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}


def _one_line(message: str) -> str:
    """Scraped text must not be able to forge a line of the log."""
    return message if message.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
