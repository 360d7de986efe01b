"""Laws every attribution must keep, whatever the input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fakes.world import DAY, World, hour_of, query, summed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.model.time import HOUR_MS

CREDIT = 1_000_000_000

spans = st.tuples(
    st.integers(0, 6 * HOUR_MS),
    st.integers(0, 3 * HOUR_MS),
    st.sampled_from(["X-Small", "Small", "Large", None]),
    st.integers(1, 2),
    st.integers(0, 2000),
)


def queries_of(drawn: list[tuple[int, int, str | None, int, int]]) -> list[dict[str, Any]]:
    """Queries named by their place."""
    return [
        query(
            f"q{i:03}",
            start / 1000,
            (start + length) / 1000,
            warehouse_size=size,
            cluster_number=cluster,
            compilation_ms=compiling,
            cloud_services_nano=compiling * 7,
        )
        for i, (start, length, size, cluster, compiling) in enumerate(drawn)
    ]


worlds = st.builds(
    lambda drawn, meter: World(queries_of(drawn), [hour_of(h, c, s) for h, (c, s) in enumerate(meter)]),
    st.lists(spans, max_size=25),
    st.lists(st.tuples(st.integers(0, 5 * CREDIT), st.integers(0, CREDIT)), max_size=9),
)
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(worlds)
def test_every_cell_adds_up(world: World) -> None:
    """Each metered cell equals the sum of its charges, to the nano-credit."""
    cells = {(c.resource, c.hour_ms, c.service): c.nano for c in world.cells() if c.nano}

    assert cells == {key: nano for key, nano in world.by("resource", "hour_ms", "service").items() if nano}


@few
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(world: World, random: Any) -> None:  # noqa: ANN401 - hypothesis' own
    """Shuffled input gives the same charges, row for row."""
    shuffled = list(world.queries)
    random.shuffle(shuffled)

    def told(one: World) -> list[tuple[object, ...]]:
        return sorted((tuple(map(str, row.values())) for row in one.charges()), key=str)

    assert told(world) == told(replace(world, queries=shuffled))


@few
@given(worlds)
def test_an_idle_hour_adds_exactly_its_credits(world: World) -> None:
    """A metered hour in which nothing ran adds itself and changes nothing else."""
    more = replace(world, meter=[*world.meter, hour_of(20, 123_456_789)])
    before = _compute(world)

    assert {**before, (DAY + 20 * HOUR_MS, None, "no_query"): 123_456_789} == _compute(more)


def _compute(world: World) -> dict[Any, int]:
    charges = [row for row in world.charges() if row["service"] == "compute"]
    return dict(summed(charges, "hour_ms", "query_id", "kind"))


def test_splitting_a_query_at_the_hour_changes_no_total() -> None:
    """One query over the hour, or two that meet at it: each hour and the sum are the same."""
    meter = [hour_of(0, CREDIT), hour_of(1, CREDIT)]
    whole = World([query("a", 3000, 4200), query("b", 3500, 3700)], meter)
    halves = World([query("a1", 3000, 3600), query("a2", 3600, 4200), query("b", 3500, 3700)], meter)

    assert whole.by("hour_ms") == halves.by("hour_ms")
    assert whole.by("query_id")["a"] == halves.by("query_id")["a1"] + halves.by("query_id")["a2"]


def test_a_caller_costs_nothing_while_its_statements_run() -> None:
    """A procedure that only waits for its statements leaves their cost as it was without it."""
    children = [query("c1", 10, 40), query("c2", 40, 70)]
    links = [
        {"query_id": child, "parent_query_id": "call", "start_ms": DAY, "end_ms": DAY}
        for child in ("c1", "c2")
    ]
    alone = World(children, [hour_of(0, CREDIT)])
    called = World([*children, query("call", 10, 70)], [hour_of(0, CREDIT)], weights=links)

    assert alone.by("query_id") == called.by("query_id")


def test_a_caller_pays_what_it_does_itself() -> None:
    """Before, between and after its statements the procedure itself holds the warehouse."""
    links = [{"query_id": "c", "parent_query_id": "call", "start_ms": DAY}]
    world = World([query("call", 0, 60), query("c", 20, 40)], [hour_of(0, 60_000)], access=links)

    assert {"call": 40_000, "c": 20_000} == world.by("query_id")


@few
@given(worlds, st.integers(2, 9))
def test_more_credits_scale_every_part(world: World, factor: int) -> None:
    """A dearer hour is dearer for everyone in proportion, within the rounding of a nano-credit."""
    busy = [row for row in world.meter if row["compute_nano"] and not row["cloud_services_nano"]]
    dear = [{**row, "compute_nano": row["compute_nano"] * factor} for row in busy]
    cheap_world, dear_world = replace(world, meter=busy), replace(world, meter=dear)

    cheap = cheap_world.by("resource", "hour_ms")

    assert {key: nano * factor for key, nano in cheap.items()} == dear_world.by("resource", "hour_ms")
