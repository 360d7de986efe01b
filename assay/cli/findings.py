"""What an examination found, shown line by line with what mends it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from assay.cycle.summary import as_told
from collectors.base import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.cycle import Source


@dataclass(frozen=True, slots=True)
class Examined:
    """A connection and what was found of it."""

    connection: str
    findings: Sequence[Finding]

    def as_dicts(self) -> list[dict[str, object]]:
        """The findings as `--json` gives them: a fix stands only where there is something to mend."""
        return [
            {**dataclasses.asdict(finding), "fix": finding.fix if _to_mend(finding) else ""}
            for finding in self.findings
        ]

    @property
    def useless(self) -> bool:
        """Whether nothing can be read of it, or nothing of what is needed."""
        parts = [finding for finding in self.findings if finding.needed] or self.findings
        return not any(finding.ok for finding in parts)


def examine(source: Source) -> Examined:
    """Try a connection; an error on the way is its last finding."""
    findings: list[Finding] = []
    try:
        findings.extend(source.collector.examine())
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; it is a finding of its connection
        told = as_told(error)
        findings.append(Finding(source.name, ok=False, detail=told.message, fix=told.hint))
    return Examined(source.name, findings)


def say_findings(findings: Iterable[Finding], indent: str = "") -> None:
    """Print a line each: a tick, a warning's mark or a cross, what was tried, what holds, and what mends it."""
    for finding in findings:
        mark = "✗" if not finding.ok else "!" if finding.warning else "✓"
        detail = f"  {finding.detail}" if finding.detail else ""
        click.echo(f"{indent}{mark} {finding.name}{detail}")
        if finding.fix and _to_mend(finding):
            click.echo("\n".join(f"{indent}    → {line}" for line in finding.fix.splitlines()))


def _to_mend(finding: Finding) -> bool:
    return finding.warning or not finding.ok
