"""Each kind of waste on a world small enough to work its saving out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.decisions import Confidence
from assay.model.time import DAY_MS, HOUR_MS
from assay.model.waste import Claim, Finding, Lever, WasteKind
from costs.waste import failed, full_refresh, oversized, sizes, spilling, unchanged, unread
from costs.waste.builds import Build, History, claims, total
from costs.waste.period import Period

CREDIT = 1_000_000_000
TEN_DAYS = Period(0, 10 * DAY_MS)
ASSET = "snowflake:acme:shop.marts.orders"
POOL = f"busy:build:{ASSET}"


def build(at_ms: int, nano: int = CREDIT, **more: object) -> Build:
    """A build of a minute in WH."""
    return Build(at_ms=at_ms, ends_ms=at_ms + 60_000, warehouse="WH", nano=nano, **more)


def history(*builds: Build) -> History:
    """The builds of the asset."""
    return History(ASSET, "acme", builds)


def hourly(days: int = 10, **more: object) -> History:
    """A build on every hour of so many days, a credit each."""
    return history(*(build(hour * HOUR_MS, **more) for hour in range(days * 24)))


def figures(finding: Finding) -> dict[str, int]:
    """The finding's figures by name."""
    return {figure.name: figure.value for figure in finding.figures}


def test_hourly_builds_that_are_read_twice_a_day() -> None:
    """Of 240 builds at most three a day served anyone: each read, and the last one for the morning after.

    The last day has no morning after: 29 builds of 240 were needed, 211 credits in ten days, 633 in thirty.
    """
    reads = {day * DAY_MS: 2 for day in range(10)}
    found = unread.find(unread.Evidence(hourly(), reads, {}), TEN_DAYS)

    assert found is not None
    assert (WasteKind.REBUILT_UNREAD, Confidence.HIGH, 633 * CREDIT) == (
        found.kind,
        found.confidence,
        found.nano_per_month,
    )
    assert (Claim("WH", POOL, Lever.FREQUENCY, 633 * CREDIT, 720 * CREDIT),) == found.claims
    assert 29 == figures(found)["builds that served a use, at most"]
    assert "2.9 times a day instead of 24 times a day" in found.change


def test_builds_of_what_nobody_uses_are_all_for_nothing() -> None:
    """Without a read every build is left out; the change is to stop. What is a few days old may find its readers."""
    found = unread.find(unread.Evidence(hourly(), {}, {}), TEN_DAYS)

    assert found is not None
    assert 720 * CREDIT == found.nano_per_month
    assert unread.find(unread.Evidence(hourly(6), {}, {}), TEN_DAYS) is None
    assert found.change.startswith("Stop building orders")


def test_a_build_that_another_asset_needed_served_someone() -> None:
    """A use by a dependent counts like a read; a daily build for a daily reader is no waste."""
    daily = history(*(build(day * DAY_MS) for day in range(10)))

    assert unread.find(unread.Evidence(daily, {}, {day * DAY_MS: 1 for day in range(10)}), TEN_DAYS) is None
    assert unread.find(unread.Evidence(daily, {}, {}), TEN_DAYS) is not None


def test_a_weekly_reader_needs_the_build_before_and_the_one_of_the_day() -> None:
    """It is not known whether they came before or after the day's build."""
    starts = [day * DAY_MS + HOUR_MS for day in range(10)]

    assert {6 * DAY_MS: 1, 7 * DAY_MS: 1} == +unread.needed(starts, {7 * DAY_MS: 3})


def test_a_partial_build_left_out_saves_what_the_cheapest_one_cost() -> None:
    """Its rows are handled by another: of 24 builds of 3 and one of 1 credit, all for nothing, 25 are saved, not 73."""
    builds = [build(day * DAY_MS, 3 * CREDIT, is_whole=False) for day in range(24)]
    own = history(*builds, build(24 * DAY_MS, CREDIT, is_whole=False))
    found = unread.find(unread.Evidence(own, {}, {}), Period(0, 30 * DAY_MS))

    assert found is not None
    assert (25 * CREDIT, Confidence.MEDIUM) == (found.nano_per_month, found.confidence)


def test_builds_between_which_no_input_changed() -> None:
    """24 builds and a change before two of them: 21 found nothing new, and the first one is taken as needed."""
    own = history(*(build(day * DAY_MS) for day in range(24)))
    found = unchanged.find(unchanged.Evidence(own, (5 * DAY_MS - 1, 20 * DAY_MS), 1), Period(0, 30 * DAY_MS))

    assert found is not None
    assert 21 * CREDIT == found.nano_per_month
    assert "21 of 24 builds of orders found none of its inputs changed." == found.title


def test_a_change_is_in_the_build_that_starts_as_it_ends() -> None:
    """What was done when a build started was in it, and not left for the next."""
    assert [2] == unchanged.idle_builds([10, 20, 30], [20])
    assert [1, 2] == unchanged.idle_builds([10, 20, 30], [10])
    assert [1] == unchanged.idle_builds([10, 20, 30], [21])


