"""How far accounts are read, and that nothing is late by what is not read yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from assay.cycle.horizons import read_until
from assay.cycle.sources import Source
from assay.model.assets import Asset, AssetKey
from assay.model.checks import Cause, Check, Outcome
from assay.model.runs import Run, RunStatus
from assay.model.time import to_ms
from assay.registry import Registry
from assay.store.assets import save_assets
from assay.store.collections import advance
from assay.store.runs import save_runs
from checks.running import run_checks
from checks.scenes import Scenes

if TYPE_CHECKING:
    from assay.store.engine import Store

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
ORDERS = AssetKey("snowflake", "acme", ("shop", "marts", "orders"))
ACCOUNT = Source("prod", "snowflake", cast("Any", None), "acme")


def test_an_account_is_read_until_the_end_of_its_query_history(store: Store) -> None:
    """Other views do not count, nor what is no account, nor what was never read."""
    others = [Source("shop", "dbt", cast("Any", None)), Source("new", "snowflake", cast("Any", None), "new")]
    with store.write() as session:
        advance(session, "prod", "query_history", to_ms(NOW - timedelta(hours=14)), 1)
        advance(session, "prod", "tables", to_ms(NOW), 1)
        advance(session, "shop", "query_history", to_ms(NOW), 1)
    with store.read() as session:
        assert read_until(session, [ACCOUNT, *others]) == {("snowflake", "acme"): NOW - timedelta(hours=14)}


def test_nothing_is_late_by_what_is_not_read_yet(store: Store) -> None:
    """Refreshed twenty hours ago, fourteen of them not read yet: within the twelve promised, and too late once read."""
    ended = NOW - timedelta(hours=20)
    promised = Check("fresh", ORDERS, "freshness", Cause.FRESHNESS, config={"max_age_h": 12})
    learned = Check("usual", ORDERS, "freshness_learned", Cause.FRESHNESS)
    days = [ended - timedelta(hours=5 * back) for back in range(30)]
    with store.write() as session:
        save_assets(session, [Asset(ORDERS)], 1)
        save_runs(session, [Run("dbt", str(at), ORDERS, RunStatus.SUCCESS, at, at) for at in days], 1)
    for seen, outcome in ((NOW - timedelta(hours=14), Outcome.PASS), (NOW, Outcome.FAIL)):
        horizons = {("snowflake", "acme"): seen}
        with Scenes(store, NOW, lambda _: None, None, horizons) as scenes:
            found = list(run_checks([promised, learned], Registry(), scenes, NOW))
        assert [result.outcome for result in found] == [outcome, outcome]
        assert all(result.at == NOW for result in found)
