"""`assay check run`: what it finds is told, recorded, and heard by incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.conftest import Program

CHECKS = """
from checks.authoring import check

@check(asset="snowflake:acme:shop.marts.orders", name="totals")
def totals(scene):
    print("what a check prints is no result")
    return {passed}
"""


def test_what_is_found_opens_an_incident_and_what_is_mended_resolves_it(ready: Program) -> None:
    """A failed run exits 1 and opens an incident; the next one, which passes, resolves it."""
    _declared(ready, passed=False)
    told = ready("check", "run", "--json")
    assert (told.code, [one["outcome"] for one in told.json]) == (1, ["fail"])
    assert ready("check", "list", "--json").json[0]["last_outcome"] == "fail"
    assert [one["state"] for one in ready("incidents", "--json").json["incidents"]] == ["open"]
    _declared(ready, passed=True)
    assert ready("check", "run").code == 0
    assert ready("incidents", "--json").json["total"] == 0


def test_a_dry_run_leaves_nothing(ready: Program) -> None:
    """It tells the same, and neither the result nor an incident is kept."""
    _declared(ready, passed=False)
    assert ready("check", "run", "--dry-run").code == 1
    assert ready("check", "list", "--json").json[0]["last_run"] is None
    assert ready("incidents", "--json").json["total"] == 0


def _declared(ready: Program, *, passed: bool) -> None:
    folder = ready.folder / "checks"
    folder.mkdir(exist_ok=True)
    (folder / "orders.py").write_text(CHECKS.format(passed=passed), encoding="utf-8")
