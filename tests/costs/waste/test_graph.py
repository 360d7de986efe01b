"""When inputs changed, and which builds served anyone, through views, rebuilds of rebuilds and rings."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.time import DAY_MS
from costs.waste.builds import Build
from costs.waste.graph import Around, Graph, changes_of_inputs, uses


def built(*days: int, rows: int | None = None) -> list[Build]:
    """A build on each of these days, done at once."""
    return [Build(day * DAY_MS, day * DAY_MS, "WH", 1, rows) for day in days]


def test_a_view_passes_on_what_it_is_made_from() -> None:
    """The table behind a view changes when the source in front of it does."""
    graph = Graph.of([("source", "view"), ("view", "table")])
    around = Around(graph, {"source": built(1, 3), "table": built(1, 2, 3, 4)})

    assert {"view": (1 * DAY_MS, 3 * DAY_MS), "table": (1 * DAY_MS, 3 * DAY_MS)} == changes_of_inputs(around)


def test_a_rebuild_from_unchanged_inputs_is_no_change() -> None:
    """What is made from a table that is rebuilt daily from weekly data has weekly inputs."""
    graph = Graph.of([("source", "daily"), ("daily", "mart")])
    around = Around(
        graph, {"source": built(0, 7), "daily": built(*range(1, 11)), "mart": built(*range(1, 11))}
    )

    assert (1 * DAY_MS, 7 * DAY_MS) == changes_of_inputs(around)["mart"]


def test_a_write_of_no_rows_is_no_change() -> None:
    """A merge that found nothing leaves its table as it was; rows that are not told may have been any."""
    graph = Graph.of([("empty", "a"), ("untold", "b")])
    around = Around(graph, {"empty": built(1, rows=0), "untold": built(1)})

    assert {"a": (), "b": (DAY_MS,)} == changes_of_inputs(around)


def test_what_loads_without_a_statement_is_not_guessed_at() -> None:
    """An input nobody is seen to write is known only where a catalog says that nobody altered it."""
    graph = Graph.of([("piped", "a"), ("source", "a"), ("still", "b"), ("source", "b")])
    around = Around(graph, {"source": built(1)}, untouched={"still"})

    assert {"b": (DAY_MS,)} == changes_of_inputs(around)


def test_of_assets_on_a_ring_and_below_nothing_is_said() -> None:
    """They have no order; those beside them do."""
    graph = Graph.of([("s", "a"), ("a", "b"), ("b", "a"), ("b", "c"), ("s", "d"), ("s", "s")])

    assert ["s", "d"] == list(graph.order)
    assert {"d": (0,)} == changes_of_inputs(Around(graph, {"s": built(0)}))


def test_a_build_serves_whoever_reads_what_is_made_from_it() -> None:
    """Read through a view and a table: the source is used by the table's builds that were read, and no more."""
    graph = Graph.of([("source", "table"), ("table", "view")])
    around = Around(
        graph,
        {"source": built(0, 1, 2, 3), "table": built(0, 1, 2, 3)},
        reads={"view": {1 * DAY_MS: 5}},
    )

    assert {"table": Counter({DAY_MS: 5}), "source": Counter({0: 1, DAY_MS: 1})} == {
        asset: +used for asset, used in uses(around).items() if +used
    }


def test_every_build_counts_of_what_is_used_unseen() -> None:
    """A share has readers nobody sees, and a ring no order: all their builds are uses."""
    graph = Graph.of([("source", "shared"), ("other", "x"), ("x", "y"), ("y", "x")])
    around = Around(
        graph,
        {"shared": built(0, 1), "x": built(2), "source": built(0), "other": built(0)},
        kept={"shared"},
    )
    found = uses(around)

    assert Counter({0: 1, DAY_MS: 1}) == found["source"]
    assert Counter({2 * DAY_MS: 1}) == found["other"]


NAMES = st.sampled_from("abcdefg")


@settings(deadline=None)
@given(
    st.sets(st.tuples(NAMES, NAMES), max_size=15),
    st.dictionaries(NAMES, st.sets(st.integers(0, 9)), max_size=7),
)
def test_what_is_known_hangs_together(edges: set[tuple[str, str]], days: dict[str, set[int]]) -> None:
    """In an order every asset comes after what it is made from, and nothing changes but when something was built."""
    builds = {name: built(*sorted(of_it)) for name, of_it in days.items() if of_it}
    around = Around(Graph.of(edges), builds, untouched=set("abcdefg"))
    place = {asset: i for i, asset in enumerate(around.graph.order)}
    moments = {build.ends_ms for own in builds.values() for build in own}

    assert all(
        place[up] < place[asset]
        for asset in place
        for up in around.graph.upstream.get(asset, ())
        if up in place
    )
    assert all(set(told) <= moments for told in changes_of_inputs(around).values())
    assert all(day in range(0, 10 * DAY_MS, DAY_MS) for used in uses(around).values() for day in used)
