"""`assay check run`: what it finds is told, recorded, and heard by incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.assets import Asset, AssetKey, AssetKind
from assay.store.assets import save_assets
from assay.store.engine import Store

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


def test_an_asset_that_no_connection_has_told_of_is_named(ready: Program) -> None:
    """By each command, on stderr, until something is collected of it; its check is run all the same."""
    _declared(ready, passed=True)
    orders = AssetKey.parse("snowflake:acme:shop.marts.orders")
    for command in ("list", "run", "run"):
        told = ready("check", command)
        assert told.code == 0
        assert f"{orders}: no connection has told of this asset." in told.err
    with Store.open(f"sqlite:///{ready.folder}/.assay/assay.db") as store, store.write() as session:
        save_assets(session, [Asset(orders, AssetKind.TABLE)], 1)
    assert "no connection" not in ready("check", "list").err


def _declared(ready: Program, *, passed: bool) -> None:
    folder = ready.folder / "checks"
    folder.mkdir(exist_ok=True)
    (folder / "orders.py").write_text(CHECKS.format(passed=passed), encoding="utf-8")
