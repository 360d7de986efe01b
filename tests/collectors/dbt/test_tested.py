"""What dbt's tests and source freshness become: results of checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from fakes.folder import Folder

from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.checks import Cause, CheckResult, CheckSource, Outcome, Severity
from assay.registry import Registry
from assay.store import checks as stored

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Kit

    from assay.store.engine import Store

ORDERS = "model.shop.orders"
TEST = "test.shop.not_null_orders_id.cf6c17daed"
SOURCE = "source.shop.raw.orders"


def _test_node(dbt: Kit, test: str = "not_null", severity: str = "ERROR") -> dict[str, Any]:
    return dbt.node(
        TEST,
        name="not_null_orders_id",
        attached_node=ORDERS,
        column_name="id",
        test_metadata={"name": test},
        config={"severity": severity},
    )


def _read(dbt: Kit, target: Path, *results: dict[str, Any], **test: str) -> list[CheckResult]:
    manifest = dbt.manifest({ORDERS: dbt.node(ORDERS), TEST: _test_node(dbt, **test)})
    dbt.write(target, manifest=manifest, run_results=dbt.results(*results))
    return dbt.read(target).of(CheckResult)


def _age(dbt: Kit, target: Path, **fields: Any) -> CheckResult:  # noqa: ANN401 - a result holds anything
    criteria = {
        "warn_after": {"count": 12, "period": "hour"},
        "error_after": {"count": 1, "period": "day"},
        "filter": None,
    }
    told = {"unique_id": SOURCE, "snapshotted_at": "2026-01-02T00:00:00Z", "criteria": criteria, **fields}
    manifest = dbt.manifest({}, sources={SOURCE: dbt.node(SOURCE)})
    sources = {"metadata": {"generated_at": "2026-01-02T00:00:01Z"}, "results": [told]}
    (result,) = dbt.read(dbt.write(target, manifest=manifest, sources=sources)).of(CheckResult)
    return result


def test_a_failed_test_is_a_failed_check_of_the_model_it_tests(dbt: Kit, target: Path) -> None:
    """With how many rows fail, when, and dbt's own words; its name is dbt's, so the same in every run."""
    message = "Got 3 results, configured to fail if != 0"
    (found,) = _read(dbt, target, dbt.result(TEST, "fail", failures=3, message=message))

    assert f"dbt:shop/{TEST}" == found.check.name
    assert "snowflake:acme:db.marts.orders" == str(found.check.asset)
    assert (Cause.NULLS, Severity.ERROR, CheckSource.DBT) == (
        found.check.cause, found.check.severity, found.check.source,
    )  # fmt: skip
    assert datetime(2026, 1, 1, 0, 59, 2, tzinfo=UTC) == found.at
    assert (Outcome.FAIL, 3.0, 0.0) == (found.outcome, found.observed, found.high)
    assert f"dbt's test not_null_orders_id fails on 3 rows: {message}" == found.message
    assert {
        "unit": "rows",
        "dbt": TEST,
        "test": "not_null",
        "column": "id",
        "rows_failed": 3,
    } == found.metadata


@pytest.mark.parametrize(
    ("status", "outcome", "severity"),
    [
        ("pass", Outcome.PASS, Severity.ERROR),
        ("fail", Outcome.FAIL, Severity.ERROR),
        ("warn", Outcome.FAIL, Severity.WARN),
        ("error", Outcome.ERROR, Severity.ERROR),
        ("runtime error", Outcome.ERROR, Severity.ERROR),
        ("of a later dbt", Outcome.ERROR, Severity.ERROR),
    ],
)
def test_each_status_has_its_verdict(
    dbt: Kit, target: Path, status: str, outcome: Outcome, severity: Severity
) -> None:
    """A warning is a failure that warns; what could not be run, or is not understood, is never a pass."""
    (found,) = _read(dbt, target, dbt.result(TEST, status, failures=0))
    assert (outcome, severity) == (found.outcome, found.check.severity)
    assert (found.observed is None) == (outcome is Outcome.ERROR)


def test_a_test_that_was_not_made_says_nothing(dbt: Kit, target: Path) -> None:
    """Skipped because what it reads failed: the last verdict stands."""
    assert [] == _read(dbt, target, dbt.result(TEST, "skipped", timing=[]), dbt.result(TEST, "no-op"))


def test_a_test_that_only_warns_says_so_even_when_it_passes(dbt: Kit, target: Path) -> None:
    """Its severity is the one of its config, in any case of the letters."""
    (found,) = _read(dbt, target, dbt.result(TEST, "pass"), severity="Warn")
    assert (Outcome.PASS, Severity.WARN) == (found.outcome, found.check.severity)


@pytest.mark.parametrize(
    ("test", "cause"),
    [
        ("unique", Cause.UNIQUENESS),
        ("accepted_values", Cause.VALUES),
        ("relationships", Cause.RELATIONSHIP),
        ("recency", Cause.FRESHNESS),
        ("of_our_own", Cause.CUSTOM),
    ],
)
def test_the_generic_test_tells_the_cause(dbt: Kit, target: Path, test: str, cause: Cause) -> None:
    """So that incidents of a cause gather whoever found them."""
    (found,) = _read(dbt, target, dbt.result(TEST, "fail", failures=1), test=test)
    assert cause is found.check.cause
    assert "fails on 1 row." in found.message


def test_a_test_of_several_models_is_one_check(dbt: Kit, target: Path) -> None:
    """A singular test is of the first of its models, and tells the others."""
    other, singular = "model.shop.payments", "test.shop.totals_agree"
    nodes = {name: dbt.node(name) for name in (ORDERS, other)}
    nodes[singular] = dbt.node(singular, depends_on={"nodes": [other, ORDERS]})
    told = dbt.results(dbt.result(singular, "fail", failures=2))
    found = dbt.read(dbt.write(target, manifest=dbt.manifest(nodes), run_results=told)).of(CheckResult)

    assert ["snowflake:acme:db.marts.orders"] == [str(each.check.asset) for each in found]
    assert ["snowflake:acme:db.marts.payments"] == found[0].metadata["also_about"]


def test_a_stale_source_is_a_failed_check_of_its_freshness(dbt: Kit, target: Path) -> None:
    """Its age in hours against the limit it broke."""
    found = _age(
        dbt,
        target,
        status="error",
        max_loaded_at="2025-12-31T18:00:00Z",
        max_loaded_at_time_ago_in_s=108000.0,
    )
    assert f"dbt:shop/{SOURCE}:freshness" == found.check.name
    assert (Outcome.FAIL, Severity.ERROR, Cause.FRESHNESS) == (
        found.outcome, found.check.severity, found.check.cause,
    )  # fmt: skip
    assert (30.0, 24.0) == (found.observed, found.high)
    assert "The source was last loaded 30 hours before, allowed are 24." == found.message
    assert datetime(2026, 1, 2, tzinfo=UTC) == found.at


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("pass", (Outcome.PASS, Severity.ERROR, 24.0)),
        ("warn", (Outcome.FAIL, Severity.WARN, 12.0)),
        ("runtime error", (Outcome.ERROR, Severity.ERROR, 24.0)),
    ],
)
def test_each_freshness_has_its_verdict(
    dbt: Kit, target: Path, status: str, verdict: tuple[Outcome, Severity, float]
) -> None:
    """A source that could not be asked is no stale source, and no fresh one."""
    found = _age(dbt, target, status=status, max_loaded_at_time_ago_in_s=3600, error="no such column")
    assert verdict == (found.outcome, found.check.severity, found.high)
    assert (found.outcome is Outcome.ERROR) == ("no such column" in found.message)


def test_reading_a_file_again_changes_nothing(dbt: Kit, target: Path, sqlite_store: Store) -> None:
    """A result is known by its check and moment; a later run is a result of the same check."""
    (failed,) = _read(dbt, target, dbt.result(TEST, "fail", failures=3))
    passed = replace(failed, at=datetime(2026, 1, 2, tzinfo=UTC), outcome=Outcome.PASS, observed=0.0)
    now = datetime(2026, 1, 3, tzinfo=UTC)
    with sqlite_store.write() as session:
        first = record(session, [failed], now, Policy())
        again = record(session, [failed], now, Policy())
        mended = record(session, [passed], now, Policy())
        kept = [(each.row.name, each.result.outcome) for each in stored.latest(session) if each.result]
    assert (True, [], True) == (bool(first), again, bool(mended))
    assert [(f"dbt:shop/{TEST}", "pass")] == kept


def test_a_test_taken_out_of_the_project_is_made_no_more(dbt: Kit, target: Path) -> None:
    """The newest manifest says which tests stand, whenever it was copied; those of packages are left alone."""
    package = "test.dbt_utils.of_the_package"
    nodes = {ORDERS: dbt.node(ORDERS), TEST: _test_node(dbt), package: dbt.node(package)}
    sources = {SOURCE: dbt.node(SOURCE)}
    dbt.write(target / "b", manifest=dbt.manifest(nodes, sources=sources, at="2026-01-01T00:00:00Z"))
    before = {each.prefix: each.names for each in dbt.read(target).standing}
    dbt.write(target / "a", manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}, at="2026-01-02T00:00:00Z"))
    after = {each.prefix: each.names for each in dbt.read(target).standing}

    assert {
        "dbt:shop/test.shop.": {f"dbt:shop/{TEST}"},
        "dbt:shop/unit_test.shop.": set(),
        "dbt:shop/source.shop.": {f"dbt:shop/{SOURCE}:freshness"},
    } == before
    assert dict.fromkeys(before, frozenset()) == after
    assert [] == dbt.read(target, dbt.read(target).seen).standing


def test_the_incident_of_a_test_that_is_gone_ends(dbt: Kit, target: Path, tmp_path: Path) -> None:
    """In the cycle that reads the manifest without it."""
    nodes = {ORDERS: dbt.node(ORDERS), TEST: _test_node(dbt)}
    dbt.write(
        target,
        manifest=dbt.manifest(nodes, at="2026-01-01T00:00:00Z"),
        run_results=dbt.results(dbt.result(TEST, "fail", failures=3)),
    )
    with Folder.opened(tmp_path / "assay") as folder:
        folder.connect("shop", "dbt", target=str(target), instance="acme")
        opened = folder.run(registry=Registry()).sound.incidents
        later = dbt.manifest({ORDERS: dbt.node(ORDERS)}, at="2026-01-02T00:00:00Z")
        dbt.write(target / "later", manifest=later)
        ended = folder.run(registry=Registry()).sound.incidents
    assert ({"opened": 1}, {"resolved": 1}) == (opened, ended)


def test_real_invocations_keep_the_names_of_their_checks(dbt: Kit) -> None:
    """Seven invocations of one project: the test that failed in one passed in others, under one name."""
    found = dbt.read(dbt.real / "shop").of(CheckResult)
    failed = [each for each in found if each.outcome is Outcome.FAIL]
    name = "dbt:shop/test.jaffle_shop.unique_stg_orders_order_id.e3b841c71a"

    assert {name} == {each.check.name for each in failed}
    assert {Outcome.PASS, Outcome.FAIL} == {each.outcome for each in found if each.check.name == name}
    assert [11.0] == [each.observed for each in failed]
