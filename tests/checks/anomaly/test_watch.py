"""Watching the assets of a store: each metric, each rule, each judgement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assay.config.detector import DetectorSettings
from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckResult, Outcome
from assay.model.incidents import Note, Verb
from assay.model.runs import Measurement, Metric, Run, RunStatus
from assay.model.time import to_ms
from assay.store import checks as stored_checks
from assay.store import notes
from assay.store.bulk import insert_rows
from assay.store.measurements import save_measurements
from assay.store.runs import save_runs
from assay.store.tables import CostRow
from checks.anomaly.watch import watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

NOW = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
TODAY = NOW.replace(hour=0)
ORDERS = AssetKey.parse("snowflake:acme:shop.marts.orders")
USUAL = DetectorSettings()


def noisy(length: int = 60, level: float = 100_000, seed: int = 1) -> list[float]:
    """A series with five per cent of noise."""
    r = np.random.default_rng(seed)
    return [float(round(level * np.exp(0.05 * r.standard_normal()))) for _ in range(length)]


def measured(session: Session, values: Sequence[float], metric: Metric = Metric.ROW_COUNT) -> None:
    """Keep one figure a day, the newest of yesterday."""
    newest = TODAY - timedelta(hours=20)
    days = [newest - timedelta(days=n) for n in range(len(values))]
    save_measurements(
        session,
        [
            Measurement(ORDERS, metric, at, int(value), "test")
            for at, value in zip(days, values[::-1], strict=True)
        ],
    )


def ran(session: Session, seconds: Sequence[float], *, last: datetime = TODAY) -> None:
    """Keep one successful build a day, the newest at `last`."""
    runs = []
    for n, lasted in enumerate(seconds[::-1]):
        begun = last - timedelta(days=n)
        end = begun + timedelta(seconds=lasted)
        runs.append(Run("test", f"run-{n}", ORDERS, RunStatus.SUCCESS, begun, end))
    save_runs(session, runs, to_ms(NOW))


def found(session: Session, metric: str, config: DetectorSettings = USUAL) -> CheckResult:
    """The one result on that metric."""
    return [each for each in watch(session, NOW, config) if each.metadata["metric"] == metric][-1]


def test_half_the_rows_are_told_with_their_figures(session: Session) -> None:
    """The newest day fails with expected, band, reason, the day it is of, and the points behind it."""
    measured(session, [*noisy(), 50_000])
    result = found(session, "row_count")
    assert result.outcome is Outcome.FAIL
    assert result.check.name == f"detector:{ORDERS}:row_count"
    assert result.check.cause is Cause.VOLUME
    assert result.observed == 50_000
    assert result.expected == pytest.approx(100_000, rel=0.05)
    assert result.low is not None
    assert result.low > 50_000
    assert "% of the expected" in result.message
    assert result.metadata["start_ms"] == to_ms(TODAY - timedelta(days=1))
    assert result.metadata["end_ms"] == to_ms(TODAY)
    assert result.metadata["points"] > 14


def test_an_ordinary_day_passes(session: Session) -> None:
    """What is within the band is said to be."""
    measured(session, noisy())
    assert found(session, "row_count").outcome is Outcome.PASS


def test_a_short_history_is_no_verdict(session: Session) -> None:
    """Fourteen points are too few, and that is said."""
    measured(session, noisy(14))
    result = found(session, "row_count")
    assert result.outcome is Outcome.UNKNOWN
    assert "14 points are too few" in result.message


@pytest.mark.parametrize(
    ("last", "reason"),
    [([0.0], "zero"), ([200_100.0], "double"), ([100_000.0] * 5, "flat"), ([310_000.0], "high")],
)
def test_rules_have_their_names(session: Session, last: list[float], reason: str) -> None:
    """No rows, twice the rows, the very same rows for days: each is told for what it is."""
    measured(session, [*noisy(), *last])
    result = found(session, "row_count")
    assert result.outcome is Outcome.FAIL
    assert result.metadata["reason"] == reason


def test_what_was_written_is_summed_by_whole_days(session: Session) -> None:
    """Rows written count by day, and the day that is not over does not count."""
    measured(session, [*noisy(), 0], Metric.ROWS_WRITTEN)
    early = Measurement(ORDERS, Metric.ROWS_WRITTEN, NOW - timedelta(hours=1), 1, "test")
    save_measurements(session, [early])
    result = found(session, "rows_written")
    assert (result.outcome, result.observed) == (Outcome.FAIL, 0)


def test_a_slow_run_is_told_and_a_fast_one_is_not(session: Session) -> None:
    """A runtime matters when it rises."""
    ran(session, [*noisy(level=60), 300])
    assert found(session, "runtime").outcome is Outcome.FAIL
    ran(session, [*noisy(level=60), 6])
    assert found(session, "runtime").outcome is Outcome.PASS


def test_what_was_mended_before_anybody_looked_is_known(session: Session) -> None:
    """Half the rows on a day in between: a verdict of its own, as of its end, unless the check has spoken since."""
    measured(session, [*noisy(), 50_000, *noisy(2)])
    results = [each for each in watch(session, NOW, USUAL) if each.metadata["metric"] == "row_count"]
    assert [each.outcome for each in results[-3:]] == [Outcome.FAIL, Outcome.PASS, Outcome.PASS]
    assert [each.at for each in results] == sorted(each.at for each in results)
    assert results[-1].at == NOW
    record(session, results, NOW, Policy())
    again = watch(session, NOW + timedelta(hours=1), USUAL)
    assert len([each for each in again if each.metadata["metric"] == "row_count"]) == 1


def test_seconds_are_nobodys_trouble(session: Session) -> None:
    """What is too rare for its history and less than five seconds off is not told."""
    ran(session, [*noisy(level=1), 3])
    assert found(session, "runtime").outcome is Outcome.PASS
    ran(session, [*noisy(level=1), 60])
    assert found(session, "runtime").outcome is Outcome.FAIL


def test_a_creeping_runtime_is_told(session: Session) -> None:
    """Thirty seconds that become minutes in weeks are found while they do."""
    ran(session, [v * 1.04 ** max(0, n - 60) for n, v in enumerate(noisy(100, level=30))])
    reasons = [
        each.metadata["reason"]
        for back in range(30)
        for each in watch(session, NOW - timedelta(days=back), DetectorSettings(metrics=("runtime",)))
    ]
    assert set(reasons) - {"none"} <= {"high", "shift_up", "creep_up"}
    assert sum(reason != "none" for reason in reasons) >= 5


def test_a_missing_run_is_told(session: Session) -> None:
    """A daily build that did not come for two days is late, and one of six hours ago is not."""
    ran(session, noisy(30, level=60))
    assert found(session, "freshness").outcome is Outcome.PASS
    later = NOW + timedelta(days=2)
    (late,) = [each for each in watch(session, later, USUAL) if each.metadata["metric"] == "freshness"]
    assert late.outcome is Outcome.FAIL
    assert late.check.cause is Cause.FRESHNESS
    assert "without a refresh" in late.message


def test_daily_cost_is_watched_and_provisional_days_are_not(session: Session) -> None:
    """A day that cost five times as much fails once it is settled."""
    values = [*noisy(level=1_000_000_000), 5_000_000_000.0, 9_000_000_000.0]
    rows = [
        {
            "connection": "sf", "dimension": "asset", "value": str(ORDERS), "service": "compute", "kind": "query",
            "day_ms": to_ms(TODAY - timedelta(days=len(values) - n)), "nano_credits": int(value), "bytes": 0,
            "micro_currency": None, "currency": "", "queries": 1, "provisional": n == len(values) - 1,
        }
        for n, value in enumerate(values)
    ]  # fmt: skip
    measured(session, noisy(3))
    insert_rows(session, CostRow, rows)
    result = found(session, "cost")
    assert (result.outcome, result.check.cause) == (Outcome.FAIL, Cause.COST)
    assert result.observed == pytest.approx(5)


def test_null_shares_are_watched_for_each_check(session: Session) -> None:
    """A share that jumps from two per cent to sixty fails beside its check."""
    check = Check("orders.customer nulls", ORDERS, "nulls", Cause.NULLS)
    known = stored_checks.save(session, [check], to_ms(NOW))
    shares = [*[0.02 * v for v in noisy(40, level=1000)], 600.0]
    results = [
        CheckResult(check, TODAY - timedelta(days=40 - n), Outcome.PASS, observed=share / 1000)
        for n, share in enumerate(shares)
    ]
    stored_checks.save_results(session, results, known)
    result = found(session, "null_share")
    assert result.outcome is Outcome.FAIL
    assert result.check.name == f"detector:{ORDERS}:null_share:orders.customer nulls"


def said(session: Session, verb: Verb, metric: str = "row_count", days: int = 1) -> int:
    """Keep a judgement on the newest days; its id."""
    note = Note(ORDERS, metric, verb, TODAY - timedelta(days=days), TODAY)
    return notes.add(session, note, to_ms(NOW))


def test_expected_once_passes_until_it_is_undone(session: Session) -> None:
    """The day is spared; without the note it fails again."""
    measured(session, [*noisy(), 50_000])
    note = said(session, Verb.EXPECTED_ONCE)
    assert found(session, "row_count").outcome is Outcome.PASS
    notes.undo(session, note, to_ms(NOW))
    assert found(session, "row_count").outcome is Outcome.FAIL


def test_a_judgement_of_another_metric_changes_nothing(session: Session) -> None:
    """Only its own metric is spared, or with '' all."""
    measured(session, [*noisy(), 50_000])
    said(session, Verb.EXPECTED_ONCE, "bytes")
    assert found(session, "row_count").outcome is Outcome.FAIL
    said(session, Verb.EXPECTED_ONCE, "")
    assert found(session, "row_count").outcome is Outcome.PASS


def test_the_new_normal_is_expected_the_next_day(session: Session) -> None:
    """After it was judged so, the new level passes, and the old one would fail."""
    measured(session, [*noisy(), 300_000, 300_000])
    said(session, Verb.NEW_NORMAL, days=2)
    assert found(session, "row_count").outcome is Outcome.PASS
    assert found(session, "row_count").expected == pytest.approx(300_000, rel=0.15)


def test_really_wrong_stays_wrong(session: Session) -> None:
    """However long it lasts, the stretch fails and the old level is expected."""
    measured(session, [*noisy(), *noisy(12, level=300_000)])
    assert found(session, "row_count").outcome is Outcome.PASS
    said(session, Verb.REALLY_WRONG, days=12)
    result = found(session, "row_count")
    assert result.outcome is Outcome.FAIL
    assert result.expected == pytest.approx(100_000, rel=0.1)


def test_a_gap_expected_once_is_not_late(session: Session) -> None:
    """A late refresh somebody expects passes."""
    ran(session, noisy(30, level=60), last=TODAY - timedelta(days=3))
    assert found(session, "freshness").outcome is Outcome.FAIL
    notes.add(
        session, Note(ORDERS, "freshness", Verb.EXPECTED_ONCE, NOW - timedelta(days=3), NOW), to_ms(NOW)
    )
    assert found(session, "freshness").outcome is Outcome.PASS


def test_settings_are_heard(session: Session) -> None:
    """Switched off, ignored, left out, or with a larger least effect: nothing fails."""
    measured(session, [*noisy(), 60_000])
    assert found(session, "row_count").outcome is Outcome.FAIL
    assert watch(session, NOW, DetectorSettings(enabled=False)) == []
    assert watch(session, NOW, DetectorSettings(ignore=("*.marts.*",))) == []
    assert watch(session, NOW, DetectorSettings(metrics=("bytes",))) == []
    assert found(session, "row_count", DetectorSettings(min_effect=1.5)).outcome is Outcome.PASS
    strict = DetectorSettings(severity="error")
    assert found(session, "row_count", strict).check.severity == "error"


def test_its_results_open_an_incident(session: Session) -> None:
    """What it finds is recorded like any check's result."""
    measured(session, [*noisy(), 50_000])
    changes = record(session, watch(session, NOW, USUAL), NOW, Policy())
    assert [change.transition for change in changes] == ["opened"]
