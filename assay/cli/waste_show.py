"""`assay waste show`: one finding with the figures it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.figures import count, credits_of, moment, money, size
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cli.stores import opened_store
from assay.cli.waste_list import as_dict
from assay.model.decisions import FindingState
from assay.model.time import from_ms
from assay.model.waste import WasteKind
from assay.store import findings
from costs.waste.overlap import together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from assay.cli.request import Request
    from assay.store.tables import FindingRow

_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000


@assay_command("show", example="assay waste show 3")
@click.argument("number", type=int)
def command(request: Request, number: int) -> int:
    """Show one finding: the change, what it saves, and every figure that says so."""
    with opened_store(request.settings()) as store, store.read() as session:
        row = findings.one(session, number)
        adds = together(findings.listed(session))
    if request.as_json:
        say_json(as_dict(row, adds))
    else:
        click.echo("\n".join(_lines(row, adds)))
    return 0


def _lines(row: FindingRow, adds: Mapping[int, int]) -> Iterator[str]:
    evidence = row.evidence
    yield f"{row.id}  {row.title}"
    yield f"    {WasteKind(row.kind).words}, of {row.subject} ({row.connection})"
    yield f"→ {row.change}"
    price = money(row.micro_per_month, row.currency)
    yield f"Saves {credits_of(row.nano_per_month)} credits{f' ({price})' if price else ''} in 30 days."
    if row.id in adds and adds[row.id] != row.nano_per_month:
        added = f"{credits_of(adds[row.id])} credits"
        yield f"Beside the other findings it adds {added}: they are partly about the same cost."
    since, until = from_ms(evidence["from_ms"]).date(), from_ms(evidence["until_ms"]).date()
    yield f"Of the days from {since} until {until}, without that day:"
    for figure in evidence["figures"]:
        yield f"    {figure['name']}: {_figure(figure)}"
    yield f"Confidence {row.confidence}; it takes for granted:"
    yield from (f"    {text}" for text in evidence["assumptions"])
    stands = f", {row.state} since {moment(row.state_ms)} UTC" if row.state != FindingState.OPEN.value else ""
    yield f"First seen {moment(row.first_seen_ms)} UTC, last {moment(row.last_seen_ms)} UTC{stands}."


def _figure(figure: Mapping[str, Any]) -> str:
    """A figure of the evidence in its unit."""
    value, unit = int(figure["value"]), figure["unit"]
    if unit == "nano_credits":
        return f"{credits_of(value)} credits"
    if unit == "bytes":
        return size(value)
    if unit == "ms":
        return _time(value)
    return f"{count(value)} {unit}".strip()


def _time(ms: int) -> str:
    if ms >= _HOUR_MS:
        return f"{ms / _HOUR_MS:,.1f} h"
    return f"{ms / _MINUTE_MS:.1f} min" if ms >= 10 * _MINUTE_MS else f"{ms / 1000:,.0f} s"
