"""The band of one series is what the detector would have said of each of its points, and of no other series."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assay.config.detector import DetectorSettings
from assay.model.assets import Asset, AssetKey, AssetKind
from assay.model.runs import Measurement, Metric
from assay.model.time import DAY_MS, to_ms
from assay.store.assets import save_assets
from assay.store.keys import find_ids
from assay.store.measurements import save_measurements
from checks.anomaly.band import MOST_POINTS, band
from checks.anomaly.stored import Only

if TYPE_CHECKING:
    from assay.store.engine import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDERS, ITEMS = (AssetKey("snowflake", "acme", ("shop", "marts", name)) for name in ("orders", "items"))


def test_a_fall_is_out_of_its_band(sqlite_store: Store) -> None:
    """The first points have no band; then the last, which halved, is alone below it."""
    rows = [1000 + 7 * (n % 5) for n in range(60)]
    rows[0] = 500
    told = [
        Measurement(ORDERS, Metric.ROW_COUNT, NOW - timedelta(days=n, hours=1), value, "x")
        for n, value in enumerate(rows)
    ]
    with sqlite_store.write() as session:
        save_assets(session, [Asset(key, AssetKind.TABLE) for key in (ORDERS, ITEMS)], to_ms(NOW))
        save_measurements(session, told, to_ms(NOW))
        ids = find_ids(session, map(str, (ORDERS, ITEMS)))
    with sqlite_store.read() as session:
        points = band(session, Only(ids[str(ORDERS)], str(ORDERS)), "row_count", NOW, DetectorSettings())
        none = band(session, Only(ids[str(ITEMS)], str(ITEMS)), "row_count", NOW, DetectorSettings())
    assert none == []
    assert [point.value for point in points] == rows[::-1]
    assert points[0].low is None
    assert [point.flagged for point in points] == [False] * 59 + [True]
    last = points[-1]
    assert last.low is not None
    assert last.high is not None
    assert last.value < last.low < 1000 < last.high
    assert last.start_ms == to_ms(NOW) // DAY_MS * DAY_MS


def test_only_the_newest_points_are_judged(sqlite_store: Store) -> None:
    """A page waits for them."""
    told = [Measurement(ORDERS, Metric.BYTES, NOW - timedelta(days=n), 10_000, "x") for n in range(170)]
    with sqlite_store.write() as session:
        save_measurements(session, told, to_ms(NOW))
        row = find_ids(session, [str(ORDERS)])[str(ORDERS)]
    with sqlite_store.read() as session:
        assert len(band(session, Only(row, str(ORDERS)), "bytes", NOW, DetectorSettings())) == MOST_POINTS
