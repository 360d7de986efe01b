"""`assay check score` on input that cannot be worked on: each is told, with the next step."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
from cli.conftest import call

from assay.cli import check_score

if TYPE_CHECKING:
    from pathlib import Path

    from cli.conftest import Told

HEAD = "series,timestamp,value\n"


@pytest.mark.parametrize("value", ["1.7e308", "-1.7e308", "1e151"])
def test_a_value_beyond_all_measure_is_refused(tmp_path: Path, value: str) -> None:
    """By its series and moment; what is at the bound is scored."""
    file = tmp_path / "a.csv"
    file.write_text(f"{HEAD}{'s' * 500},2026-01-01,{value}\n")
    told = call("check", "score", "--input", str(file))
    assert told.code == 4
    assert "at 2026-01-01, is beyond all measure" in told.err
    assert "larger unit" in told.err
    assert len(told.err) < 500
    file.write_text(f"{HEAD}s,2026-01-01,1e150\n")
    assert call("check", "score", "--input", str(file)).code == 0


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a pipe without an end; one that ends is read."""
    monkeypatch.setattr(check_score, "MOST_BYTES", 100)
    file, pipe = tmp_path / "a.csv", tmp_path / "pipe"
    os.mkfifo(pipe)
    file.write_text(HEAD + "s,2026-01-01,1\n" * 10)
    assert "holds more than 0.0001 MB" in call("check", "score", "--input", str(file)).err
    assert "holds more than 0.0001 MB" in _piped(pipe, HEAD + "s,2026-01-01,1\n" * 10).err
    assert _piped(pipe, HEAD + "s,2026-01-01,1\n").out == "1 points of 1 series: 0 flagged.\n"


def _piped(pipe: Path, text: str) -> Told:
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    told = call("check", "score", "--input", str(pipe))
    writer.join()
    return told


def test_names_without_an_end_are_cut(tmp_path: Path) -> None:
    """A header is told no further than anybody reads."""
    file = tmp_path / "a.csv"
    file.write_text("x" * 100_000 + ",timestamp,value\n")
    assert len(call("check", "score", "--input", str(file)).err) < 600
