"""Structured logs on stderr and Prometheus metrics."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)

from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import FilteringBoundLogger, Processor

METRICS = CollectorRegistry()
EXPOSITION_TYPE = CONTENT_TYPE_LATEST
"""The content type of what `exposition` gives."""

rows_collected = Counter(
    "assay_rows_collected", "Rows read from a source", ("connection", "stream"), registry=METRICS
)
collections_failed = Counter(
    "assay_collections_failed", "Streams that could not be read", ("connection", "stream"), registry=METRICS
)
step_seconds = Histogram("assay_step_seconds", "Duration of a step of the cycle", ("step",), registry=METRICS)
last_cycle_timestamp = Gauge(
    "assay_last_cycle_timestamp_seconds", "When the last whole cycle ended", registry=METRICS
)
jobs_ended = Counter("assay_jobs_ended", "Slots of jobs that ended", ("job", "state"), registry=METRICS)
job_seconds = Histogram("assay_job_seconds", "Duration of a job", ("job",), registry=METRICS)
job_last_success = Gauge(
    "assay_job_last_success_timestamp_seconds", "When a job last ended well", ("job",), registry=METRICS
)
outbox_oldest_seconds = Gauge(
    "assay_outbox_oldest_seconds", "How long the message longest due has waited", registry=METRICS
)
outbox_messages = Gauge("assay_outbox_messages", "Messages by where they stand", ("state",), registry=METRICS)


def exposition() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(METRICS)


@contextmanager
def serving_metrics(port: int) -> Iterator[int]:
    """Serve the exposition on loopback while the block runs; gives the port, which the system chooses for 0.

    ConfigError where the port is taken.
    """
    try:
        server, thread = start_http_server(port, addr="127.0.0.1", registry=METRICS)
    except OSError as error:
        raise ConfigError(
            f"Metrics cannot be served on port {port}: {error.strerror}.",
            hint="Choose another worker.metrics_port, or end what listens there.",
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def configure_logging(*, level: int = logging.WARNING, as_json: bool | None = None) -> None:
    """Send structured logs to stderr: JSON lines, or readable ones where stderr is a terminal."""
    plain = sys.stderr.isatty() if as_json is None else not as_json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if plain
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines say their area; unless configured otherwise it tells warnings, on stderr."""
    if not structlog.is_configured():
        configure_logging()
    bound: FilteringBoundLogger = structlog.get_logger(area=name)
    return bound
