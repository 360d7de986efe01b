"""Attribution of millions of queries over 30 days: the whole ledger, the sweep alone, and one day again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from assay.facts.engine import Engine
from assay.facts.files import FactFiles
from assay.facts.streams import ACCESS, QUERY_ASSETS, QUERY_ATTRIBUTION, QUERY_HISTORY, WAREHOUSE_METERING
from assay.model.time import DAY_MS, Window
from assay.store.engine import Store
from benchmarks.account import CONNECTION, DAYS, FIRST_DAY_MS, make, url_of
from benchmarks.apart import apart
from benchmarks.report import Figure, show
from costs import ledger
from costs.attribution import COLUMNS, MARGIN_MS, Metered, attribute
from costs.cells import cells_of
from costs.rates.book import ConfiguredPrices

if TYPE_CHECKING:
    from assay.facts.streams import FactStream

NOW = datetime(2024, 12, 1, tzinfo=UTC)
BARS = {10: (15.0, 1536.0)}
"""Seconds and megabytes for so many million queries."""
STREAMS: dict[str, FactStream] = {
    "queries": QUERY_HISTORY,
    "query_attribution": QUERY_ATTRIBUTION,
    "access": ACCESS,
    "query_assets": QUERY_ASSETS,
}


def run(folder: Path, millions: list[int]) -> None:
    """Print a part of the table for each size."""
    for size in millions:
        account = folder / f"account-{size}"
        apart("attribution:fill", account, size)
        seconds, megabytes = BARS.get(size, (None, None))
        sweep = apart("attribution:sweep", account, max(1, ledger.CHUNK_ROWS * DAYS // (size * 1_000_000)))
        whole = apart("attribution:whole", account)
        again = apart("attribution:again", account)
        show(
            f"attribution of {size} M queries over {DAYS} days",
            [
                Figure("exact attribution, facts to charges", sweep["seconds"], "s", seconds),
                Figure("  processor time", sweep["processor"], "s"),
                Figure("  queries a second", size * 1e6 / sweep["seconds"], "/s"),
                Figure("  peak memory", sweep["peak_mb"], "MB", megabytes),
                Figure("  nano-credits off the bill", sweep["off"], "", 0.5),
                Figure("the whole ledger: also written, summed up, dated", whole["seconds"], "s"),
                Figure("  peak memory", whole["peak_mb"], "MB"),
                Figure("one day again", again["seconds"], "s", 1.0 if size == min(millions) else None),
            ],
        )


def fill(folder: str, millions: str) -> dict[str, Any]:
    """Make the account."""
    make(Path(folder), int(millions) * 1_000_000)
    return {}


def sweep(folder: str, days: str) -> dict[str, Any]:
    """The attribution alone, so many days at a time (as many as a pass of the ledger takes)."""
    begun, off = time.perf_counter(), 0
    end_ms = FIRST_DAY_MS + DAYS * DAY_MS
    with Store.open(url_of(Path(folder))) as store:
        files = FactFiles(Path(folder) / "facts", store)
        for start_ms in range(FIRST_DAY_MS, end_ms, int(days) * DAY_MS):
            off += _swept(
                store, files, Path(folder), Window(start_ms, min(start_ms + int(days) * DAY_MS, end_ms))
            )
    return {"seconds": time.perf_counter() - begun, "processor": time.process_time(), "off": off}


def _swept(store: Store, files: FactFiles, folder: Path, window: Window) -> int:
    """Attribute one window; how many nano-credits it is off the meters."""
    wide = Window(window.start_ms - MARGIN_MS, window.end_ms + MARGIN_MS)
    with store.read() as session, Engine.open([str(folder)]) as engine:
        for view, stream in STREAMS.items():
            listed = files.files(session, CONNECTION, stream, wide)
            engine.facts(view, stream, listed, wide, columns=COLUMNS[view])
        meters = files.files(session, CONNECTION, WAREHOUSE_METERING, window)
        engine.facts("meters", WAREHOUSE_METERING, meters, window)
        cells = cells_of(CONNECTION, engine.rows("meters"), [], [], window.end_ms)
        charges = attribute(engine, window, Metered(cells))
    return abs(sum(cell.nano for cell in cells) - int(pc.sum(charges["nano_credits"]).as_py()))


def _refreshed(folder: Path) -> float:
    """Bring the ledger up to date; how long it took."""
    with Store.open(url_of(folder)) as store:
        files = FactFiles(folder / "facts", store)
        source = ledger.Source(
            store,
            files,
            lambda: Engine.open([str(folder)]),
            CONNECTION,
            CONNECTION,
            ConfiguredPrices("USD", 3_000_000),
        )
        begun = time.perf_counter()
        ledger.refresh(source, NOW)
        return time.perf_counter() - begun


def whole(folder: str) -> dict[str, Any]:
    """Every day's ledger for the first time."""
    return {"seconds": _refreshed(Path(folder))}


def again(folder: str) -> dict[str, Any]:
    """A meter's hour is told again by its source: that day alone is computed anew."""
    root = Path(folder)
    with Store.open(url_of(root)) as store:
        files = FactFiles(root / "facts", store)
        with store.read() as session:
            start_ms = FIRST_DAY_MS + DAYS // 2 * DAY_MS
            day = Window(start_ms, start_ms + DAY_MS)
            meters = files.files(session, CONNECTION, WAREHOUSE_METERING, day)
        with Engine.open([str(root)]) as engine:
            engine.facts("meters", WAREHOUSE_METERING, meters, day)
            hour = engine.sql("SELECT * FROM meters LIMIT 1").cast(WAREHOUSE_METERING.schema)
        written = files.write(CONNECTION, WAREHOUSE_METERING, hour)
        with store.write() as session:
            files.publish(session, written, now_ms=FIRST_DAY_MS + 1)
    return {"seconds": _refreshed(root)}
