"""A domain that is forgotten leaves no trace in any table, page or export; nothing else is lost, and jobs go on."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import actor, audit, forget, queries
from core.actor import Actor, Means, Role
from core.db import Database
from core.errors import Forbidden, InvalidInput, NoLongerKept
from core.export import export
from core.forget import Forgotten
from core.job_service import JobService
from core.mentions import Mentions
from core.models import IDEMPOTENCY_KEYS, JOB_LINES, SQLModel
from core.stored_page import unpack
from tests.story import NOW, assert_counters_hold, claim, completed, failed, job_of, new_job, settle, steps_of, stored

DOMAIN = "forgetme.test"
NOISE = ("notforgetme.test", "forgetme.test.mx", "forgetme.testing")


def traces(database: Database, word: str = DOMAIN) -> list[str]:
    """Every table, column and value with the word in it; stored pages unpacked."""
    found = []
    with database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(sa.select(table)).mappings():
                for name, value in row.items():
                    text = unpack(value).decode() if name == "body" and table.name == "stored_pages" else str(value)
                    for noise in NOISE:
                        text = text.replace(noise, "")
                    if word in text.lower():
                        found.append(f"{table.name}.{name}: {text[:200]}")
    return found


def forgotten(service: JobService, domain: str = DOMAIN) -> Forgotten:
    return forget.forget(service.database, domain, datetime.now(UTC), service.settings)


def mention(claimed: Any) -> Any:
    """The report of another site that names it wherever a report can."""
    return stored(
        claimed,
        b"<p>See <a href='https://www.ForgetMe.test/about'>them</a>",
        title=f"Partner of {DOMAIN}, and of {NOISE[0]}",
        canonical_url=f"https://{claimed.host}/?from={DOMAIN}",
        image_url=f"https://{DOMAIN}/logo.png",
        redirect_chain=[{"url": f"http://{DOMAIN}/go", "status": 301}, {"url": "http://mine.test/", "status": 301}],
        external_links=[f"https://{DOMAIN}/", f"https://share.test/?u=https%3A%2F%2F{DOMAIN}%2Fx", "https://c.test/"],
        external_hosts=[DOMAIN, NOISE[0]],
        outlinks=[{"host": DOMAIN, "links": 2}, {"host": "c.test", "links": 1}],
        hreflang=[{"lang": "es", "url": f"https://es.{DOMAIN}/"}],
        emails=[f"ana@{DOMAIN}", "ana@mine.test"],
        contact_sources={f"ana@{DOMAIN}": "https://mine.test/"},
        flags=[{"flag": "thin_text", "evidence": f"links to {DOMAIN}"}],
        answers={"partner": {"found": [f"with {DOMAIN}"], "count": 1}},
    )


def test_no_trace_is_left_anywhere(service: JobService, database: Database, tmp_path: Path) -> None:
    texts = [DOMAIN, f"https://shop.{DOMAIN}/a", "other.test", "elsewhere.test", f"mine.test/?u={DOMAIN}", *NOISE[:1]]
    mixed = new_job(
        service,
        [*texts, f"bad_!.{DOMAIN}"],
        name=f"Clients of {DOMAIN}",
        description=f"see https://{DOMAIN}/x and mail ana@{DOMAIN}.",
        config={"store_html": True},
    )
    only = new_job(service, [DOMAIN])
    answers = {
        "other.test": mention,
        "elsewhere.test": lambda one: completed(one, final_url=f"https://{DOMAIN}/home"),
        NOISE[0]: failed,
    }
    while claims := claim(database, max_running_jobs=9):  # one visit at a time to a host
        for one in claims:
            settle(database, answers.get(one.host, stored)(one))
    service.add_comment(mixed, "ana", f"They asked us to delete {DOMAIN}!")
    service.set_host_interval(DOMAIN, 5.0)
    with database.writing() as session:
        audit.record(session, "job.renamed", mixed, name=f"About {DOMAIN}")
        key = {"key": f"import:{DOMAIN}", "caller": "x", "request_hash": "0", "created_at": NOW}
        session.execute(sa.insert(IDEMPOTENCY_KEYS).values(key))
        kept = {"key": "import", "response": {"rejected": [{"input": DOMAIN}], "name": "A"}}
        session.execute(sa.insert(IDEMPOTENCY_KEYS).values({**key, **kept}))
        extra = sa.update(JOB_LINES).where(JOB_LINES.c.input == "other.test")
        session.execute(extra.values(extra={"contact": f"bo@{DOMAIN}", "note": "fine"}))
    assert len(traces(database)) > 20
    name, shown = forget.preview(database, " ForgetMe.test ", service.settings)
    assert (name, shown.steps, shown.jobs, shown.unfinished, shown.reports) == (DOMAIN, 4, 1, 0, 5)
    gone = forgotten(service)
    assert (gone.steps, gone.jobs, gone.reports, gone.pages) == (4, 1, 5, 1)
    assert traces(database) == []
    assert only not in [job.id for job in service.list_jobs()]
    assert_counters_hold(database, mixed)
    other, elsewhere, noise = steps_of(database, mixed)
    assert (noise.host, noise.error_message) == (NOISE[0], "Timed out after 30 s")
    with database.reading() as session:
        report = queries.reports.get(session, other.report_id or 0)
        with pytest.raises(NoLongerKept):
            queries.reports.get(session, elsewhere.pruned_report_id or 0)
        (line, *_lines) = [line for line in queries.lines.all_of(session, mixed) if line.step_id == other.id]
    assert report.title == f"Partner of [forgotten], and of {NOISE[0]}"
    assert (report.external_links, report.external_hosts) == (["https://c.test/"], [NOISE[0]])
    assert (report.emails, report.hreflang, report.contact_sources) == (["ana@mine.test"], [], {})
    assert (report.canonical_url, report.image_url, report.html_sha256) == ("https://other.test/", None, None)
    assert report.flags == [{"flag": "thin_text", "evidence": "links to [forgotten]"}]
    assert line.extra == {"contact": "[forgotten]", "note": "fine"}
    assert job_of(database, mixed).name == "Clients of [forgotten]"
    for form in ("csv", "json"):
        with export(database, mixed, format=form, rows="lines") as file:
            assert DOMAIN not in b"".join(file.chunks).decode().lower().replace(NOISE[0], "")
    with database.reading() as session:
        (event,) = queries.audit.page(session, queries.audit.EventFilter(action="data.forgotten")).items
    assert event.details["steps"] == 4 and DOMAIN not in json.dumps(event.details)
    assert forgotten(service) == Forgotten()
    if database.is_sqlite:
        database.close()
        file_bytes = Path(database.url.database or "").read_bytes().lower()
        for noise_name in NOISE:
            file_bytes = file_bytes.replace(noise_name.encode(), b"")
        assert DOMAIN.encode() not in file_bytes


def test_unfinished_jobs_go_on_or_end_without_it(service: JobService, database: Database) -> None:
    running = new_job(service, ["a.test", DOMAIN, "b.test"])
    ending = new_job(service, ["c.test", f"x.{DOMAIN}"])
    waiting = new_job(service, ["d.test", DOMAIN], start=False)
    claims = {one.target: one for one in claim(database, max_running_jobs=9)}
    settle(database, completed(claims["c.test"]))
    held = [one for one in claim(database, max_running_jobs=9)]
    gone = forgotten(service)
    assert (gone.steps, gone.unfinished) == (3, 3)
    assert [job_of(database, job_id).status for job_id in (running, ending, waiting)] == [
        "running",
        "completed",
        "pending",
    ]
    late = [one for one in (*claims.values(), *held) if DOMAIN in one.target]
    assert late
    settle(database, *map(completed, late))
    assert traces(database) == []
    service.add_targets(running, ["e.test"])
    assert [step.step_number for step in steps_of(database, running)] == [1, 3, 4]
    for job_id in (running, ending, waiting):
        assert_counters_hold(database, job_id)


def test_an_international_name_goes_in_every_form(service: JobService, database: Database) -> None:
    job_id = new_job(service, ["münchen.test", "other.test"])
    for one in claim(database):
        text = {"title": "Grüße an MÜNCHEN.test", "emails": ["a@münchen.test", "a@xn--mnchen-3ya.test"]}
        settle(database, completed(one, **(text if one.host == "other.test" else {})))
    forgotten(service, "München.test")
    assert traces(database, "nchen.test") == traces(database, "xn--mnchen") == []
    assert [step.host for step in steps_of(database, job_id)] == ["other.test"]


def test_only_an_admin_forgets(service: JobService) -> None:
    with actor.acting(Actor("bo", Role.ANALYST, Means.LOGIN)), pytest.raises(Forbidden):
        forgotten(service)


@pytest.mark.parametrize("text", ["", "a.test/path", "two.test other.test", "*"])
def test_what_is_no_host_is_refused(text: str, service: JobService) -> None:
    with pytest.raises(InvalidInput):
        forgotten(service, text)


def test_copies_that_still_have_it_are_listed(tmp_path: Path) -> None:
    for name in ("lote.db", "backup-0004.db", "lote-before_restore_20260101_000000.db", "lote-1.backup"):
        sqlite3.connect(tmp_path / name).close()
    assert [path.name for path in forget.copies(tmp_path)] == [
        "backup-0004.db",
        "lote-1.backup",
        "lote-before_restore_20260101_000000.db",
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("see example.com.", True),
        ("EXAMPLE.com:8443/x", True),
        ("a@mail.example.com", True),
        ("u=https%3A%2F%2Fexample.com%2F", True),
        ("//example.com", True),
        ("myexample.com", False),
        ("my-example.com", False),
        ("example.com.mx", False),
        ("example.community", False),
        ("example.com-x.org", False),
        ("exampleXcom", False),
    ],
)
def test_what_names_a_domain(text: str, named: bool) -> None:
    assert Mentions("example.com").are_in(text) is named


def test_the_whole_address_goes_and_nothing_else() -> None:
    text = 'Go to <a href="https://x.example.com/p?q=1">this</a>, or (ana@example.com); not myexample.com'
    expected = 'Go to <a href="[forgotten]">this</a>, or ([forgotten]); not myexample.com'
    assert Mentions("example.com").out_of_text(text) == expected
