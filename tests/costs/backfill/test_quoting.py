"""A quote tells both prices, what they hang on, and whether the backfill may run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes.built import CREDIT, FIRST_MS, NANO_PER_ROW, NOW, START_NANO, Site, key, run, statement

from assay.errors import UsageError
from assay.model.assets import Asset, AssetKind, Edge, EdgeSource
from assay.model.runs import RunPartition
from assay.model.time import DAY_MS, HOUR_MS, day_of, from_ms
from assay.store import quotes, unit_costs
from assay.store.assets import find_ids
from costs.backfill import NoHistoryError, PartitionRange, Quote, QuoteRequest, asked_range, quote
from costs.backfill.hindsight import back_test, calibrate, published, realise
from costs.backfill.plan import asset_named

WEEK = "2026-09-20..2026-09-26"


def priced(site: Site, name: str = "orders", partitions: str = WEEK, **more: Any) -> Quote:  # noqa: ANN401 - of a request
    """The quote of an asset's backfill, a day after its last build."""
    request = QuoteRequest(key(name), PartitionRange.parse(partitions), **more)
    return quote(site.store, site.files, site.engine, request, site.settings, NOW)


def rows_of(site: Site, partitions: str) -> list[int]:
    """The rows of some days of orders, as they were built."""
    with site.store.read() as session:
        ids = find_ids(session, [key("orders")])
        builds = unit_costs.of_assets(session, list(ids.values()), 0)[ids[str(key("orders"))]]
    wanted = PartitionRange.parse(partitions).keys
    return [build.rows or 0 for build in builds if build.partitions[0]["partition"] in wanted]


def test_partitions_that_were_built_are_priced_by_their_rows(site: Site) -> None:
    """What their rows cost by the law that made them lies in the range, and near its middle."""
    found = priced(site)
    true = sum(START_NANO + NANO_PER_ROW * rows for rows in rows_of(site, WEEK))

    assert found.units == 7
    assert found.attributed.p10 <= true <= found.attributed.p90
    assert found.attributed.p50 == pytest.approx(true, rel=0.05)
    assert "per row" in found.drivers[0]
    assert found.busy.p50 == pytest.approx(found.attributed.p50 * 0.9, rel=0.01)


def test_partitions_never_built_are_priced_by_what_is_usual(site: Site) -> None:
    """Their rows are not known; the range is wider than that of known ones."""
    known, unknown = priced(site), priced(site, partitions="2026-12-01..2026-12-07")

    assert "usual" in unknown.drivers[0]
    assert width(unknown) > 2 * width(known)


def width(found: Quote) -> float:
    """The range beside its middle."""
    return (found.attributed.p90 - found.attributed.p10) / found.attributed.p50


def test_a_table_made_whole_costs_one_rebuild_whatever_the_range(site: Site) -> None:
    """A week or a year: the same price, and it is said."""
    week, year = priced(site, "daily"), priced(site, "daily", "2025")

    assert (week.attributed, week.units) == (year.attributed, 1)
    assert any("one rebuild, whatever the range" in said for said in week.assumptions)


def test_days_of_statements_are_days_of_partitions(site: Site) -> None:
    """Three loads a day, three thousandths of a credit: that is a day's price."""
    found = priced(site, "raw", "2026-09-20..2026-09-21")

    assert found.attributed.p50 == pytest.approx(2 * 3 * CREDIT / 1000, rel=0.02)
    assert any("name no partitions" in said for said in found.assumptions)


def test_a_month_is_its_days(site: Site) -> None:
    """Partitions of another length are told by the ones it is built by."""
    assert priced(site, partitions="2026-09").units == 30
    assert priced(site, partitions="2026-09-20T03..2026-09-20T05").units == 1


def test_downstream_is_priced_after_what_it_reads(site: Site) -> None:
    """Raw, then orders, then daily: each with its price, all in the sum, and later than one alone."""
    alone, all_of_it = priced(site, "raw"), priced(site, "raw", downstream=True)

    assert [(line.asset, line.hops) for line in all_of_it.lines] == [
        (str(key(name)), hops) for hops, name in enumerate(("raw", "orders", "daily"))
    ]
    assert all_of_it.attributed.p50 == pytest.approx(sum(line.nano.p50 for line in all_of_it.lines), rel=0.03)
    assert all_of_it.seconds.p50 > alone.seconds.p50


def test_more_at_once_is_sooner_and_costs_the_same(site: Site) -> None:
    """Concurrency moves the end, not what is charged."""
    one, four = priced(site, concurrency=1), priced(site, concurrency=4)

    assert one.attributed == four.attributed
    assert four.seconds.p50 == pytest.approx(one.seconds.p50 * 2 / 7, rel=0.05)
    assert one.marginal is not None
    assert four.marginal is not None
    assert four.marginal.p50 < one.marginal.p50


