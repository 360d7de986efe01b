"""What was gathered, put together as the evidence of each kind of waste."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.model.time import DAY_MS
from costs.waste import failed, full_refresh, idle, oversized, spilling, suspend, unchanged, unread
from costs.waste.builds import pool_of
from costs.waste.graph import changes_of_inputs, uses
from costs.waste.guess import guessed_periods

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from costs.sessions import OnPeriod
    from costs.waste.builds import Build
    from costs.waste.facts import Seen
    from costs.waste.graph import Around
    from costs.waste.period import Period


def of_unread(near: Around, connection: str) -> Iterator[unread.Evidence]:
    """Each asset that was built and is used in no way nobody sees; nothing where no reads are known at all."""
    if not near.reads:
        return
    dependents = uses(near)
    for asset in sorted(near.builds):
        if asset not in near.kept:
            history = near.history(asset, connection)
            yield unread.Evidence(history, near.reads.get(asset, {}), dependents.get(asset, {}))


def of_unchanged(near: Around, connection: str) -> Iterator[unchanged.Evidence]:
    """Each asset whose inputs are known, with the moments at which they changed."""
    for asset, changes_ms in sorted(changes_of_inputs(near).items()):
        if asset in near.builds:
            history = near.history(asset, connection)
            yield unchanged.Evidence(history, changes_ms, len(near.graph.upstream.get(asset, ())))


def of_full_refresh(near: Around, connection: str) -> Iterator[full_refresh.Evidence]:
    """Each asset made anew by every build, with the rows that came into its inputs where they tell them."""
    arrived = _arrived(near)
    for asset in sorted(near.builds):
        history = near.history(asset, connection)
        if history.is_whole:
            into = [arrived[above] for above in near.graph.upstream.get(asset, ())]
            rows = None if not into or None in into else sum(one for one in into if one is not None)
            yield full_refresh.Evidence(history, rows)


def _arrived(near: Around) -> dict[str, int | None]:
    """The rows that were written into each asset; None where that is not told, or it is made anew each time.

    An asset without builds passes on what came into its inputs, as a view does.
    """
    found: dict[str, int | None] = defaultdict(lambda: None)
    for asset in near.graph.order:
        builds = near.builds.get(asset, ())
        if builds:
            told = [build.rows for build in builds if not build.is_whole and build.rows is not None]
            found[asset] = sum(told) if len(told) == len(builds) else None
        elif above := near.graph.upstream.get(asset, ()):
            rows = [found[one] for one in above]
            found[asset] = None if None in rows else sum(one for one in rows if one is not None)
        else:
            found[asset] = 0 if asset in near.untouched else None
    return found


def of_failed(seen: Seen, connection: str) -> Iterator[failed.Evidence]:
    """Each asset, and each warehouse for what is of no asset, with what failed of it."""
    statements: Counter[tuple[str, bool]] = Counter()
    parts: dict[tuple[str, bool], dict[str, failed.Failed]] = defaultdict(dict)
    codes: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for (asset, warehouse, _, sort), group in seen.groups.items():
        subject = _subject(asset, warehouse)
        statements[subject] += group.statements
        if sort == "failed":
            known = parts[subject].get(warehouse, failed.Failed(warehouse, 0, 0))
            parts[subject][warehouse] = replace(
                known, statements=known.statements + group.statements, nano=known.nano + group.nano
            )
    for (asset, warehouse), of_it in seen.codes.items():
        codes[_subject(asset, warehouse)] += of_it
    again = _again(seen)
    for (name, is_asset), own in sorted(parts.items()):
        yield failed.Evidence(
            name,
            connection,
            is_asset,
            statements[name, is_asset],
            tuple(own[warehouse] for warehouse in sorted(own)),
            tuple(again.get(name, ())) if is_asset else (),
            tuple(code for code in codes[name, is_asset].most_common() if code[0]),
        )


def _subject(asset: str, warehouse: str) -> tuple[str, bool]:
    return (asset, True) if asset else (warehouse, False)


def _again(seen: Seen) -> dict[str, list[failed.Again]]:
    """What was built again beside each asset that failed, by asset and warehouse."""
    builds = {asset: seen.built(asset, failed=True) for asset in list(seen.builds)}
    found: dict[str, list[failed.Again]] = {}
    for culprit, repeated in failed.done_again(builds).items():
        by_place: dict[tuple[str, str], list[Build]] = defaultdict(list)
        for asset, build in repeated:
            by_place[asset, build.warehouse].append(build)
        found[culprit] = [
            failed.Again(asset, warehouse, sum(b.nano for b in own), _spent(seen, asset, warehouse), len(own))
            for (asset, warehouse), own in sorted(by_place.items())
        ]
    return found


def _spent(seen: Seen, asset: str, warehouse: str) -> int:
    return sum(build.nano for build in seen.built(asset) if build.warehouse == warehouse)


def of_idle(seen: Seen, connection: str, period: Period) -> Iterator[idle.Evidence]:
    """Each warehouse's timeline, by its events, or where they begin too late by its meter."""
    told = _told_periods(seen, period)
    for warehouse, (busy_nano, idle_nano) in sorted(seen.halves.items()):
        busy, metered_nano = seen.busy.get(warehouse, []), busy_nano + idle_nano
        if not busy or idle_nano <= 0:
            continue
        since = seen.sessions.known_from_ms.get(warehouse)
        is_told = warehouse in told and since is not None and since <= busy[0][0] + DAY_MS
        periods: Sequence[OnPeriod] = (
            told[warehouse]
            if is_told
            else guessed_periods(warehouse, _main_size(seen, warehouse), busy, metered_nano)
        )
        if periods:
            line = suspend.timeline(busy, periods)
            yield idle.Evidence(warehouse, connection, line, metered_nano, idle_nano, is_told=is_told)


