"""Logs and metrics."""

from __future__ import annotations

import json
import logging
import socket
from urllib.request import urlopen

import pytest
import structlog

from assay import telemetry
from assay.errors import ConfigError


def test_logs_are_json_lines_on_stderr_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A log collector reads one object a line; stdout stays for results."""
    telemetry.configure_logging(level=logging.INFO)
    telemetry.logger("cycle").info("collected", rows=3)
    structlog.reset_defaults()

    told = capsys.readouterr()
    line = json.loads(told.err)
    assert told.out == ""
    assert (line["event"], line["rows"], line["area"], line["level"]) == ("collected", 3, "cycle", "info")


def test_lines_below_the_level_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings and worse, unless told otherwise."""
    telemetry.configure_logging()
    telemetry.logger("cycle").info("quiet")
    structlog.reset_defaults()

    assert capsys.readouterr().err == ""


def test_metrics_are_told_in_the_prometheus_format() -> None:
    """What was counted stands in the exposition under its own name."""
    telemetry.rows_collected.labels("shop", "runs").inc(2)

    assert b'assay_rows_collected_total{connection="shop",stream="runs"}' in telemetry.exposition()


def test_metrics_of_a_process_without_pages_are_served() -> None:
    """On loopback, while it works; a port that is taken is told with the setting that names it."""
    telemetry.rows_collected.labels("served", "runs").inc()
    with telemetry.serving_metrics(0) as port:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            told = answer.read()
        with (
            pytest.raises(ConfigError, match=f"port {port}") as caught,
            telemetry.serving_metrics(port),
        ):
            pass

    assert b'assay_rows_collected_total{connection="served",stream="runs"} 1.0' in told
    assert "worker.metrics_port" in caught.value.hint
    with socket.socket() as line:
        assert line.connect_ex(("127.0.0.1", port)) != 0
