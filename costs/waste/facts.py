"""What the facts tell of waste, gathered stretch of days by stretch of days in canonical SQL, and put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.facts.streams import CHARGES, QUERY_ASSETS, QUERY_HISTORY, WAREHOUSE_EVENTS
from assay.model.time import DAY_MS, HOUR_MS, Window
from costs.sessions import Sessions, sessions_of
from costs.waste.builds import Build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from assay.facts.engine import Engine
    from assay.facts.files import FactFile, FactFiles
    from costs.waste.period import Period

CHUNK_ROWS = 1_000_000
"""How many query rows one stretch holds in memory."""

_WHOLE = ("CREATE_TABLE_AS_SELECT", "CTAS", "INSERT_OVERWRITE", "TRUNCATE_TABLE")
_PARTIAL = ("INSERT", "MERGE", "UPDATE", "DELETE", "COPY", "MULTI_TABLE_INSERT")
_COLUMNS = (
    *("query_id", "start_ms", "end_ms", "warehouse", "warehouse_size", "invocation_id", "query_type"),
    *(
        "error_code",
        "status",
        "execution_ms",
        "queued_provisioning_ms",
        "queued_repair_ms",
        "queued_overload_ms",
    ),
    *("compilation_ms", "list_external_files_ms", "transaction_blocked_ms", "bytes_scanned"),
    *("spilled_local_bytes", "spilled_remote_bytes", "rows_inserted", "rows_updated", "rows_deleted"),
)
GroupKey = tuple[str, str, str, str]
"""An asset ('' for none), a warehouse, its size, and a sort: build, failed or other."""


@dataclass(slots=True)
class Group:
    """What statements of one sort did; `spills` are those that ran out of memory, the bytes and the rest are theirs."""

    statements: int = 0
    nano: int = 0
    local_bytes: int = 0
    remote_bytes: int = 0
    spills: int = 0
    spilled_ms: int = 0
    spilled_nano: int = 0

    def add(self, row: dict[str, Any]) -> None:
        """Put another stretch's figures to it."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + row[name])


@dataclass(slots=True)
class Load:
    """What a warehouse did at a size; the bytes spilled are None where the source tells none of them."""

    statements: int = 0
    ran_ms: int = 0
    queued_ms: int = 0
    scanned: int = 0
    local_bytes: int | None = None
    remote_bytes: int | None = None

    def add(self, row: dict[str, Any]) -> None:
        """Put another stretch's figures to it."""
        for name in self.__slots__:
            if row[name] is not None:
                setattr(self, name, (getattr(self, name) or 0) + row[name])


@dataclass(slots=True)
class Seen:
    """All that the facts of one connection tell of a period.

    `halves` are each warehouse's busy and idle nano-credits, `loads` what it did by warehouse and size, `busy` the
    stretches in which anything ran in it, `sessions` when it was on, `codes` the errors by asset and warehouse.
    """

    halves: dict[str, tuple[int, int]] = field(default_factory=dict)
    loads: dict[tuple[str, str], Load] = field(default_factory=lambda: defaultdict(Load))
    groups: dict[GroupKey, Group] = field(default_factory=lambda: defaultdict(Group))
    builds: dict[str, dict[tuple[str, str], Build]] = field(default_factory=lambda: defaultdict(dict))
    busy: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sessions: Sessions = field(default_factory=Sessions)

    def built(self, asset: str, *, failed: bool = False) -> list[Build]:
        """An asset's builds, oldest first; those that succeeded, or all."""
        own = sorted(self.builds.get(asset, {}).values(), key=lambda build: (build.at_ms, build.warehouse))
        return [build for build in own if failed or not build.is_failed]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the facts of one connection are."""

    files: FactFiles
    engine_factory: Callable[[], Engine]
    connection: str


def gather(session: Session, source: Source, period: Period) -> Seen:
    """Read the period's facts of a connection; memory holds one stretch of days at a time."""
    seen = Seen()
    window = Window(period.from_ms, period.until_ms)
    queries = source.files.files(session, source.connection, QUERY_HISTORY, window)
    with source.engine_factory() as engine:
        engine.table("write_types", write_types())
        for stretch in _stretches(queries, window):
            _load(session, source, engine, queries, stretch)
            _add(seen, engine, stretch)
        seen.sessions = _sessions(session, source, engine, window)
    seen.busy = {name: _within(stretches, window) for name, stretches in seen.busy.items()}
    return seen


def _within(stretches: list[tuple[int, int]], window: Window) -> list[tuple[int, int]]:
    """Stretches of the window in order, those that touch made one: what ran over midnight is told twice."""
    found: list[tuple[int, int]] = []
    for begins, ends in sorted(stretches):
        begins_ms, ends_ms = max(begins, window.start_ms), min(ends, window.end_ms)
        if begins_ms >= ends_ms:
            continue
        if found and begins_ms <= found[-1][1]:
            found[-1] = found[-1][0], max(ends_ms, found[-1][1])
        else:
            found.append((begins_ms, ends_ms))
    return found


