"""Hours whose right answer can be told by hand: an X-Small, a credit an hour."""

from __future__ import annotations

import pytest
from fakes.world import DAY, World, event, hour_of, query, summed

from assay.model.time import HOUR_MS


def at(seconds: float) -> int:
    """Nano-credits of some seconds of an X-Small."""
    return round(seconds * 1_000_000_000 / 3600)


def close(seconds: float) -> object:
    """That many seconds of an X-Small, within a millisecond."""
    return pytest.approx(at(seconds), abs=at(0.001))


def starts(at_s: float) -> list[dict[str, object]]:
    """The events of a start."""
    sized = event("WAREHOUSE_CONSISTENT", at_s, size="X-Small")
    return [event("RESUME_WAREHOUSE", at_s), event("RESUME_CLUSTER", at_s, cluster_number=1), sized]


def stops(at_s: float) -> list[dict[str, object]]:
    """The events of an end."""
    return [event("SUSPEND_CLUSTER", at_s, cluster_number=1), event("SUSPEND_WAREHOUSE", at_s)]


def test_two_at_once_share_each_instant() -> None:
    """A runs alone for 10 s and beside B for 10 s; B then alone for 10 s: 15 s each."""
    world = World([query("a", 100, 120), query("b", 110, 130)], [hour_of(0, at(30))])

    assert {"a": close(15), "b": close(15)} == world.by("query_id")


def test_the_last_to_end_keeps_the_warehouse_on() -> None:
    """After B ended nothing ran for 60 s: that is B's idle time, beside what it was busy."""
    world = World(
        [query("a", 100, 130), query("b", 110, 150)],
        [hour_of(0, at(120))],
        events=starts(100) + stops(220),
    )

    assert {
        ("a", "busy"): close(20),
        ("b", "busy"): close(30),
        ("b", "keeper_idle"): close(70),
    } == world.by("query_id", "kind")


def test_idle_time_is_inferred_where_no_event_tells_it() -> None:
    """Two gaps and one suspend time: 60 s after each query explain what the meter shows."""
    world = World([query("a", 100, 130), query("b", 1000, 1010)], [hour_of(0, at(160))])

    assert {
        ("a", "busy"): close(30),
        ("a", "keeper_idle"): close(60),
        ("b", "busy"): close(10),
        ("b", "keeper_idle"): close(60),
    } == world.by("query_id", "kind")


def test_waiting_for_the_start_is_the_first_querys() -> None:
    """The warehouse came up at 100 s and the query began to execute at 103 s."""
    world = World(
        [query("a", 99.5, 163, queued_provisioning_ms=3500)],
        [hour_of(0, at(63))],
        events=starts(100) + stops(163),
    )

    assert {("a", "startup"): close(3), ("a", "busy"): close(60)} == world.by("query_id", "kind")


def test_a_start_by_hand_is_nobodys_until_a_query_comes() -> None:
    """On since 100 s, first query at 500 s: 400 s that no query explains."""
    world = World([query("a", 500, 560)], [hour_of(0, at(460))], events=starts(100) + stops(560))

    assert {(None, "no_query"): close(400), ("a", "busy"): close(60)} == world.by("query_id", "kind")


def test_a_short_session_is_topped_up_to_a_minute() -> None:
    """Ten seconds of work and a stop: the other 50 s are billed, to the queries by the time they ran."""
    world = World(
        [query("a", 100, 110), query("b", 105, 110)], [hour_of(0, at(60))], events=starts(100) + stops(110)
    )

    assert {
        ("a", "busy"): close(7.5),
        ("b", "busy"): close(2.5),
        ("a", "min_60s"): close(50 * 10 / 15),
        ("b", "min_60s"): close(50 * 5 / 15),
    } == world.by("query_id", "kind")


def test_an_upsize_is_topped_up_for_what_it_added() -> None:
    """Small for 20 s in the middle of an X-Small session: the added credit an hour is billed for 60 s."""
    resize = [
        event("WAREHOUSE_CONSISTENT", 200, size="Small"),
        event("WAREHOUSE_CONSISTENT", 220, size="X-Small"),
    ]
    queries = [
        query("a", 100, 200),
        query("b", 200, 220, warehouse_size="Small"),
        query("c", 220, 300),
    ]
    world = World(queries, [hour_of(0, at(100 + 40 + 80 + 40))], events=starts(100) + resize + stops(300))

    assert {
        ("a", "busy"): close(100),
        ("b", "busy"): close(40),
        ("b", "resize"): close(40),
        ("c", "busy"): close(80),
    } == world.by("query_id", "kind")