def test_both_prices_are_told_and_the_marginal_one_is_of_the_timeline(site: Site) -> None:
    """One unit of 40 seconds at an hour when the warehouse sleeps: its time and the tail, by the meter's rate."""
    found = priced(site, partitions="2026-09-20", starts_at=from_ms(FIRST_MS + 12 * HOUR_MS))

    assert found.marginal is not None
    assert found.marginal.p50 != found.attributed.p50
    assert any("auto-suspend" in said for said in found.assumptions)
    assert any("of the meter" in said for said in found.assumptions)


def test_a_limit_speaks_against_it_when_the_p90_is_over(site: Site) -> None:
    """At the P90 it is allowed, a nano-credit below it is not; the settings' limit holds where none is given."""
    nano = priced(site).attributed.p90

    assert priced(site, limit_nano=nano).allowed
    refused = priced(site, limit_nano=nano - 1)
    assert not refused.allowed
    assert "limit" in refused.reasons[0]


def test_the_settings_limit_holds_where_none_is_given(empty: Site) -> None:
    """[backfill] limit_credits."""
    build(empty, "orders", 20)
    empty.settings = empty.settings.model_copy(
        update={"backfill": empty.settings.backfill.model_copy(update={"limit_credits": 1})}
    )

    assert not priced(empty).allowed
    assert priced(empty, limit_nano=100 * CREDIT).allowed


def test_a_quota_refuses(empty: Site) -> None:
    """A budget with a quota that the backfill would break."""
    build(empty, "orders", 20)
    with (empty.path / "assay.toml").open("a") as file:
        file.write("\n[budgets.small]\ncredits = 0.5\nquota = true\n")
    empty.settings = type(empty.settings).load(empty.path)
    found = priced(empty)

    assert not found.allowed
    assert found.reasons[0].startswith("quota: budget small")


def build(site: Site, name: str, days: int, nano: int = CREDIT, first: int = 0, **more: Any) -> None:  # noqa: ANN401 - of a statement
    """Build an asset once a day, a partition each."""
    told, runs = [], []
    for day in range(first, first + days):
        at_ms = FIRST_MS + day * DAY_MS + 2 * HOUR_MS
        told.append(statement(f"{name}{day}", at_ms, str(key(name)), nano, **more))
        runs.append(run(name, at_ms, f"{name}{day}", partitions=(RunPartition(str(day_of(at_ms)), 10),)))
    site.statements(told)
    site.save(Asset(key(name), AssetKind.INCREMENTAL), *runs)
    site.refresh()


def test_an_asset_never_built_is_priced_by_its_siblings(empty: Site) -> None:
    """What is built on the same account stands in, which is said; the range is wide."""
    build(empty, "orders", 30)
    empty.save(Asset(key("new")))
    found = priced(empty, "new", "2026-09-01")

    assert found.attributed.p50 == pytest.approx(CREDIT, rel=0.1)
    assert any("priced by 30 builds of others" in said for said in found.assumptions)


def test_an_asset_built_once_keeps_its_own_level(empty: Site) -> None:
    """Siblings tell how much builds differ, not what it costs."""
    build(empty, "orders", 30)
    build(empty, "new", 1, nano=50 * CREDIT)

    assert priced(empty, "new", "2026-09-01").attributed.p50 == pytest.approx(50 * CREDIT, rel=0.2)


def test_nothing_known_at_all_is_no_price(empty: Site) -> None:
    """No guess is sold as a quote."""
    empty.save(Asset(key("new")))
    with pytest.raises(NoHistoryError, match="Nothing is known"):
        priced(empty, "new")


def test_an_unknown_asset_or_warehouse_is_told(site: Site) -> None:
    """With what would be known."""
    with pytest.raises(UsageError, match="no asset"):
        priced(site, "nothing")
    with pytest.raises(UsageError, match="Nothing is known of a warehouse") as failure:
        priced(site, warehouse="NOPE")
    assert "WH" in failure.value.hint
    with pytest.raises(UsageError, match="cannot be read"):
        asked_range("2026-13-01")


def test_a_size_never_seen_widens_the_range(empty: Site) -> None:
    """Four times as large: between the same credits and four times, and sooner."""
    build(empty, "orders", 30)
    build(empty, "other", 30, warehouse="BIG", warehouse_size="Medium")
    own, big = priced(empty), priced(empty, warehouse="BIG")

    assert width(big) > width(own) + 0.3
    assert own.attributed.p50 <= big.attributed.p50 <= 4 * own.attributed.p50
    assert big.seconds.p50 < own.seconds.p50
    assert any("4 times its usual size" in said for said in big.assumptions)