def newest(session: Session, source: Source, period: Period) -> list[tuple[str, int, int]]:
    """The newest file of each stream that is read, and how many days it has: they move when anything is told anew."""
    window = Window(period.from_ms, period.until_ms)
    found = []
    for stream in (QUERY_HISTORY, QUERY_ASSETS, CHARGES, WAREHOUSE_EVENTS):
        files = source.files.files(session, source.connection, stream, window)
        found.append(
            (stream.name, max((file.id for file in files), default=0), len({file.day_ms for file in files}))
        )
    return found


def _stretches(files: list[FactFile], window: Window) -> Iterator[Window]:
    """The window in whole days, as many together as rows of queries allow."""
    rows: Counter[int] = Counter()
    for file in files:
        rows[file.day_ms] += file.rows
    begins, held = window.start_ms, 0
    for day_ms in range(window.start_ms, window.end_ms, DAY_MS):
        if held and held + rows[day_ms] > CHUNK_ROWS:
            yield Window(begins, day_ms)
            begins, held = day_ms, 0
        held += rows[day_ms]
    yield Window(begins, window.end_ms)


def _load(session: Session, source: Source, engine: Engine, queries: list[FactFile], stretch: Window) -> None:
    """The stretch's statements with their charges; a statement that began the day before is there, with its asset."""
    touching = [file for file in queries if file.max_ms >= stretch.start_ms and file.min_ms < stretch.end_ms]
    engine.facts("queries", QUERY_HISTORY, touching, stretch, columns=_COLUMNS)
    wide = Window(stretch.start_ms - DAY_MS, stretch.end_ms)
    assets = source.files.files(session, source.connection, QUERY_ASSETS, wide)
    engine.facts("query_assets", QUERY_ASSETS, assets, wide, columns=("query_id", "asset_key"))
    ledger = source.files.files(session, source.connection, CHARGES, stretch)
    engine.facts("ledger", CHARGES, ledger, stretch)
    engine.into("lines", "waste_lines")
    engine.into("statements", "waste_statements", from_ms=stretch.start_ms, until_ms=stretch.end_ms)


def _add(seen: Seen, engine: Engine, stretch: Window) -> None:
    """Put what a stretch tells to what is known."""
    for row in engine.step("waste_loads", from_ms=stretch.start_ms, until_ms=stretch.end_ms).to_pylist():
        seen.loads[row["warehouse"], row["size"]].add(row)
    for row in engine.step("waste_halves").to_pylist():
        busy, idle = seen.halves.get(row["warehouse"], (0, 0))
        seen.halves[row["warehouse"]] = busy + row["busy_nano"], idle + row["idle_nano"]
    for row in engine.step("waste_groups").to_pylist():
        seen.groups[row["asset_key"], row["warehouse"], row["size"], row["sort"]].add(row)
    for row in engine.step("waste_builds").to_pylist():
        own = seen.builds[row["asset_key"]]
        place = row["build"], row["warehouse"]
        own[place] = _build(row, own.get(place))
    for row in engine.step("waste_codes").to_pylist():
        seen.codes[row["asset_key"], row["warehouse"]][row["error_code"]] += row["statements"]
    for row in engine.step("waste_spans").to_pylist():
        seen.busy[row["warehouse"]].append((row["begins_ms"], row["ends_ms"]))


def _build(row: dict[str, Any], known: Build | None) -> Build:
    """A build as this stretch tells it, with what the stretch before told of it: it ran over midnight."""
    rows = row["rows"]
    if known is not None and known.rows is not None:
        rows = max(rows or 0, known.rows)
    return Build(
        at_ms=row["at_ms"],
        ends_ms=row["ends_ms"],
        warehouse=row["warehouse"],
        nano=row["nano"] + (known.nano if known else 0),
        rows=rows,
        is_whole=bool(row["is_whole"]) and (known is None or known.is_whole),
        is_failed=bool(row["is_failed"]) or (known is not None and known.is_failed),
        invocation=row["invocation"],
    )


def write_types() -> pa.Table:
    """The types of statements that write, and whether they make a table anew or add to it."""
    return pa.table(
        {
            "query_type": pa.array([*_WHOLE, *_PARTIAL], pa.string()),
            "is_whole": pa.array([1] * len(_WHOLE) + [0] * len(_PARTIAL), pa.int64()),
            "is_partial": pa.array([0] * len(_WHOLE) + [1] * len(_PARTIAL), pa.int64()),
        }
    )


def _sessions(session: Session, source: Source, engine: Engine, window: Window) -> Sessions:
    """When each warehouse was on in the window, by its own events; a size holds until another is told."""
    files = source.files.files(session, source.connection, WAREHOUSE_EVENTS, Window(0, window.end_ms))
    engine.facts("events", WAREHOUSE_EVENTS, files, Window(0, window.end_ms))
    told = sessions_of(engine.rows("events"), window.end_ms + HOUR_MS)
    return told.within(window)
