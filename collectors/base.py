"""What every collector is: a typed config, the streams it declares, and an iterator of batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from assay.model.assets import Alias, Asset, Edge
from assay.model.checks import CheckResult
from assay.model.decisions import DeclaredUse, UsesTold
from assay.model.runs import Measurement, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    import pyarrow as pa
    from pydantic import BaseModel

    from assay.errors import AssayError
    from assay.facts.streams import FactStream
    from assay.model.warehouses import Warehouse


@dataclass(frozen=True, slots=True)
class StandingChecks:
    """The checks another tool still makes: those whose name begins with `prefix` and is not in `names` are gone."""

    prefix: str
    names: frozenset[str]


Record = Asset | Alias | Edge | Run | Measurement | CheckResult | StandingChecks | DeclaredUse | UsesTold


@dataclass(frozen=True, slots=True)
class SourceStream:
    """One view or file kind a collector reads: what it may lag, how far back it is read again, what it needs.

    `lag` is the view's documented latency, `look_back` how much is read again for late and corrected rows,
    `grant` the statement that lets the role read it ('' where none is needed).
    """

    name: str
    source: str
    lag: timedelta
    look_back: timedelta
    grant: str = ""
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one read of a stream gave: facts in columns, records for the store, and how far the source is read.

    `watermark_ms` is set on the batch after which everything of the source before it has been given;
    `seen` are the fingerprints of the files that end with this batch: a later cycle finds them in its progress.
    """

    stream: str
    facts: tuple[tuple[FactStream, pa.Table], ...] = ()
    records: Sequence[Record] = ()
    rows_read: int = 0
    watermark_ms: int | None = None
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Degraded:
    """A stream that could not be read: the other streams go on. `error` says what, why and the next step."""

    stream: str
    error: AssayError
    expected: bool = False
    """True where the source simply has no such thing (Standard edition, no rate sheet): shown, not an error."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of `assay doctor`: what was tried, whether it holds, and the statement or step that mends it.

    `warning`: nothing is broken, and yet there is something to know or to mend. `needed`: a part of the source that
    tells what nothing else does; where no needed part can be read, the connection is of no use.
    """

    name: str
    ok: bool
    detail: str
    fix: str = ""
    warning: bool = False
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Where earlier cycles left off: the watermark of each stream in epoch ms, and fingerprints of files read."""

    watermarks: Mapping[str, int] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()


class Collector(Protocol):
    """A system Assay can read. Built from its connection's name and typed config; found by entry point."""

    kind: ClassVar[str]
    title: ClassVar[str]
    config_class: ClassVar[type[BaseModel]]
    streams: ClassVar[tuple[SourceStream, ...]]

    def __init__(self, name: str, config: Any) -> None: ...  # noqa: ANN401 - each kind has its own config class

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:
        """Yield what is new since `progress`, stream by stream; nothing is written."""

    def examine(self) -> Iterator[Finding]:
        """Try the connection and every stream, for `assay doctor`."""

    @classmethod
    def grants(cls, role: str) -> str:
        """The script that gives `role` exactly what the collector reads."""


@runtime_checkable
class Queryable(Protocol):
    """A collector whose source also answers questions about the rows of its assets."""

    def warehouse(self) -> AbstractContextManager[Warehouse] | None:
        """Open the source for queries that only read, and close it at the end; None where this one answers none.

        Entering it raises an AssayError when the source cannot be reached.
        """
