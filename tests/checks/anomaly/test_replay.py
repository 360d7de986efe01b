"""Replaying history: the alerts there would have been, what people judged, and how fast it goes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assay.cli.app import run
from assay.cli.stores import opened_store
from assay.config import Settings
from assay.config.detector import DetectorSettings
from assay.model.assets import AssetKey
from assay.model.incidents import Note, Verb
from assay.model.runs import Measurement, Metric
from assay.model.time import DAY_MS, floor_day_ms, from_ms, to_ms
from assay.store import notes
from assay.store.measurements import save_measurements
from checks.anomaly.replay import replay

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

NOW = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
TABLES = [AssetKey.parse(f"snowflake:acme:shop.marts.t{n}") for n in range(4)]


def kept(session: Session, now: datetime, days: int = 150) -> None:
    """Row counts of four tables; the first lost half its rows 20 days ago, the second stood still for the last ten."""
    r = np.random.default_rng(3)
    figures = []
    for n, table in enumerate(TABLES):
        values = np.round(50_000 * np.exp(0.05 * r.standard_normal(days)))
        if n == 0:
            values[-20] /= 2
        if n == 1:
            values[-10:] = values[-10]
        newest = from_ms(floor_day_ms(to_ms(now)) - DAY_MS)
        figures += [
            Measurement(table, Metric.ROW_COUNT, newest - timedelta(days=days - 1 - day), int(value), "test")
            for day, value in enumerate(values)
        ]
    save_measurements(session, figures)


def test_what_would_have_been_told_is_listed_once(session: Session) -> None:
    """The drop on its day, the flat line when it was long enough; nothing else."""
    kept(session, NOW)
    found = replay(session, NOW, DetectorSettings(), 90)
    drop, flat = found.alerts
    assert (drop.asset, drop.metric, drop.at_ms) == (
        str(TABLES[0]),
        "row_count",
        to_ms(NOW.replace(hour=0)) - 20 * DAY_MS,
    )
    assert "% of the expected" in drop.why
    assert (flat.asset, flat.why) == (str(TABLES[1]), "exactly unchanged for longer than it ever was")
    assert (found.assets, found.series, found.points) == (4, 4, 360)
    assert found.per_asset_month == pytest.approx(2 * 30.4 / 360)


def test_another_config_tells_otherwise(session: Session) -> None:
    """A least effect of 200 % leaves the drop untold; a glob leaves assets out."""
    kept(session, NOW)
    assert len(replay(session, NOW, DetectorSettings(min_effect=2), 90).alerts) == 1
    assert replay(session, NOW, DetectorSettings(), 90, "*.t2").alerts == ()


def test_judged_points_are_counted_not_heard(session: Session) -> None:
    """What was called wrong or expected is to be found by the detector itself."""
    kept(session, NOW)
    drop = NOW.replace(hour=0) - timedelta(days=20)
    notes.add(session, Note(TABLES[0], "row_count", Verb.REALLY_WRONG, drop, drop + timedelta(days=1)), 1)
    notes.add(session, Note(TABLES[2], "row_count", Verb.EXPECTED_ONCE, drop, drop + timedelta(days=1)), 1)
    found = replay(session, NOW, DetectorSettings(), 90)
    assert (found.wrong, found.wrong_found, found.spared, found.spared_flagged) == (1, 1, 1, 0)
    assert len(found.alerts) == 2


def test_a_late_refresh_is_told_when_its_time_had_come(session: Session) -> None:
    """A day without the daily refresh is told a good day after the last one."""
    at = [NOW - timedelta(days=n) for n in range(60) if n != 7]
    moments = [Measurement(TABLES[0], Metric.REFRESHED, moment, to_ms(moment), "test") for moment in at]
    save_measurements(session, moments)
    (late,) = replay(session, NOW, DetectorSettings(metrics=("freshness",)), 30).alerts
    assert late.metric == "freshness"
    assert to_ms(NOW) - 7 * DAY_MS < late.at_ms < to_ms(NOW) - 6 * DAY_MS


def test_the_command_compares_with_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a --set the alerts that come and go are told; without, what there is."""
    folder = str(tmp_path)
    assert run(["init", "--dir", folder]) == 0
    with opened_store(Settings.load(tmp_path)) as store, store.write() as session:
        kept(session, datetime.now(UTC))
    capsys.readouterr()
    assert run(["check", "backtest", "--dir", folder, "--days", "60"]) == 0
    assert "2 alerts in 60 days of 4 assets (4 series)" in capsys.readouterr().out
    assert run(["check", "backtest", "--dir", folder, "--set", "detector.min_effect=2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["alerts"]) == 1
    assert [each["asset"] for each in told["gone"]] == [str(TABLES[0])]
    assert told["new"] == []
