"""The section on the worker: how often it works, and how it is watched."""

from __future__ import annotations

from pydantic import Field

from assay.config.models import Section


class WorkerSettings(Section):
    """What `assay worker` and `assay serve` do by themselves."""

    cycle_every_min: int = Field(
        default=60, ge=1, le=1440, description="Minutes from the begin of a cycle to that of the next"
    )
    deliver_every_s: int = Field(
        default=5, ge=1, le=300, description="Seconds between two looks at the outbox"
    )
    heartbeat_url: str = Field(
        default="",
        description="Called after each cycle without a problem; an address, env:NAME or file:PATH; empty: none",
    )
    heartbeat_on_premise: bool = Field(
        default=False,
        description="The heartbeat's host may have a private address and be spoken to without TLS",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Where `assay worker` tells /metrics, on this machine alone; left out: nowhere",
    )
    lease_s: int = Field(
        default=60, ge=10, le=3600, description="How long a worker that vanished holds up what it was at"
    )
    attempts: int = Field(
        default=3,
        ge=1,
        le=100,
        description="Workers that may vanish over a job before it is given up and told",
    )
    grace_s: int = Field(
        default=25,
        ge=1,
        le=600,
        description="How long a worker that is told to end may go on to a safe point",
    )
    quiet_after_cycles: int = Field(
        default=3, ge=1, le=1000, description="Cycles without an answer after which a source is an incident"
    )
