"""A check of an asset, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from assay.model.assets import AssetKey


class Severity(StrEnum):
    """How grave a failed check is, as its author says."""

    WARN = "warn"
    ERROR = "error"


class Outcome(StrEnum):
    """What became of a check. ERROR: it could not be run, which is never a pass; UNKNOWN: too little to say."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    ERROR = "error"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """What sort of trouble a failed check shows; an asset has at most one open incident of a cause."""

    FRESHNESS = "freshness"
    VOLUME = "volume"
    SCHEMA = "schema"
    UNIQUENESS = "uniqueness"
    NULLS = "nulls"
    VALUES = "values"
    RELATIONSHIP = "relationship"
    CUSTOM = "custom"
    RUNTIME = "runtime"
    COST = "cost"
    RUN = "run"
    SOURCE = "source"
    CHECK = "check"


class CheckSource(StrEnum):
    """Who says that a check is to be made. ASSAY: it watches its own jobs and sources."""

    CONFIG = "config"
    PYTHON = "python"
    PAGE = "page"
    DBT = "dbt"
    EXPECTATIONS = "great_expectations"
    DETECTOR = "detector"
    ASSAY = "assay"


@dataclass(frozen=True, slots=True)
class Check:
    """A promise about an asset that can be tested again and again.

    `name` names the check once and for all within the store; `kind` is the entry point that runs it, `config` what
    it is told. A result read from another tool has a check, too: its kind is that tool's. A cycle runs it when
    `every_ms` have passed since it last did; 0 is in every cycle.
    """

    name: str
    asset: AssetKey
    kind: str
    cause: Cause
    severity: Severity = Severity.ERROR
    config: Mapping[str, Any] = field(default_factory=dict)
    source: CheckSource = CheckSource.CONFIG
    owner: str = ""
    description: str = ""
    every_ms: int = 0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found at a moment.

    `observed`, `expected`, `low` and `high` are in the unit of `metadata["unit"]`; None where the check has no such
    figure. `message` is one sentence for people; `metadata` what else explains the verdict, as JSON values.
    """

    check: Check
    at: datetime
    outcome: Outcome
    message: str = ""
    observed: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_bad(self) -> bool:
        """Whether it is a reason for an incident: failed, or could not be run."""
        return self.outcome in {Outcome.FAIL, Outcome.ERROR}

    @property
    def cause(self) -> Cause:
        """The check's cause; a check that could not be run is trouble of its own sort."""
        return Cause.CHECK if self.outcome is Outcome.ERROR else self.check.cause
