"""Quotes and the builds they are made from are kept once, found again, and closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from assay.model.assets import AssetKey
from assay.model.runs import Run, RunPartition, RunStatus
from assay.model.time import DAY_MS, Window, from_ms, to_ms
from assay.store import quotes, runs, unit_costs
from assay.store.keys import asset_ids
from assay.store.search import named
from assay.store.tables import CostRow

if TYPE_CHECKING:
    from assay.store.engine import Store

ORDERS = AssetKey("snowflake", "acme", ("shop", "marts", "orders"))
ITEMS = AssetKey("snowflake", "acme", ("shop", "marts", "order_items"))
DAY = Window(20_000 * DAY_MS, 20_001 * DAY_MS)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def build(name: str, asset: AssetKey = ORDERS, at_ms: int = DAY.start_ms, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a row's values
    """A build as a row."""
    return {
        "asset_key": str(asset), "build": name, "at_ms": at_ms, "duration_ms": 1000, "warehouse": "WH",
        "warehouse_size": "X-Small", "partitions": [], "full_refresh": False, "rows": 1, "bytes": None,
        "busy_nano": 9, "total_nano": 10, "queries": 1,
    } | more  # fmt: skip


def told(asset: AssetKey = ORDERS, nano: int = 5) -> dict[str, Any]:
    """A quote as it is told."""
    request = {"asset": str(asset), "partitions": "2026-09-01"}
    return {
        "request": request,
        "attributed": {"nano": {"p10": nano - 1, "p50": nano, "p90": nano + 1}},
        "marginal": None,
        "lines": [],
    }


def test_a_day_is_replaced_whole(store: Store) -> None:
    """What a day no longer tells is gone; other days and connections stay."""
    other = Window(DAY.end_ms, DAY.end_ms + DAY_MS)
    with store.write() as session:
        unit_costs.replace_day(session, "acme", DAY, [build("a"), build("b", ITEMS)], 0)
        unit_costs.replace_day(session, "acme", other, [build("later", at_ms=DAY.end_ms)], 0)
        unit_costs.replace_day(session, "acme", DAY, [build("a", total_nano=11)], 0)
        ids = asset_ids(session, [ORDERS, ITEMS])
        found = unit_costs.of_assets(session, list(ids.values()), 0)
        assert [(row.build, row.total_nano) for row in found[ids[str(ORDERS)]]] == [("a", 11), ("later", 10)]
        assert found[ids[str(ITEMS)]] == []
        assert unit_costs.newest_builds(session, DAY.start_ms) == {ids[str(ORDERS)]: DAY.end_ms}


def test_siblings_are_others_of_the_warehouse(store: Store) -> None:
    """Newest first, never the asset itself."""
    with store.write() as session:
        day = [build("a"), build("b", ITEMS), build("c", ITEMS, at_ms=DAY.start_ms + 1, warehouse="BIG")]
        unit_costs.replace_day(session, "acme", DAY, day, 0)
        own = asset_ids(session, [ORDERS])[str(ORDERS)]

        def names(warehouse: str) -> list[str]:
            found = unit_costs.siblings(session, "acme", warehouse, since_ms=0, besides=own)
            return [row.build for row in found]

        assert (names("WH"), names(""), names("NO")) == (["b"], ["c", "b"], [])
        assert unit_costs.warehouses(session, "acme") == ["BIG", "WH"]
        assert unit_costs.connection_of(session, own, str(ORDERS)) == "acme"
        new = asset_ids(session, ["snowflake:acme:shop.new", "snowflake:other:shop.new"])
        assert [unit_costs.connection_of(session, each, key) for key, each in sorted(new.items())] == [
            "acme",
            "",
        ]


def test_partitions_of_runs_are_kept_with_their_rows(store: Store) -> None:
    """Told again with rows they are told anew; what a day's runs say moves with them."""
    run = Run("dbt", "i/orders", ORDERS, RunStatus.SUCCESS, from_ms(DAY.start_ms), from_ms(DAY.start_ms + 9))
    parts = (RunPartition("2026-09-01"), RunPartition("2026-09-02"))
    said = []
    with store.write() as session:
        for rows in (None, 7):
            given = tuple(RunPartition(part.key, rows) for part in parts)
            runs.save_runs(session, [replace(run, partitions=given)], 0)
            said.append(unit_costs.runs_by_day(session)[DAY.start_ms])
        (row,) = unit_costs.runs_around(session, DAY)
        assert unit_costs.partitions_of(session, [row["run_id"]]) == {
            row["run_id"]: [("2026-09-01", 7), ("2026-09-02", 7)]
        }
    assert said[0] != said[1]


