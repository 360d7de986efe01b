"""The state machine's values and the rows that keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.incidents.machine import Standing, Tally, graver
from assay.incidents.titles import title
from assay.model.checks import Severity
from assay.model.incidents import IncidentState
from assay.model.time import to_ms
from assay.store.incidents import live_key
from assay.store.tables import IncidentRow

if TYPE_CHECKING:
    from assay.model.checks import CheckResult

_OF_RESULTS = ("unit", "metric", "start_ms", "end_ms", "why", "points", "columns")
"""What of a result's metadata an incident keeps, so that it can be told without asking for the result."""


def standing_of(row: IncidentRow) -> Standing:
    """Where the incident of a row stands."""
    tallies = {
        name: Tally(bad, good, Severity(severity))
        for name, (bad, good, severity) in row.details.get("checks", {}).items()
    }
    return Standing(
        IncidentState(row.state),
        Severity(row.severity),
        row.details.get("since_ms", row.opened_ms),
        tallies,
        was_open=bool(row.details.get("was_open")),
        resolved_ms=row.resolved_ms,
        settled_ms=row.details.get("settled_ms"),
    )


def new_row(asset_id: int, cause: str, owner: str, since_ms: int) -> IncidentRow:
    """The row of an incident that begins; `put` says where it stands."""
    return IncidentRow(
        asset_id=asset_id, cause=cause, owner=owner, opened_ms=since_ms, changed_ms=since_ms, title="",
        impact="low", details={}, snoozed_until_ms=None, root_id=None,
    )  # fmt: skip


def put(row: IncidentRow, standing: Standing, at_ms: int) -> None:
    """Write where an incident stands into its row, as of `at_ms`."""
    live = standing.state.is_live
    row.live_key = live_key(row.asset_id, row.cause) if live else None
    row.state, row.severity = standing.state.value, standing.severity.value
    row.resolved_ms = None if live else standing.resolved_ms
    row.changed_ms = at_ms
    row.bad, row.good = standing.bad, standing.good
    keep(
        row,
        checks={name: [t.bad, t.good, t.severity.value] for name, t in standing.tallies.items()},
        since_ms=standing.since_ms,
        was_open=standing.was_open,
        settled_ms=standing.settled_ms,
    )


def keep(row: IncidentRow, **details: Any) -> None:  # noqa: ANN401 - JSON values
    """Change some of a row's details; a new value, since a change within one would not be saved."""
    row.details = {**row.details, **details}


def describe(row: IncidentRow, asset_name: str, result: CheckResult) -> None:
    """Call the incident by this bad result and give it to its owner, unless another check still bad in it is graver."""
    told = row.details.get("finding")
    tallies = standing_of(row).tallies
    if told is not None and told["check"] != result.check.name:
        other = tallies.get(told["check"])
        mine = result.check.severity
        if other is not None and other.bad and graver(other.severity, mine) is not mine:
            return
    row.title = title(asset_name, result)
    row.owner = result.check.owner or row.owner
    keep(row, finding=_finding(result))


def _finding(result: CheckResult) -> dict[str, Any]:
    explained = {name: result.metadata[name] for name in _OF_RESULTS if name in result.metadata}
    return {
        "check": result.check.name, "at_ms": to_ms(result.at), "outcome": result.outcome.value,
        "message": result.message, "observed": result.observed, "expected": result.expected,
        "low": result.low, "high": result.high, **explained,
    }  # fmt: skip
