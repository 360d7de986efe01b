"""The history quotes are made from: one row per build of an asset, brought up to date for each day that changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.facts.streams import CHARGES, QUERY_ASSETS, QUERY_HISTORY
from assay.model.runs import RunStatus
from assay.model.time import DAY_MS, Window, to_ms
from assay.store import days as day_store
from assay.store import unit_costs
from costs.rounding import split_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.facts.engine import Engine
    from assay.facts.files import FactFile, FactFiles
    from assay.facts.streams import FactStream
    from assay.store.engine import Store

Row = dict[str, Any]

STEP = "unit_cost"
FORMULA = 1
"""Raised whenever the same facts must give other builds than before."""
LONGEST_MS = DAY_MS
"""A build is looked for until a day after the day it began in."""
AT_ONCE_MS = 7 * DAY_MS
"""How many neighbouring days one pass holds."""

_WHOLE = ("CREATE_TABLE_AS_SELECT", "CTAS", "CREATE_TABLE", "INSERT_OVERWRITE")
_PARTS = ("INSERT", "MERGE", "UPDATE", "DELETE", "COPY", "MULTI_TABLE_INSERT")
_COLUMNS = {
    "queries": (
        "query_id", "start_ms", "end_ms", "execution_ms", "warehouse", "warehouse_size", "session_id", "query_type",
        "status", "rows_inserted", "rows_updated", "bytes_scanned", "node_id", "invocation_id",
    ),
    "query_assets": ("query_id", "asset_key"),
    "charges": ("query_id", "asset_key", "kind", "hour_ms", "nano_credits"),
}  # fmt: skip
_STREAMS: dict[str, FactStream] = {
    "queries": QUERY_HISTORY, "query_assets": QUERY_ASSETS, "charges": CHARGES,
}  # fmt: skip


def refresh(  # noqa: PLR0913, PLR0917 - the pass is given all it touches
    store: Store,
    files: FactFiles,
    engine_factory: Callable[[], Engine],
    connection: str,
    now: datetime,
    on_day: Callable[[int], None] = lambda _day_ms: None,
) -> int:
    """Write the builds of every day whose charges, statements or runs changed; how many days there were.

    A day stands whole or not at all, so a pass may be stopped anywhere. `on_day` is told each day (ms) when it is done.
    """
    with store.read() as session:
        inputs = _Inputs.read(session, files, connection)
        known = day_store.states(session, connection, STEP)
    stale = [day_ms for day_ms in inputs.days() if known.get(day_ms) != inputs.fingerprint(day_ms)]
    for window in _stretches(stale):
        with store.read() as session:
            runs = _Runs.read(session, window)
        with engine_factory() as engine:
            builds = list(_builds(engine, inputs, runs, window))
        for day in _days(window):
            of_day = [build for build in builds if day.start_ms <= build["at_ms"] < day.end_ms]
            _keep(store, connection, day, of_day, inputs.fingerprint(day.start_ms), to_ms(now))
            on_day(day.start_ms)
    return len(stale)


def _keep(  # noqa: PLR0913, PLR0917 - a day's name and what takes its place
    store: Store, connection: str, day: Window, builds: Sequence[Row], state: str, now_ms: int
) -> None:
    with store.write() as session:
        unit_costs.replace_day(session, connection, day, builds, now_ms)
        day_store.set_state(session, connection, STEP, day.start_ms, state, now_ms)


def _stretches(days: Iterable[int]) -> list[Window]:
    """The days in stretches of neighbours that are worked out in one pass."""
    windows: list[Window] = []
    for day_ms in days:
        if windows and windows[-1].end_ms == day_ms and day_ms - windows[-1].start_ms < AT_ONCE_MS:
            windows[-1] = Window(windows[-1].start_ms, day_ms + DAY_MS)
        else:
            windows.append(Window(day_ms, day_ms + DAY_MS))
    return windows


def _days(window: Window) -> Iterator[Window]:
    for day_ms in range(window.start_ms, window.end_ms, DAY_MS):
        yield Window(day_ms, day_ms + DAY_MS)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The connection's files by stream, and what runs say by day."""

    files: Mapping[str, Sequence[FactFile]]
    runs: Mapping[int, str]

    @classmethod
    def read(cls, session: Session, files: FactFiles, connection: str) -> _Inputs:
        found = {view: files.files(session, connection, stream) for view, stream in _STREAMS.items()}
        return cls(found, unit_costs.runs_by_day(session))

    def days(self) -> list[int]:
        """The days with statements that worked for an asset and were charged."""
        of = [{file.day_ms for file in self.files[view]} for view in ("query_assets", "charges")]
        return sorted(set.intersection(*of))

    def near(self, view: str, window: Window) -> list[FactFile]:
        """The files that matter to builds that began in the window, oldest first."""
        end_ms = window.end_ms + LONGEST_MS
        return [file for file in self.files[view] if file.min_ms < end_ms and file.max_ms >= window.start_ms]

    def fingerprint(self, day_ms: int) -> str:
        """What the day's builds hang on: a new file moves it, one that is only joined from older ones does not."""
        newest: dict[tuple[str, int], int] = {}
        for view in _STREAMS:
            for file in self.near(view, Window(day_ms, day_ms + DAY_MS)):
                newest[view, file.day_ms] = max(file.id, newest.get((view, file.day_ms), 0))
        runs = [self.runs.get(day_ms + n * DAY_MS) for n in (-1, 0, 1)]
        return hashlib.blake2b(
            repr((FORMULA, sorted(newest.items()), runs)).encode(), digest_size=16
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of the days around, the queries they named and the partitions they built."""

    runs: Mapping[int, Row]
    queries: Sequence[tuple[int, str]]
    partitions: Mapping[int, Sequence[tuple[str, int | None]]]

    @classmethod
    def read(cls, session: Session, window: Window) -> _Runs:
        runs = {
            run["run_id"]: run
            for run in unit_costs.runs_around(
                session, Window(window.start_ms - DAY_MS, window.end_ms + DAY_MS)
            )
        }
        ids = sorted(runs)
        return cls(runs, unit_costs.queries_of(session, ids), unit_costs.partitions_of(session, ids))

    def load(self, engine: Engine) -> None:
        rows = list(self.runs.values())
        engine.table(
            "runs",
            pa.table(
                {
                    "run_id": pa.array([run["run_id"] for run in rows], pa.int64()),
                    "build": pa.array([run["build"] for run in rows], pa.string()),
                    "asset_key": pa.array([run["asset_key"] for run in rows], pa.string()),
                    "is_build": pa.array([int(run["kind"] in unit_costs.BUILDS) for run in rows], pa.int64()),
                    "invocation_id": pa.array([run["invocation_id"] for run in rows], pa.string()),
                    "started_ms": pa.array([run["started_ms"] for run in rows], pa.int64()),
                    "ended_ms": pa.array([run["ended_ms"] for run in rows], pa.int64()),
                }
            ),
        )
        engine.table(
            "run_queries",
            pa.table(
                {
                    "run_id": pa.array([run_id for run_id, _ in self.queries], pa.int64()),
                    "query_id": pa.array([query_id for _, query_id in self.queries], pa.string()),
                }
            ),
        )


def _builds(engine: Engine, inputs: _Inputs, runs: _Runs, window: Window) -> Iterator[Row]:
    """The builds that began in the window, as rows of the store."""
    wide = Window(window.start_ms, window.end_ms + LONGEST_MS)
    for view, stream in _STREAMS.items():
        engine.facts(view, stream, inputs.near(view, window), wide, columns=_COLUMNS[view])
    runs.load(engine)
    kinds = [(name, 1) for name in _WHOLE] + [(name, 0) for name in _PARTS]
    names, whole = zip(*kinds, strict=True)
    engine.table(
        "write_types",
        pa.table({"query_type": pa.array(names, pa.string()), "is_whole": pa.array(whole, pa.int64())}),
    )
    engine.into("members", "backfill_members")
    for found in engine.step("backfill_builds").to_pylist():
        run = runs.runs.get(found["run_id"]) if found["run_id"] is not None else None
        build = _of_run(found, run, runs.partitions.get(run["run_id"], ())) if run else _of_statements(found)
        if build and window.start_ms <= build["at_ms"] < window.end_ms:
            yield build


def _of_run(found: Row, run: Row, partitions: Sequence[tuple[str, int | None]]) -> Row | None:
    """A run's build; None for one that failed: its cost says nothing of what a build costs."""
    if run["status"] != RunStatus.SUCCESS.value:
        return None
    return _build(found) | {
        "full_refresh": run["kind"] == "seed" or not found["parts"],
        "build": run["build"],
        "at_ms": run["started_ms"],
        "duration_ms": run["duration_ms"] or 0,
        "rows": _rows(found) if run["rows"] is None else run["rows"],
        "partitions": parts_of(partitions, found["busy_nano"], found["total_nano"]),
    }


def _of_statements(found: Row) -> Row | None:
    """A build without a run; None where a statement of it failed, or where nothing says that it wrote."""
    if found["failed"] or not found["wholes"] + found["parts"]:
        return None
    return _build(found) | {
        "build": found["first_query_id"],
        "at_ms": found["at_ms"],
        "duration_ms": found["execution_ms"],
        "rows": _rows(found),
        "partitions": [],
    }


def _build(found: Row) -> Row:
    same = ("asset_key", "warehouse", "warehouse_size", "bytes", "busy_nano", "total_nano", "queries")
    return {name: found[name] for name in same} | {"full_refresh": not found["parts"]}


def _rows(found: Row) -> int | None:
    """Rows the build wrote: a table made on the way to a MERGE is not counted beside it."""
    return (found["part_rows"] if found["parts"] else found["whole_rows"]) or None


def parts_of(
    partitions: Sequence[tuple[str, int | None]], busy_nano: int, total_nano: int
) -> list[dict[str, Any]]:
    """A run's cost split over its partitions by their rows, else equally; the parts add up to the run exactly."""
    if not partitions:
        return []
    rows = [rows for _, rows in partitions]
    weights = _weights(rows)
    split = zip(
        partitions, split_exactly(busy_nano, weights), split_exactly(total_nano, weights), strict=True
    )
    return [
        {"partition": key, "rows": count, "busy_nano": busy, "total_nano": total}
        for (key, count), busy, total in split
    ]


def _weights(rows: Iterable[int | None]) -> list[int]:
    """Rows where every partition tells them and some are more than none; else all weigh the same."""
    told = list(rows)
    known = [count for count in told if count is not None and count >= 0]
    return known if len(known) == len(told) and any(known) else [1] * len(told)
