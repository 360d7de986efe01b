"""What flows into and out of assets: when the inputs of each changed, and which builds of each served anyone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from assay.model.time import floor_day_ms
from costs.waste.builds import History
from costs.waste.unchanged import idle_builds
from costs.waste.unread import needed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from costs.waste.builds import Build


@dataclass(frozen=True, slots=True)
class Graph:
    """Which assets are made from which. Assets on a ring of edges have no order: nothing is said of them."""

    upstream: Mapping[str, Collection[str]]
    downstream: Mapping[str, Collection[str]]
    order: Sequence[str]

    @classmethod
    def of(cls, edges: Iterable[tuple[str, str]]) -> Graph:
        """The graph of edges (upstream, downstream)."""
        up: dict[str, set[str]] = defaultdict(set)
        down: dict[str, set[str]] = defaultdict(set)
        for above, below in edges:
            if above != below:
                up[below].add(above)
                down[above].add(below)
        return cls(dict(up), dict(down), _ordered(up, down))


def _ordered(up: Mapping[str, set[str]], down: Mapping[str, set[str]]) -> list[str]:
    """Every asset after all it is made from; those on rings, and below them, are left out."""
    waits = {asset: set(up.get(asset, ())) for asset in up.keys() | down.keys()}
    while True:
        try:
            return list(TopologicalSorter(waits).static_order())
        except CycleError as error:
            for asset in _with_all_below(error.args[1], down):
                waits.pop(asset, None)
            waits = {asset: above & waits.keys() for asset, above in waits.items()}


def _with_all_below(assets: Iterable[str], down: Mapping[str, set[str]]) -> set[str]:
    found, front = set(assets), list(assets)
    while front:
        fresh = down.get(front.pop(), set()) - found
        found |= fresh
        front += fresh
    return found


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around the builds of a period's assets.

    `builds` are those that succeeded, oldest first; `reads` consumers' statements by asset and day; `kept` assets that
    are used in ways nobody sees (shares, streams, tasks); `untouched` those a catalog says were not altered in the
    period; `models` those that dbt builds.
    """

    graph: Graph
    builds: Mapping[str, Sequence[Build]]
    reads: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    kept: Collection[str] = ()
    untouched: Collection[str] = ()
    models: Collection[str] = ()

    def history(self, asset: str, connection: str) -> History:
        """An asset's builds, and whether dbt makes them."""
        return History(asset, connection, tuple(self.builds[asset]), is_model=asset in self.models)


def changes_of_inputs(around: Around) -> dict[str, tuple[int, ...]]:
    """When the inputs of each asset changed (epoch ms, in order); assets of which that cannot be known are left out.

    A build changes an asset unless it wrote no row, or was itself made from inputs that had not changed. An asset
    without builds passes on what it is made from, as a view does. An input with neither is known only as untouched:
    what loads it may leave no statement.
    """
    own: dict[str, tuple[int, ...] | None] = {}
    into: dict[str, tuple[int, ...]] = {}
    for asset in around.graph.order:
        inputs = [own.get(above) for above in around.graph.upstream.get(asset, ())]
        told = tuple(sorted({at for part in inputs if part for at in part}))
        is_known = bool(inputs) and None not in inputs
        if is_known:
            into[asset] = told
        own[asset] = _changes(around, asset, told if is_known else None)
    return into


def _changes(around: Around, asset: str, inputs: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """When an asset itself changed, None where that is not known."""
    builds = around.builds.get(asset, ())
    if not builds:
        return () if inputs is None and asset in around.untouched else inputs
    vain = set(idle_builds([build.at_ms for build in builds], inputs)) if inputs is not None else set()
    return tuple(
        sorted(build.ends_ms for place, build in enumerate(builds) if place not in vain and build.rows != 0)
    )


def uses(around: Around) -> dict[str, Counter[int]]:
    """How often other assets used each one by day, for someone who needed them; its own reads are not among them.

    What an asset without builds (a view) is used for counts as use of what it is made from. Every build counts of
    assets that are kept, and of those on rings.
    """
    found: dict[str, Counter[int]] = defaultdict(Counter)
    ordered = set(around.graph.order)
    for asset in [*sorted(around.builds.keys() - ordered), *reversed(around.graph.order)]:
        passed = _passed_up(around, asset, found[asset], is_sure=asset in ordered)
        for above in around.graph.upstream.get(asset, ()):
            found[above] += passed
    return found


def _passed_up(around: Around, asset: str, dependents: Counter[int], *, is_sure: bool) -> Counter[int]:
    """How often an asset used what it is made from, by day, for someone who needed it."""
    starts = [build.at_ms for build in around.builds.get(asset, ())]
    own = dependents + Counter(around.reads.get(asset, {}))
    if not starts:
        return own
    if asset in around.kept or not is_sure:
        return Counter(floor_day_ms(at_ms) for at_ms in starts)
    return needed(starts, own)
