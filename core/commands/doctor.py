"""`python -m core doctor`."""

import json
import logging
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click

from core import logs
from core.doctor import NAME, PORT, State, examine
from core.i18n import N_, _

MARKS = {State.OK: N_("ok"), State.WARNING: N_("warning"), State.BAD: N_("bad")}
COLOURS = {State.OK: "green", State.WARNING: "yellow", State.BAD: "red"}


@click.command()
@click.option("--name", default=NAME, show_default=True, help="The name that is looked up.")
@click.option("--port", default=PORT, show_default=True, help="The port of the app on this machine.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def doctor(name: str, port: int, as_json: bool) -> None:
    """Look this installation over and say what to do. It looks one name up and connects to the app on this machine.

    Exit codes: 0 nothing is bad, 1 something is.
    """
    logs.configure("text", logging.CRITICAL)
    findings = []
    for finding in examine(datetime.now(UTC), name=name, port=port):
        findings.append(finding)
        if not as_json:
            mark = click.style(f"{_(MARKS[finding.state]):12}", fg=COLOURS[finding.state])
            click.echo(f"{mark} {finding.told}" + (f"\n{'':12} → {finding.advice}" if finding.advice else ""))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    sys.exit(any(finding.state is State.BAD for finding in findings))