def test_a_short_session_with_an_upsize_is_topped_up_once() -> None:
    """Ten seconds X-Small, ten Small, off: a minute of an X-Small, and a minute of what the upsize added to it."""
    resize = [event("WAREHOUSE_CONSISTENT", 110, size="Small")]
    queries = [query("a", 100, 110), query("b", 110, 120, warehouse_size="Small")]
    world = World(queries, [hour_of(0, at(60 + 60))], events=starts(100) + resize + stops(120))

    assert {"busy": close(10 + 20), "min_60s": close(40), "resize": close(50)} == world.by("kind")


def test_a_query_over_an_upsize_pays_each_size_for_its_time() -> None:
    """Half a minute as X-Small, then a minute and a half as Small, beside another query from then on."""
    resize = [event("WAREHOUSE_CONSISTENT", 200, size="Small")]
    queries = [query("long", 170, 290), query("late", 200, 290, warehouse_size="Small")]
    world = World(queries, [hour_of(0, at(30 + 2 * 90))], events=starts(170) + resize + stops(290))

    assert {"long": close(30 + 90), "late": close(90)} == world.by("query_id")


def test_clusters_are_swept_apart() -> None:
    """Two clusters on at the same time: each query pays the cluster it ran on."""
    queries = [query("a", 100, 160, cluster_number=1), query("b", 100, 130, cluster_number=2)]
    world = World(queries, [hour_of(0, at(90))])

    assert {"a": close(60), "b": close(30)} == world.by("query_id")


def test_an_hour_without_queries_is_still_told() -> None:
    """Always on, nobody there: the whole hour is a row of its own."""
    world = World([], [hour_of(5, at(3600))])

    assert {("WH", DAY + 5 * HOUR_MS, "no_query"): at(3600)} == world.by("resource", "hour_ms", "kind")


def test_a_keeper_is_held_for_an_hour_at_most() -> None:
    """Beyond an hour after its end it is a setting, not the query, that keeps the warehouse on."""
    meter = [hour_of(hour, at(3600)) for hour in range(4)]
    world = World([query("a", 0, 60)], meter, events=starts(0) + stops(4 * 3600))

    sums = world.by("kind")

    assert {"busy": close(60), "keeper_idle": close(3600), "no_query": close(4 * 3600 - 3660)} == sums


def test_no_keeper_is_held_longer_where_no_event_tells() -> None:
    """A second's query on a warehouse that is always on: the hour after its own is nobody's, but for one second."""
    world = World([query("a", 0, 1)], [hour_of(hour, at(3600)) for hour in range(3)])

    assert {
        (DAY, "a", "busy"): close(1),
        (DAY, "a", "keeper_idle"): close(3599),
        (DAY + HOUR_MS, "a", "keeper_idle"): close(1),
        (DAY + HOUR_MS, None, "no_query"): close(3599),
        (DAY + 2 * HOUR_MS, None, "no_query"): at(3600),
    } == world.by("hour_ms", "query_id", "kind")


def test_time_before_the_first_query_is_nobodys_where_no_event_tells() -> None:
    """Billed the whole hour, and the first query ends with it: nobody had kept the warehouse on until it came."""
    world = World([query("a", 3000, 3600)], [hour_of(0, at(3600))])

    assert {(None, "no_query"): close(3000), ("a", "busy"): close(600)} == world.by("query_id", "kind")


def test_a_query_without_a_size_ran_on_no_warehouse() -> None:
    """Metadata queries show their session's warehouse but cost it nothing."""
    world = World([query("a", 0, 60), query("show", 0, 50, warehouse_size=None)], [hour_of(0, at(60))])

    assert {"a": at(60)} == world.by("query_id")


def test_waiting_and_compiling_do_not_count() -> None:
    """Only from the end of queueing and compilation does a query hold the warehouse."""
    waiting = query("a", 0, 60, queued_overload_ms=20_000, compilation_ms=10_000)
    world = World([waiting, query("b", 30, 60)], [hour_of(0, at(30))])

    assert {"a": close(15), "b": close(15)} == world.by("query_id")


def test_the_warehouses_own_weights_replace_equal_ones() -> None:
    """What two hold together stays, how they share it follows the warehouse; a query not named keeps its part."""
    queries = [query("a", 0, 30), query("b", 0, 30), query("c", 100, 100.05)]
    weights = [
        {"query_id": "a", "start_ms": DAY, "end_ms": DAY, "compute_nano": at(20)},
        {"query_id": "b", "start_ms": DAY, "end_ms": DAY, "compute_nano": at(10)},
    ]
    world = World(queries, [hour_of(0, at(30.05))], weights=weights)

    assert {"a": close(20), "b": close(10), "c": close(0.05)} == world.by("query_id")


