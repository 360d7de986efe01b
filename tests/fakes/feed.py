"""Collectors that need no system: a meter that gives an hour a batch, a tool that builds in its account."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from assay.errors import ConnectionFailedError, MissingGrantError
from assay.facts.streams import WAREHOUSE_METERING
from assay.model.assets import Asset, AssetKey
from assay.model.time import HOUR_MS
from assay.registry import COLLECTORS, Registry
from collectors.base import Batch, Degraded, Finding, SourceStream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from collectors.base import Progress

DAY_MS = 20_000 * 24 * HOUR_MS
CREDIT = 1_000_000_000
ZERO = timedelta(0)


class MeterConfig(BaseModel):
    """How the meter behaves: after `at` batches it goes on, is denied a view, breaks or is killed."""

    model_config = ConfigDict(extra="forbid")

    account: str | None = None
    hours: int = 5
    then: Literal["goes on", "is denied", "breaks", "is killed"] = "goes on"
    at: int = 0


class Meter:
    """A warehouse account whose meter shows a credit an hour."""

    kind: ClassVar[str] = "meter"
    title: ClassVar[str] = "Meter"
    config_class: ClassVar[type[MeterConfig]] = MeterConfig
    streams: ClassVar[tuple[SourceStream, ...]] = (
        SourceStream("metering", "THE METER", lag=ZERO, look_back=ZERO),
        SourceStream("gossip", "NOTHING MUCH", lag=ZERO, look_back=ZERO, grant="GRANT GOSSIP"),
    )

    def __init__(self, name: str, config: MeterConfig) -> None:
        self.name = name
        self.config = config

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:
        """An hour a batch, from where earlier passes left off."""
        del now
        for hour in range(self.config.hours):
            end_ms = DAY_MS + (hour + 1) * HOUR_MS
            if end_ms <= progress.watermarks.get("metering", 0):
                continue
            if hour == self.config.at:
                yield from self._turn()
            yield _batch(hour, end_ms)

    def _turn(self) -> Iterator[Degraded]:
        if self.config.then == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.config.then == "breaks":
            raise ConnectionFailedError("the meter does not answer", hint="look at its cable")
        if self.config.then == "is denied":
            yield Degraded("gossip", MissingGrantError("the role may not gossip", hint="GRANT GOSSIP"))

    def examine(self) -> Iterator[Finding]:
        """The meter, and what it may not tell."""
        if self.config.then == "breaks":
            raise ConnectionFailedError("the meter does not answer", hint="look at its cable")
        yield Finding("THE METER", ok=True, detail="ticks")
        if self.config.then == "is denied":
            yield Finding("NOTHING MUCH", ok=False, detail="may not be read", fix="GRANT GOSSIP")

    @classmethod
    def grants(cls, role: str) -> str:
        """What the role needs."""
        return f"GRANT METER TO {role};\n"


def _batch(hour: int, end_ms: int) -> Batch:
    row = dict.fromkeys(WAREHOUSE_METERING.schema.names) | {
        "start_ms": end_ms - HOUR_MS, "end_ms": end_ms, "warehouse": "WH", "warehouse_id": "1",
        "compute_nano": CREDIT, "cloud_services_nano": 0, "attributed_nano": 0,
    }  # fmt: skip
    table = pa.Table.from_pylist([row], schema=WAREHOUSE_METERING.schema)
    facts = ((WAREHOUSE_METERING, table),)
    return Batch("metering", facts, rows_read=1, watermark_ms=end_ms, seen=(f"hour {hour}",))


class ToolConfig(BaseModel):
    """A tool that builds in an account."""

    model_config = ConfigDict(extra="forbid")

    instance: str = ""


class Tool:
    """Something that builds one table in its account."""

    kind: ClassVar[str] = "tool"
    title: ClassVar[str] = "Tool"
    config_class: ClassVar[type[ToolConfig]] = ToolConfig
    streams: ClassVar[tuple[SourceStream, ...]] = (
        SourceStream("tables", "ITS TABLES", lag=ZERO, look_back=ZERO),
    )

    def __init__(self, name: str, config: ToolConfig) -> None:
        self.name = name
        self.config = config

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:
        """Its one table."""
        del progress, now
        key = AssetKey("snowflake", self.config.instance, ("db", "s", "orders"))
        yield Batch("tables", records=(Asset(key),), rows_read=1)

    def examine(self) -> Iterator[Finding]:
        """Nothing can be wrong with it."""
        yield Finding("ITS TABLES", ok=True, detail="one")

    @classmethod
    def grants(cls, role: str) -> str:
        """It needs none."""
        return f"-- {role} needs nothing\n"


@dataclass(frozen=True, slots=True)
class FakePoint:
    """An entry point that needs no package; without a plug-in its import fails."""

    name: str
    plugin: Any = None

    @property
    def value(self) -> str:
        """Where it would live."""
        return f"fakes.{self.name}"

    def load(self) -> Any:  # noqa: ANN401 - as the registry's own
        """The plug-in, or the failure of its import."""
        if self.plugin is None:
            raise ImportError("no module named vendor")
        return self.plugin


POINTS = (FakePoint("meter", Meter), FakePoint("tool", Tool), FakePoint("torn"))


def fake_registry() -> Registry:
    """A registry of the collectors here, one of which cannot be imported."""
    return Registry(lambda group: POINTS if group == COLLECTORS else ())
