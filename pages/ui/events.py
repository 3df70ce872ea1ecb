"""Events of the audit log in words: what was done, to what, by whom, what it was before."""

from typing import Any

from core.actor import Means
from core.i18n import N_, _
from core.queries.audit import EventRow
from pages.ui.figures import middle
from pages.ui.status import LOOKS, ORIGINS, word

THINGS: dict[str, str] = {
    "job": N_("Jobs"),
    "token": N_("API tokens"),
    "user": N_("People"),
    "host": N_("Hosts"),
    "data": N_("Data"),
}
ACTIONS: dict[str, str] = {
    "job.created": N_("Job created"),
    "job.started": N_("Job started"),
    "job.paused": N_("Job paused"),
    "job.resumed": N_("Job resumed"),
    "job.cancelled": N_("Job cancelled"),
    "job.retried": N_("Steps run again"),
    "job.extended": N_("Domains added"),
    "job.edited": N_("Job changed"),
    "job.deleted": N_("Job deleted"),
    "job.commented": N_("Comment written"),
    "job.comment_edited": N_("Comment changed"),
    "job.comment_deleted": N_("Comment deleted"),
    "job.report_checked": N_("Report checked by hand"),
    "job.report_unchecked": N_("Check taken back"),
    "token.created": N_("API token created"),
    "token.revoked": N_("API token revoked"),
    "user.added": N_("Person added"),
    "user.role_set": N_("Role changed"),
    "user.removed": N_("Person removed"),
    "host.pause_set": N_("Pause of a host set"),
    "data.backed_up": N_("Backup taken"),
    "data.restored": N_("Backup restored"),
    "data.pruned": N_("Old data deleted"),
    "data.forgotten": N_("Domain forgotten"),
}
NAMES: dict[str, str] = {
    "name": N_("name"),
    "status": N_("state"),
    "description": N_("description"),
    "priority": N_("priority"),
    "jobs": N_("jobs"),
    "steps": N_("steps"),
    "unfinished": N_("unfinished"),
    "mentions": N_("mentions"),
    "pages": N_("pages"),
    "lines": N_("lines"),
    "reports": N_("reports"),
    "kept_reports": N_("reports kept"),
    "comments": N_("comments"),
    "stored_pages": N_("stored pages"),
    "domains": N_("domains"),
    "origin": N_("by way of"),
    "started": N_("started"),
    "source_job_id": N_("pages of job"),
    "error_kind": N_("failure"),
    "overrides": N_("options"),
    "comment_id": N_("comment"),
    "report_id": N_("report"),
    "author": N_("author"),
    "target": N_("target"),
    "scope": N_("scope"),
    "owner": N_("owner"),
    "expires_at": N_("expires"),
    "role": N_("role"),
    "rows": N_("rows"),
    "host": N_("host"),
}
"""Keys of details → their words; another key is shown as it is."""
ARROW = " → "
LONGEST = 300


def action(code: str) -> str:
    """What was done."""
    return _(ACTIONS[code]) if code in ACTIONS else code


def choice(code: str) -> str:
    """An action, or everything that was done to a kind of thing."""
    return _("{things}: all").format(things=_(THINGS[code])) if code in THINGS else action(code)


def choices() -> list[str]:
    """What can be asked for: each kind of thing, and below it what is done to it."""
    return [code for thing in THINGS for code in (thing, *(name for name in ACTIONS if name.startswith(f"{thing}.")))]


def thing(event: EventRow) -> str:
    """#128 for what has a number, else its name."""
    return f"#{event.thing_id}" if event.thing_id.isdecimal() else middle(event.thing_id, 60)


def by_what(event: EventRow) -> str:
    """How it is known who it was."""
    if event.means is Means.TOKEN:
        return _("token #{id}").format(id=event.token_id)
    return _("login") if event.means is Means.LOGIN else _("not verified")


def details(event: EventRow) -> str:
    """priority: 0 → 5 · steps: 12."""
    given = dict(event.details)
    before, after = given.pop("before", None), given.pop("after", None)
    told = _changes(before, after)
    told += [f"{_name(key)}: {_value(key, value)}" for key, value in given.items() if value not in (None, "", {})]
    return " · ".join(told)[:LONGEST]


def _changes(before: Any, after: Any) -> list[str]:
    if isinstance(after, dict) and isinstance(before, dict):
        return [f"{_name(key)}: {_value(key, before.get(key))}{ARROW}{_value(key, after[key])}" for key in after]
    return [] if before is None and after is None else [f"{_value('', before)}{ARROW}{_value('', after)}"]


def _name(key: str) -> str:
    return _(NAMES[key]) if key in NAMES else key


def _value(key: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "status" and value in LOOKS:
        return word(value)
    if key == "origin" and value in ORIGINS:
        return _(ORIGINS[value])
    return middle(" ".join(str(value).split()), 60)