def test_cloud_services_are_billed_beyond_a_tenth_of_compute() -> None:
    """0.3 credits of cloud services on 1 of compute: 0.2 are billed, by what each query used; the rest is nobody's."""
    queries = [
        query("a", 0, 3600, cloud_services_nano=100_000_000),
        query("b", 10, 20, cloud_services_nano=50_000_000),
    ]
    world = World(queries, [hour_of(0, 1_000_000_000, cloud=300_000_000)])

    sums = summed([row for row in world.charges() if row["kind"] == "cloud_services"], "query_id")

    assert {"a": 66_666_667, "b": 33_333_333, None: 100_000_000} == sums


def test_the_bills_own_adjustment_wins() -> None:
    """Once METERING_DAILY tells the day's adjustment, it is the adjustment."""
    daily = [{"service_type": "WAREHOUSE_METERING", "day_ms": DAY, "used_nano": 1300, "adjustment_nano": -7}]
    daily[0] |= {"compute_nano": 1000, "cloud_services_nano": 300}
    world = World([query("a", 0, 60, cloud_services_nano=300)], [hour_of(0, 1000, cloud=300)], daily=daily)

    assert {"compute": 1000, "cloud_services": 293} == world.by("service")


def test_acceleration_goes_by_the_warehouses_figure_else_by_bytes() -> None:
    """Per-query credits where known; scanned bytes otherwise."""
    metering = [
        {
            "service_type": "QUERY_ACCELERATION", "name": "WH", "start_ms": DAY, "entity_id": "1", "database": None,
            "schema": None, "compute_nano": 900, "cloud_services_nano": 0, "used_nano": 900,
        }
    ]  # fmt: skip
    queries = [query("a", 0, 60, acceleration_bytes=200), query("b", 0, 60, acceleration_bytes=100)]
    by_bytes = World(queries, [], metering=metering).by("query_id")
    weights = [{"query_id": "b", "start_ms": DAY, "end_ms": DAY, "acceleration_nano": 5}]
    by_figure = World(queries, [], metering=metering, weights=weights).by("query_id")

    assert {"a": 600, "b": 300} == by_bytes
    assert {"b": 900} == by_figure


def test_accelerated_bytes_count_once_over_several_hours() -> None:
    """Nine tenths of A lie in the first hour, where B is alone beside it: A's bytes weigh there by nine tenths."""
    metering = [
        {
            "service_type": "QUERY_ACCELERATION", "name": "WH", "start_ms": DAY, "entity_id": "1", "database": None,
            "schema": None, "compute_nano": 1900, "cloud_services_nano": 0, "used_nano": 1900,
        }
    ]  # fmt: skip
    queries = [query("a", 0, 4000, acceleration_bytes=1000), query("b", 0, 60, acceleration_bytes=1000)]

    assert {"a": 900, "b": 1000} == World(queries, [], metering=metering).by("query_id")


def test_serverless_work_is_its_objects() -> None:
    """Automatic clustering names its table: the charge is the table's, on the rung of the object itself."""
    row = {
        "service_type": "AUTO_CLUSTERING", "name": "ORDERS", "database": "SHOP", "schema": "MARTS", "start_ms": DAY,
        "entity_id": "7", "compute_nano": 40, "cloud_services_nano": 2, "used_nano": 42,
    }  # fmt: skip
    charges = World([], [], metering=[row]).charges()

    assert [("serverless", "snowflake:acme:shop.marts.orders", "object", 42)] == [
        (charge["kind"], charge["asset_key"], charge["rung"], charge["nano_credits"]) for charge in charges
    ]


def test_a_query_of_several_assets_is_split_by_its_claims() -> None:
    """Three to one, to the nano-credit."""
    claims = [
        {"query_id": "a", "start_ms": DAY, "asset_key": "k:1", "rung": "access_write", "weight": 3},
        {"query_id": "a", "start_ms": DAY, "asset_key": "k:2", "rung": "access_write", "weight": 1},
    ]
    world = World([query("a", 0, 60)], [hour_of(0, 1001)], claims=claims)

    assert {"k:1": 751, "k:2": 250} == world.by("asset_key")


def test_a_day_the_hours_do_not_explain_shows_the_difference() -> None:
    """The day's bill has a service no hourly meter shows: its credits are there, nobody's."""
    daily = [
        {"service_type": "SNOWPARK_CONTAINER_SERVICES", "day_ms": DAY, "used_nano": 77, "adjustment_nano": 0}
    ]
    daily[0] |= {"compute_nano": 77, "cloud_services_nano": 0}
    world = World([], [hour_of(hour, 10) for hour in range(24)], daily=daily)

    assert {"no_query": 240, "unattributed": 77} == world.by("kind")
