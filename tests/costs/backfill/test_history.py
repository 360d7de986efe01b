"""Each build is kept once with all it was charged, and its parts add up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.built import CREDIT, DAYS, FIRST_MS, Site, key, run, statement
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from assay.facts.streams import CHARGES
from assay.model.assets import Asset
from assay.model.runs import RunPartition, RunStatus
from assay.model.time import DAY_MS, HOUR_MS
from assay.store.tables import AssetRow, UnitCostRow
from costs.backfill.history import parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = FIRST_MS + 2 * HOUR_MS


def builds(site: Site, name: str) -> list[UnitCostRow]:
    """The builds kept of an asset."""
    with site.store.read() as session:
        rows = select(UnitCostRow).join(AssetRow, AssetRow.id == UnitCostRow.asset_id)
        of_asset = rows.where(AssetRow.key == str(key(name))).order_by(UnitCostRow.at_ms)
        return list(session.scalars(of_asset))


def told(site: Site, *statements: tuple[object, ...], runs: Sequence[object] = ()) -> None:
    """Make statements and runs known, and bring the builds up to date."""
    site.statements(list(statements))  # type: ignore[arg-type] # as `statement` makes them
    site.save(Asset(key("orders")), *runs)
    site.refresh()


def test_every_charge_of_a_query_is_its_builds(site: Site) -> None:
    """What the builds hold is what the ledger charged their assets with, all kinds together."""
    with site.store.read() as session:
        kept = sum(session.scalars(select(UnitCostRow.total_nano)))
        files = site.files.files(session, "acme", CHARGES)
    with site.engine() as engine:
        engine.facts("charges", CHARGES, files)
        assert kept == sum(row["nano_credits"] for row in engine.rows("charges"))


def test_a_run_is_one_build_with_its_partition(site: Site) -> None:
    """Rows, duration and partition are the run's own; busy is the part without idle time."""
    found = builds(site, "orders")

    assert len(found) == DAYS
    assert {build.duration_ms for build in found} == {40_000}
    assert [part["partition"] for part in found[0].partitions] == ["2026-09-01"]
    assert found[0].partitions[0]["total_nano"] == found[0].total_nano
    assert found[0].busy_nano == found[0].total_nano * 9 // 10
    assert found[0].rows == found[0].partitions[0]["rows"]


def test_what_replaces_the_table_is_a_full_refresh(site: Site) -> None:
    """A table made anew is whole, a merge is not."""
    assert all(build.full_refresh for build in builds(site, "daily"))
    assert not any(build.full_refresh for build in builds(site, "orders"))


def test_statements_without_a_run_are_one_build_a_session_and_day(site: Site) -> None:
    """Three loads a day are one build, named by the first."""
    found = builds(site, "raw")

    assert [(build.queries, build.build, build.rows) for build in found[:2]] == [
        (3, "r0000", 30), (3, "r0010", 30),
    ]  # fmt: skip


def test_nothing_is_worked_out_twice(site: Site) -> None:
    """Days whose facts stand are left alone."""
    assert site.refresh() == 0


def test_a_query_the_run_does_not_name_is_found_by_its_invocation(empty: Site) -> None:
    """A run of dbt names its last statement alone: what went before in the same invocation is the run's, too."""
    asset = str(key("orders"))
    told(
        empty,
        statement("q1", AT, asset, 100, invocation_id="i", query_type="CREATE_TABLE_AS_SELECT", rows_inserted=7),
        statement("q2", AT + 1000, asset, 200, invocation_id="i"),
        statement("t1", AT + 2000, asset, 50, invocation_id="i", node_id="test.shop.unique", query_type="SELECT"),
        runs=[run("orders", AT, "q2", invocation_id="i")],
    )  # fmt: skip
    (build,) = builds(empty, "orders")

    assert (build.total_nano, build.queries, build.rows) == (300, 2, 10)
    assert not build.full_refresh


