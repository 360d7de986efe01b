"""`assay doctor`: examine the installation, the store and every connection; each line says what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.findings import Examined, examine, say_findings
from assay.cli.health import examine_folder, examine_installation
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cycle import open_sources
from assay.registry import Registry
from collectors.base import Finding

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.config import Settings


@assay_command("doctor", example="assay doctor --dir ~/assay")
@click.option("--offline", is_flag=True, help="Leave the connections alone.")
def command(request: Request, *, offline: bool) -> int:
    """Examine the installation, the store and every connection; exit 1 when something is to be mended.

    Nothing is changed. Each cross says the exact statement or step that mends it; a line with ! breaks nothing.
    """
    settings = request.settings(required=False)
    parts = [Examined("installation", list(examine_installation()))]
    if settings.exists or settings.connections:
        parts.append(Examined("folder", list(examine_folder(settings))))
        parts += [] if offline else examine_connections(settings)
    else:
        advice = f"Run `assay init --dir {request.folder}`."
        parts.append(Examined("folder", [Finding("assay.toml", ok=False, detail="not there", fix=advice)]))
    healthy = all(finding.ok for part in parts for finding in part.findings)
    warned = any(finding.warning for part in parts for finding in part.findings)
    if request.as_json:
        say_json({"healthy": healthy, "parts": {part.connection: part.as_dicts() for part in parts}})
    else:
        _say(parts)
        click.echo(_verdict(healthy=healthy, warned=warned))
    return 0 if healthy else 1


def examine_connections(settings: Settings) -> list[Examined]:
    """Try every connection; one that cannot even be built is a finding too."""
    sources, problems = open_sources(settings, Registry())
    broken = [
        Examined(
            problem.connection, [Finding("settings", ok=False, detail=problem.message, fix=problem.hint)]
        )
        for problem in problems
    ]
    return broken + [examine(source) for source in sources]


def _say(parts: list[Examined]) -> None:
    for part in parts:
        click.echo(part.connection)
        say_findings(part.findings, indent="  ")


def _verdict(*, healthy: bool, warned: bool) -> str:
    if not healthy:
        return "Mend what has a cross; the arrow says how."
    return "Nothing is broken; what has a ! is worth a look." if warned else "All is well."