def test_inputs_that_change_as_often_as_the_asset_is_built_are_no_waste() -> None:
    """Nothing is said below half."""
    assert (
        unchanged.find(unchanged.Evidence(hourly(), tuple(range(0, 10 * DAY_MS, HOUR_MS)), 1), TEN_DAYS)
        is None
    )


def test_a_large_table_made_anew_for_few_new_rows() -> None:
    """Ten builds of 2 credits, a hundredth new: three quarters saved, 15 of 20 credits, 45 in thirty days."""
    builds = [build(day * DAY_MS, 2 * CREDIT, rows=2_000_000 + day * 20_000) for day in range(10)]
    found = full_refresh.find(full_refresh.Evidence(history(*builds)), TEN_DAYS)

    assert found is not None
    assert (45 * CREDIT, Confidence.LOW) == (found.nano_per_month, found.confidence)
    assert 20_000 == figures(found)["new rows since the build before"]
    assert (Claim("WH", POOL, Lever.METHOD, 45 * CREDIT, 60 * CREDIT),) == found.claims


@pytest.mark.parametrize(
    "rows",
    [
        [900_000] * 10,  # small
        [2_000_000 + day * 400_000 for day in range(10)],  # much is new
        [2_000_000, 1_000_000] * 5,  # it shrinks
        [2_000_000, 2_000_000],  # no trend
        [2_000_000, None, 2_000_000, 2_000_000],  # not told
    ],
)
def test_tables_that_are_rightly_made_anew(rows: list[int | None]) -> None:
    """Small ones, those of which much is new or goes, and those of which too little is known."""
    builds = [build(day * DAY_MS, rows=count) for day, count in enumerate(rows)]

    assert full_refresh.find(full_refresh.Evidence(history(*builds)), TEN_DAYS) is None


def test_rows_that_came_into_the_inputs_bound_what_may_have_changed() -> None:
    """A table that does not grow may still change: 2,700,000 rows came in, 300,000 a build, more than a tenth."""
    builds = [build(day * DAY_MS, rows=2_000_000) for day in range(10)]

    assert full_refresh.find(full_refresh.Evidence(history(*builds), 2_700_000), TEN_DAYS) is None
    found = full_refresh.find(full_refresh.Evidence(history(*builds), 900_000), TEN_DAYS)
    assert found is not None
    assert Confidence.MEDIUM is found.confidence


def test_failed_statements_and_the_work_done_again_beside_them() -> None:
    """5 credits failed, and a sound build of 4 was done again: 9 in ten days, 27 in thirty."""
    other = "snowflake:acme:shop.marts.customers"
    found = failed.find(
        failed.Evidence(
            ASSET,
            "acme",
            is_asset=True,
            statements=40,
            failed=(failed.Failed("WH", 3, 5 * CREDIT),),
            again=(failed.Again(other, "WH", 4 * CREDIT, 40 * CREDIT, 1),),
            codes=(("100183", 3),),
        ),
        TEN_DAYS,
    )

    assert found is not None
    assert 27 * CREDIT == found.nano_per_month
    assert (
        Claim("WH", f"busy:failed:{ASSET}", Lever.FAILURES, 15 * CREDIT, 15 * CREDIT),
        Claim("WH", f"busy:build:{other}", Lever.FAILURES, 12 * CREDIT, 120 * CREDIT),
    ) == found.claims
    assert "dbt retry" in found.change
    assert "100183" in found.change


def test_a_job_run_whole_again_after_a_failure() -> None:
    """An hour after the failed invocation of a daily job the next repeats what had succeeded; dbt retry would not."""
    days = [0, DAY_MS, 2 * DAY_MS]
    bad = [build(at, invocation=f"i{at}", is_failed=at == DAY_MS) for at in days]
    sound = [build(at, invocation=f"i{at}") for at in days]
    again = {"invocation": "again"}
    whole = {
        "a": [*bad, build(DAY_MS + HOUR_MS, **again)],
        "b": [*sound, build(DAY_MS + HOUR_MS, 7, **again)],
    }
    resumed = {"a": [*bad, build(DAY_MS + HOUR_MS, **again)], "b": sound}
    late = {
        "a": [*bad, build(DAY_MS + 7 * HOUR_MS, **again)],
        "b": [*sound, build(DAY_MS + 7 * HOUR_MS, **again)],
    }

    assert [("b", build(DAY_MS + HOUR_MS, 7, **again))] == failed.done_again(whole)["a"]
    assert not failed.done_again(resumed)["a"]
    assert not failed.done_again(late)["a"]


def _warehouse(**more: object) -> oversized.Evidence:
    figures_ = {
        "warehouse": "WH", "connection": "acme", "size": "Large", "statements": 100, "busy_ms": HOUR_MS,
        "ran_ms": 2 * HOUR_MS, "queued_ms": 0, "bytes_scanned": 8 * 3600 * 10_000_000, "spilled_bytes": 0,
        "busy_nano": 8 * CREDIT, "idle_nano": 4 * CREDIT,
    }  # fmt: skip
    return oversized.Evidence(**{**figures_, **more})