def _told_periods(seen: Seen, period: Period) -> dict[str, list[OnPeriod]]:
    """When the events say each warehouse was on, within the period."""
    told: dict[str, list[OnPeriod]] = defaultdict(list)
    for one in seen.sessions.periods:
        on_ms, off_ms = max(one.on_ms, period.from_ms), min(one.off_ms, period.until_ms)
        if on_ms < off_ms:
            told[one.warehouse].append(replace(one, on_ms=on_ms, off_ms=off_ms))
    return told


def _main_size(seen: Seen, warehouse: str) -> str:
    """The size at which its statements ran longest; '' where none did."""
    sizes = {size: load.ran_ms for (name, size), load in seen.loads.items() if name == warehouse}
    return max(sorted(sizes), key=lambda size: sizes[size], default="")


def of_oversized(seen: Seen, connection: str) -> Iterator[oversized.Evidence]:
    """Each warehouse, with all it did in the period."""
    by_warehouse: dict[str, list[str]] = defaultdict(list)
    for warehouse, size in seen.loads:
        by_warehouse[warehouse].append(size)
    for warehouse, sizes in sorted(by_warehouse.items()):
        loads = [seen.loads[warehouse, size] for size in sizes]
        spilled = [
            bytes_ for load in loads for bytes_ in (load.local_bytes, load.remote_bytes) if bytes_ is not None
        ]
        busy_nano, idle_nano = seen.halves.get(warehouse, (0, 0))
        yield oversized.Evidence(
            warehouse=warehouse,
            connection=connection,
            size=_main_size(seen, warehouse),
            statements=sum(load.statements for load in loads),
            busy_ms=sum(ends - begins for begins, ends in seen.busy.get(warehouse, ())),
            ran_ms=sum(load.ran_ms for load in loads),
            queued_ms=sum(load.queued_ms for load in loads),
            bytes_scanned=sum(load.scanned for load in loads),
            spilled_bytes=sum(spilled) if spilled else None,
            busy_nano=busy_nano,
            idle_nano=idle_nano,
        )


def of_spilling(seen: Seen, connection: str, models: Collection[str]) -> Iterator[spilling.Evidence]:
    """Each asset, and each warehouse for statements of no asset, of which something spilled."""
    parts: dict[tuple[str, bool], list[spilling.Spilled]] = defaultdict(list)
    pools = _pools(seen)
    for (asset, warehouse, size, sort), group in sorted(seen.groups.items()):
        if group.spills and sort != "failed":
            parts[_subject(asset, warehouse)].append(
                spilling.Spilled(
                    warehouse,
                    size,
                    pool_of(asset) if sort == "build" else f"busy:{sort}:{asset}",
                    group.spills,
                    group.local_bytes,
                    group.remote_bytes,
                    group.spilled_ms,
                    group.spilled_nano,
                    pools[asset, warehouse, sort],
                )
            )
    for (name, is_asset), own in sorted(parts.items()):
        yield spilling.Evidence(name, connection, is_asset, tuple(own), is_model=name in models)


def _pools(seen: Seen) -> Mapping[tuple[str, str, str], int]:
    """What the statements of each asset, warehouse and sort were charged, at all sizes."""
    found: Counter[tuple[str, str, str]] = Counter()
    for (asset, warehouse, _, sort), group in seen.groups.items():
        found[asset, warehouse, sort] += group.nano
    return found