def test_a_write_in_the_time_of_a_run_is_the_runs(empty: Site) -> None:
    """Where neither id nor invocation is known, the time tells."""
    told(
        empty,
        statement("q1", AT, str(key("orders")), 100),
        statement("q2", AT + 5000, str(key("orders")), 200),
        statement("q3", AT + HOUR_MS, str(key("orders")), 400),
        runs=[run("orders", AT, "q1")],
    )
    assert [(build.total_nano, build.queries) for build in builds(empty, "orders")] == [(300, 2), (400, 1)]


def test_a_failed_run_is_no_build(empty: Site) -> None:
    """What it cost says nothing of what a build costs."""
    told(
        empty,
        statement("q1", AT, str(key("orders")), 100),
        runs=[run("orders", AT, "q1", status=RunStatus.ERROR)],
    )
    assert builds(empty, "orders") == []


def test_a_test_is_no_build(empty: Site) -> None:
    """Its query reads the asset, it does not build it."""
    told(
        empty,
        statement("q1", AT, str(key("orders")), 100, query_type="SELECT"),
        runs=[run("orders", AT, "q1", kind="test")],
    )
    assert builds(empty, "orders") == []


def test_a_run_over_midnight_is_whole_and_of_the_day_it_began(empty: Site) -> None:
    """Its charges of the next day are its own."""
    late = FIRST_MS + DAY_MS - 10_000
    told(
        empty,
        statement("q1", late, str(key("orders")), 100),
        statement("q2", late + HOUR_MS, str(key("orders")), 200),
        runs=[run("orders", late, "q1", query_ids=("q1", "q2"))],
    )
    (build,) = builds(empty, "orders")

    assert (build.total_nano, build.at_ms) == (300, late - 5000)


def test_a_restated_charge_moves_the_build(empty: Site) -> None:
    """The ledger adds a difference; the build is told anew with it."""
    told(empty, statement("q1", AT, str(key("orders")), 100), runs=[run("orders", AT, "q1")])
    *_, (busy, _) = statement("q1", AT, str(key("orders")), 100)
    empty.add(CHARGES, [busy | {"nano_credits": -40, "reason": "final", "known_at_ms": 9}])

    assert empty.refresh() == 1
    (build,) = builds(empty, "orders")
    assert (build.total_nano, build.busy_nano) == (60, 50)


def test_a_run_of_several_partitions_splits_by_rows(empty: Site) -> None:
    """Not onto its first: each is given its share, and together they are the run."""
    parts = (RunPartition("2026-09-01", 1), RunPartition("2026-09-02", 3))
    told(
        empty,
        statement("q1", AT, str(key("orders")), CREDIT + 1),
        runs=[run("orders", AT, "q1", partitions=parts)],
    )
    (build,) = builds(empty, "orders")

    assert [part["total_nano"] for part in build.partitions] == [CREDIT // 4, CREDIT * 3 // 4 + 1]
    assert sum(part["busy_nano"] for part in build.partitions) == build.busy_nano


@pytest.mark.parametrize("rows", [(None, None, None), (5, None, 5), (0, 0, 0)])
def test_where_rows_are_not_all_told_partitions_share_alike(rows: tuple[int | None, ...]) -> None:
    """Nobody is charged by a guess."""
    parts = parts_of([(str(place), each) for place, each in enumerate(rows)], 9, 10)

    assert [part["total_nano"] for part in parts] == [4, 3, 3]


@given(
    st.lists(st.tuples(st.text(max_size=3), st.one_of(st.none(), st.integers(0, 10**12))), min_size=1, max_size=50),
    st.integers(-(10**15), 10**15),
    st.integers(-(10**15), 10**15),
)  # fmt: skip
def test_parts_always_add_up_to_the_run(
    partitions: list[tuple[str, int | None]], busy: int, total: int
) -> None:
    """To the nano-credit, whatever the rows; also where a restatement made it less than nothing."""
    parts = parts_of(partitions, busy, total)

    assert (busy, total) == (
        sum(part["busy_nano"] for part in parts),
        sum(part["total_nano"] for part in parts),
    )