def test_a_large_warehouse_that_reads_little() -> None:
    """10 MB a second on each of 8 nodes; a size down saves a quarter of 8 busy and half of 4 idle: 4 in ten days."""
    found = oversized.find(_warehouse(), TEN_DAYS)

    assert found is not None
    assert 10_000_000 == figures(found)["bytes a second and node"]
    assert 12 * CREDIT == found.nano_per_month
    assert "ALTER WAREHOUSE WH SET WAREHOUSE_SIZE = MEDIUM" == found.change
    assert Confidence.MEDIUM is found.confidence


@pytest.mark.parametrize(
    "more",
    [
        {"size": "X-Small"},
        {"bytes_scanned": 8 * 3600 * 40_000_000},
        {"queued_ms": 2 * HOUR_MS // 50},
        {"spilled_bytes": 1},
        {"statements": 0},
        {"size": "Huge"},
    ],
)
def test_warehouses_that_need_their_size(more: dict[str, Any]) -> None:
    """The least there is, one that reads much, lets wait, spills, or of which nothing is known."""
    assert oversized.find(_warehouse(**more), TEN_DAYS) is None


def test_what_does_not_tell_its_spilling_is_less_sure() -> None:
    """An export without the columns says nothing of memory."""
    found = oversized.find(_warehouse(spilled_bytes=None), TEN_DAYS)

    assert found is not None
    assert Confidence.LOW is found.confidence


def test_every_size_has_the_ones_beside_it() -> None:
    """However it is spelt."""
    spelt = ("Small", "4X-Large", "XXLARGE", "X5LARGE", "X-Small", "6X-Large", "")

    assert ["XSMALL", "3XLARGE", "XLARGE", "4XLARGE", None, "5XLARGE", None] == [*map(sizes.smaller, spelt)]
    assert ["MEDIUM", "5XLARGE", "3XLARGE", "6XLARGE", "SMALL", None, None] == [*map(sizes.larger, spelt)]


def test_time_lost_to_spilling() -> None:
    """Of 100 s on 2 nodes, 6 GB both ways at 600 MB/s is 20 s, 0.75 GB remote at 150 MB/s is 10 s: 30 % of 10."""
    part = spilling.Spilled(
        warehouse="WH",
        size="Small",
        pool=POOL,
        statements=2,
        local_bytes=6_000_000_000,
        remote_bytes=750_000_000,
        ran_ms=100_000,
        nano=10 * CREDIT,
        pool_nano=25 * CREDIT,
    )
    found = spilling.find(spilling.Evidence(ASSET, "acme", is_asset=True, parts=(part,)), TEN_DAYS)

    assert 300 == part.lost
    assert found is not None
    assert (Claim("WH", POOL, Lever.SPILLS, 9 * CREDIT, 75 * CREDIT),) == found.claims
    assert 9 * CREDIT == found.nano_per_month
    assert "MEDIUM" in found.change


def test_no_statement_loses_more_than_half_its_time_to_spilling() -> None:
    """The speeds are assumed; what they say beyond half is not believed."""
    part = spilling.Spilled("WH", "Small", "busy:other:", 1, 10**13, 10**13, 1000, 10, 10)

    assert 500 == part.lost


DAYS_USED = st.dictionaries(st.integers(0, 12).map(lambda day: day * DAY_MS), st.integers(0, 30))


@settings(deadline=None)
@given(st.lists(st.integers(0, 12 * DAY_MS), max_size=40), DAYS_USED, DAYS_USED)
def test_uses_only_add_to_the_builds_that_are_needed(
    starts: list[int], uses: dict[int, int], more: dict[int, int]
) -> None:
    """No day needs more builds than it had, none are needed without a use, and another use never takes one away."""
    built = Counter(at_ms - at_ms % DAY_MS for at_ms in starts)
    served = unread.needed(starts, uses)
    both = unread.needed(starts, Counter(uses) + Counter(more))

    assert all(0 <= served[day] <= built[day] for day in served)
    assert all(served[day] <= both[day] for day in served)
    assert unread.needed(starts, {}).total() == 0
    if starts and uses:
        last = {day: 1 for day in uses if uses[day] and day > max(starts)}
        assert not last or unread.needed(starts, last).total() == 1


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.data())
def test_a_finding_promises_what_it_claims_and_no_more_than_there_is(
    nanos: list[int], data: st.DataObject
) -> None:
    """Over several warehouses the claims add up to the saving but for what is rounded down, and stay below the cost."""
    own = history(
        *(replace(build(day, nano), warehouse=f"W{day % 3}") for day, nano in enumerate(nanos)),
    )
    saved = own.saved_by_leaving_out(data.draw(st.integers(0, len(nanos))))
    claimed = claims(own, saved, Lever.FREQUENCY, Period(0, 30 * DAY_MS))

    assert saved - 3 <= total(claimed) <= saved <= own.nano
    assert all(0 <= claim.nano <= claim.whole_nano for claim in claimed)
