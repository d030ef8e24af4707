"""`gridmap doctor`: every check with OK, WARNING or PROBLEM, and what to do."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict

import click

from gridmap.config import load
from gridmap.services.doctor import Finding, examine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check this installation and say what to do. Ends with 1 when there is a problem; a warning is none."""
    findings = []
    for finding in examine(load(), dt.datetime.now(dt.UTC)):
        findings.append(finding)
        if not as_json:
            tell(finding)
    problems = sum(not finding.ok for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": not problems, "findings": [asdict(f) for f in findings]}, ensure_ascii=False))
    else:
        click.echo(f"{len(findings)} checks, {problems} with a problem")
    ctx.exit(1 if problems else 0)


def tell(finding: Finding) -> None:
    """One line for a good finding, a second one with the cure for a warning or a problem."""
    if not finding.ok:
        mark = click.style("PROBLEM", fg="red", bold=True)
    elif finding.is_warning:
        mark = click.style("WARNING", fg="yellow")
    else:
        mark = click.style("OK     ", fg="green")
    click.echo(f"{mark}  {finding.check:<13} {finding.found}")
    if finding.is_warning or not finding.ok:
        click.echo(f"{'':24}{finding.cure}")
