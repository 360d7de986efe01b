"""What `assay run` says of soundness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.sound import sound_lines
from assay.cycle import Sound

if TYPE_CHECKING:
    from cli.conftest import Program


def test_a_line_each_with_what_there_is() -> None:
    """Counts that are 0 are left out; a step that found nothing says so."""
    found = Sound(
        checks={"pass": 1200, "fail": 1, "unknown": 0},
        incidents={"opened": 1, "reopened": 2},
        alerts={"sent": 3, "muted": 0, "waiting": 1},
    )

    assert list(sound_lines(found)) == [
        "Checks: 1,200 passed, 1 failed.",
        "Anomalies: nothing is watched yet.",
        "Incidents: 1 opened, 2 opened again.",
        "Alerts: 3 sent, 1 waiting.",
    ]


def test_a_run_tells_of_soundness(own_company: Program) -> None:
    """In words after the accounts, and in JSON by name."""
    told, as_json = own_company("run"), own_company("run", "--json").json

    for name in ("Checks: ", "Anomalies: ", "Incidents: ", "Alerts: "):
        assert f"\n{name}" in told.out
    assert {"checks", "anomalies", "incidents", "alerts"} <= as_json.keys()