def test_assets_that_read_each_other_are_priced_once_each(empty: Site) -> None:
    """A circle in the lineage, as incremental models make, ends nothing."""
    build(empty, "orders", 20)
    build(empty, "items", 20)
    empty.save(
        Edge(key("orders"), key("items"), EdgeSource.PARSED_SQL, NOW),
        Edge(key("items"), key("orders"), EdgeSource.PARSED_SQL, NOW),
        Edge(key("items"), key("unbuilt"), EdgeSource.DBT, NOW),
    )
    found = priced(empty, downstream=True)

    assert [line.asset for line in found.lines] == [str(key("orders")), str(key("items"))]
    assert any("unbuilt" in said for said in found.assumptions)


@pytest.mark.parametrize("text", ["orders", "marts.orders", "shop.marts.ORDERS", str(key("orders"))])
def test_an_asset_is_found_by_the_end_of_its_name(site: Site, text: str) -> None:
    """As people say it."""
    with site.store.read() as session:
        assert asset_named(session, text) == key("orders")


@pytest.mark.parametrize("text", ["rders", "", "%", "orders.x"])
def test_a_part_of_a_name_is_no_name(site: Site, text: str) -> None:
    """Nothing is guessed."""
    with site.store.read() as session, pytest.raises(UsageError, match="no asset"):
        asset_named(session, text)


def test_the_same_question_has_the_same_answer(site: Site) -> None:
    """Draws have a seed, so a gate does not waver."""
    assert priced(site, downstream=True) == priced(site, downstream=True)


def test_a_quote_is_kept_and_read_back(site: Site) -> None:
    """As it was told, in JSON values."""
    told = priced(site).as_dict()
    with site.store.write() as session:
        quote_id = quotes.keep(session, told, NOW, "me")
        assert quotes.keep(session, told, NOW, "me") == quote_id
        row = quotes.by_id(session, quote_id[:6])
        assert row is not None
        assert row.result == json.loads(json.dumps(told | {"id": quote_id}))
        assert quotes.by_id(session, "%") is None


def test_a_quote_is_compared_with_what_came_of_it(empty: Site) -> None:
    """The builds after it that cover its partitions; those before and of other days are not meant."""
    build(empty, "orders", 20)
    made = from_ms(FIRST_MS + 20 * DAY_MS)
    asked = QuoteRequest(key("orders"), PartitionRange.parse("2026-09-03..2026-09-04"))
    told = quote(empty.store, empty.files, empty.engine, asked, empty.settings, made).as_dict()
    with empty.store.write() as session:
        quote_id = quotes.keep(session, told, made)
    later = NOW + timedelta(days=1)
    for day, partition in ((20, "2026-09-03"), (21, "2026-09-21"), (22, "2026-09-04")):
        with empty.store.write() as session:
            assert realise(session, later) == 0
        at_ms = FIRST_MS + day * DAY_MS + HOUR_MS
        parts = (RunPartition(partition, 10),)
        empty.statements([statement(f"late{day}", at_ms, str(key("orders")), CREDIT)])
        empty.save(run("orders", at_ms, f"late{day}", partitions=parts))
        empty.refresh()
    with empty.store.write() as session:
        assert realise(session, later) == 1
        row = quotes.by_id(session, quote_id)
        assert row is not None
        assert (row.realised_nano, row.realised["inside"]) == (2 * CREDIT, True)
        told_coverage = published([], quotes.closed(session))
    assert (told_coverage["quotes"], told_coverage["quotes_inside"]) == (1, 1)


def test_a_quote_of_a_whole_table_is_closed_by_its_next_build(site: Site) -> None:
    """One rebuild is what it was for."""
    made = from_ms(FIRST_MS + 20 * DAY_MS)
    request = QuoteRequest(key("daily"), PartitionRange.parse(WEEK))
    told = quote(site.store, site.files, site.engine, request, site.settings, made).as_dict()
    with site.store.write() as session:
        quote_id = quotes.keep(session, told, made)
        realise(session, NOW)
        row = quotes.by_id(session, quote_id)
        assert row is not None
        assert row.realised["lines"][0]["builds"] == ["daily/d020"]


def test_builds_are_judged_by_ranges_made_without_them(site: Site) -> None:
    """What is published are the counts of the past, and each adds up."""
    assert calibrate(site.store, 90, NOW) == 3
    with site.store.read() as session:
        told = published(quotes.calibrations(session), [])
    assert told["builds"] == told["inside"] + told["below"] + told["above"] > 50
    assert told["share"] == told["inside"] / told["builds"]


def test_no_build_is_no_judgement() -> None:
    """An asset that was never built says nothing of ranges."""
    assert back_test([]) == {"builds": 0, "inside": 0, "below": 0, "above": 0}


def test_a_quote_made_in_another_zone_is_told_in_utc(site: Site) -> None:
    """Moments are UTC whatever the asker's clock says."""
    found = priced(site, starts_at=NOW)

    assert found.as_dict()["starts_at"] == NOW.isoformat()
    assert replace(found, id="x").as_dict()["finish"]["p50"] > NOW.isoformat()
