"""Scoring a file of series: every rhythm, no look-ahead, and an answer to whatever is wrong with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assay.cli.app import run
from assay.errors import MalformedInputError, UsageError
from checks.anomaly.reading import read_points
from checks.anomaly.scoring import score

if TYPE_CHECKING:
    from pathlib import Path

MONDAY = datetime(2025, 1, 6, tzinfo=UTC)
STEPS = {
    "minutely": timedelta(minutes=1),
    "hourly": timedelta(hours=1),
    "six-hourly": timedelta(hours=6),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
}


def lines(name: str, step: timedelta, length: int, seed: int, start: datetime = MONDAY) -> list[str]:
    """The lines of a noisy series with one spike, ten points before its end."""
    values = 1000 * np.exp(0.05 * np.random.default_rng(seed).standard_normal(length))
    values[-10] *= 3
    return [f"{name},{(start + step * i).isoformat()},{value:.3f}" for i, value in enumerate(values)]


def written(folder: Path, body: list[str], header: str = "series,timestamp,value") -> Path:
    """A CSV file of these lines."""
    file = folder / "metrics.csv"
    file.write_text("\n".join([header, *body]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("rhythm", list(STEPS))
def test_a_spike_is_found_in_every_rhythm(rhythm: str, tmp_path: Path) -> None:
    """Minutes, hours, days or weeks: the spike is flagged, with a band and a reason, and little else."""
    length = 3000 if rhythm == "minutely" else 400
    scores = score(read_points(written(tmp_path, lines("a", STEPS[rhythm], length, 1))).points)
    assert len(scores) == length
    spike = scores[-10]
    assert spike.flag
    assert spike.high is not None
    assert spike.value is not None
    assert spike.value > spike.high
    assert "times the expected" in spike.reason
    assert sum(each.flag for each in scores) <= 4


def test_cutting_the_future_off_changes_nothing(tmp_path: Path) -> None:
    """A file of daily series with different starts, hourly and irregular ones: what was said stays said."""
    r = np.random.default_rng(5)
    body = [line for i in range(35) for line in lines(f"d{i}", STEPS["daily"], 200, i)]
    body += [
        line
        for i in range(3)
        for line in lines(f"late{i}", STEPS["daily"], 90, i, MONDAY + timedelta(days=61))
    ]
    body += lines("h", STEPS["hourly"], 2000, 9)
    whenever = MONDAY + timedelta(days=1)
    for _ in range(150):
        whenever += timedelta(hours=float(r.exponential(20)))
        body.append(f"runs,{whenever.isoformat()},{r.uniform(5, 10):.2f}")
    whole = {
        (each.series, each.timestamp): each for each in score(read_points(written(tmp_path, body)).points)
    }
    for day in (40, 75, 130):
        limit = (MONDAY + timedelta(days=day)).isoformat()
        kept = [line for line in body if line.split(",")[1] < limit]
        for each in score(read_points(written(tmp_path, kept)).points):
            assert each == whole[each.series, each.timestamp]


def test_order_and_repetition_do_not_matter(tmp_path: Path) -> None:
    """An unsorted file is scored as if it were sorted, in its own order; of a repeated point the last line holds."""
    body = lines("a", STEPS["daily"], 100, 2)
    shuffled = [body[i] for i in np.random.default_rng(3).permutation(100)]
    by_time = {each.timestamp: each for each in score(read_points(written(tmp_path, body)).points)}
    table = read_points(written(tmp_path, [body[0].rsplit(",", 1)[0] + ",999999", *shuffled]))
    found = score(table.points)
    assert table.repeated == 1
    assert [each.timestamp for each in found] == [line.split(",")[1] for line in shuffled]
    assert all(each == by_time[each.timestamp] for each in found)


def test_missing_values_are_points_without_verdict(tmp_path: Path) -> None:
    """Empty, NaN and null are missing: listed, never flagged, with what was expected."""
    body = lines("a", STEPS["daily"], 60, 4)
    for place, word in ((30, ""), (31, "NaN"), (32, "null")):
        body[place] = body[place].rsplit(",", 1)[0] + f",{word}"
    scores = score(read_points(written(tmp_path, body)).points)
    assert [each.value for each in scores[30:33]] == [None] * 3
    assert not any(each.flag for each in scores[30:33])
    assert all(each.expected is not None for each in scores[30:33])


def test_timestamps_may_be_dates_epochs_or_zoned(tmp_path: Path) -> None:
    """All of them name the same moment."""
    words = ["2025-01-06", "2025-01-06 00:00:00", "2025-01-06T01:00:00+01:00", "1736121600", "1736121600000"]
    table = read_points(written(tmp_path, [f"{i},{word},1" for i, word in enumerate(words)]))
    assert {point.at_ms for point in table.points} == {1_736_121_600_000}


def test_two_points_of_a_day_share_its_band(tmp_path: Path) -> None:
    """A daily series with a second, wild run on one day: the second is flagged by the day's band."""
    body = lines("a", STEPS["daily"], 60, 6)
    moment = (MONDAY + timedelta(days=40, minutes=30)).isoformat()
    scores = score(read_points(written(tmp_path, [*body, f"a,{moment},9000"])).points)
    assert scores[-1].flag
    assert not scores[40].flag


@pytest.mark.parametrize("count", [0, 1, 2, 13])
def test_too_few_points_are_no_error(count: int, tmp_path: Path) -> None:
    """A header alone, or a handful of points, gives as many verdicts and no flag."""
    scores = score(read_points(written(tmp_path, lines("a", STEPS["daily"], 20, 7)[:count])).points)
    assert [each.flag for each in scores] == [False] * count


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("series,value\na,1\n", "no column timestamp"),
        ("series,timestamp,value\na,yesterday,1\n", "line 2: 'yesterday' is no timestamp"),
        ("series,timestamp,value\na,2025-01-01,1\na,2025-01-02,lots\n", "line 3: 'lots' is no number"),
        ("series,timestamp,value\na,2025-01-01,inf\n", "'inf' is no number"),
        ("series,timestamp,value\na,2025-01-01\n", "2 columns"),
        ("series,timestamp,value\na,99999999999999,1\n", "is no timestamp"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    """The error names file, line and word."""
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MalformedInputError, match=told):
        read_points(file)


def test_what_is_no_text_or_not_there_is_told(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, a folder, a missing file."""
    file = tmp_path / "binary.csv"
    file.write_bytes(b"series,timestamp,value\n\xff\xfe\x00,1,2\n")
    with pytest.raises(MalformedInputError, match="no CSV text"):
        read_points(file)
    for place in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(UsageError, match="cannot be read"):
            read_points(place)


def test_the_command_lists_every_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json is a list with one object for each point; without it a short table and a count."""
    file = written(tmp_path, lines("a", STEPS["daily"], 60, 8))
    assert run(["check", "score", "--input", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told) == 60
    assert list(told[0]) == ["series", "timestamp", "value", "expected", "low", "high", "flag", "reason"]
    assert told[-10]["flag"] is True
    assert run(["check", "score", "--input", str(file)]) == 0
    assert "60 points of 1 series: 1 flagged" in capsys.readouterr().out