def test_a_quote_is_found_by_its_id_or_how_it_begins(store: Store) -> None:
    """The same quote of the same moment is one; an ambiguous beginning finds none."""
    with store.write() as session:
        first = quotes.keep(session, told(), NOW)
        assert quotes.keep(session, told(), NOW) == first
        second = quotes.keep(session, told(ITEMS, 6), from_ms(to_ms(NOW) + 1))
        assert [row.id for row in quotes.latest(session)] == [second, first]
        assert [row.id for row in quotes.latest(session, asset_key=str(ITEMS))] == [second]
        found = quotes.by_id(session, first[:7])
        assert found is not None
        assert found.id == first
        assert quotes.by_id(session, "") is None


def test_a_realised_quote_waits_no_more(store: Store) -> None:
    """It is closed once, with what it came to."""
    with store.write() as session:
        quote_id = quotes.keep(session, told(), NOW)
        assert [row.id for row in quotes.waiting(session, 0)] == [quote_id]
        quotes.realise(session, quote_id, 7, to_ms(NOW), {"inside": False})
        assert quotes.waiting(session, 0) == []
        assert [(row.realised_nano, row.realised) for row in quotes.closed(session)] == [
            (7, {"inside": False})
        ]


def test_coverage_adds_up(store: Store) -> None:
    """Of one asset and of all; what is built no more is forgotten."""
    with store.write() as session:
        ids = list(asset_ids(session, [ORDERS, ITEMS]).values())
        rows = [
            {"asset_id": each, "builds": 10, "inside": 8, "below": 1, "above": 1, "judged_ms": 5}
            for each in ids
        ]
        quotes.save_calibration(session, rows)
        assert quotes.coverage(session) == {"builds": 20, "inside": 16, "below": 2, "above": 2}
        assert quotes.judged(session) == dict.fromkeys(ids, 5)
        quotes.forget_calibration(session, ids[:1])
        assert quotes.coverage(session)["builds"] == quotes.coverage(session, ids[0])["builds"] == 10


@pytest.mark.parametrize(
    ("priced", "expected"), [((6, "EUR"), (3_000_000_000, "EUR")), ((None, ""), (None, ""))]
)
def test_the_price_of_a_credit_is_the_newest_days(
    store: Store, priced: tuple[int | None, str], expected: tuple[int | None, str]
) -> None:
    """What was paid over what was used; none where no rate is known."""
    micro, currency = priced
    with store.write() as session:
        session.add(
            CostRow(
                connection="acme", dimension="warehouse", day_ms=DAY.start_ms, value="WH", service="compute",
                kind="busy", nano_credits=2, bytes=0, micro_currency=micro, currency=currency, queries=1,
                provisional=False,
            )
        )  # fmt: skip
        session.flush()
        assert quotes.micro_per_credit(session, "acme") == expected


def test_an_asset_is_named_by_the_end_of_its_path(store: Store) -> None:
    """In any case of letters, at the bounds of its parts alone, and with no letter that means more."""
    with store.write() as session:
        asset_ids(session, [ORDERS, ITEMS])
        for text in ("orders", "MARTS.orders", "shop.marts.orders", str(ORDERS)):
            assert named(session, text) == [str(ORDERS)]
        for text in ("rders", "", "%", "marts", "_rders"):
            assert named(session, text) == []
