"""Log lines: fields, one line each, a traceback where there is one."""

import json
import logging

from core.logs import JsonFormatter, TextFormatter


def record(message: str, *, error: BaseException | None = None, **fields: int) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("core.engine", logging.WARNING, __file__, 1, message, (), info)
    vars(made).update(fields)
    return made


def test_text_names_job_and_step() -> None:
    line = TextFormatter().format(record("step failed", job_id=3, step_id=7))
    assert line.endswith("WARNING core.engine job_id=3 step_id=7 step failed")


def test_json_is_one_object_a_line_with_ids_as_fields() -> None:
    entry = json.loads(JsonFormatter().format(record("a\nb", job_id=3)))
    assert (entry["job_id"], entry["level"], entry["message"]) == (3, "WARNING", "a\nb")
    assert entry["at"].endswith("Z")
    assert "step_id" not in entry


def test_scraped_text_cannot_forge_a_line() -> None:
    line = TextFormatter().format(record("title: x\n2026-01-01 00:00:00Z ERROR core forged\x1b[31m"))
    assert "\n" not in line
    assert "\x1b" not in line


def test_a_traceback_comes_along_in_both() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        made = record("tick failed", error=error)
    assert "ValueError: broken" in TextFormatter().format(made)
    assert "ValueError: broken" in json.loads(JsonFormatter().format(made))["traceback"]
