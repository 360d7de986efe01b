"""What is known of who needs which asset, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from assay.model.assets import AssetKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNREADABLE = "unreadable sql"
"""The tool of a read that is only likely: a statement that cannot be parsed and names the asset."""

YEAR_DAYS = 365
VIEWS = frozenset({AssetKind.VIEW.value, AssetKind.MATERIALIZED_VIEW.value, AssetKind.DYNAMIC_TABLE.value})
"""Kinds that are defined by a query: what they are made of is no statement of a day."""


class Place(NamedTuple):
    """Where an asset lies: its platform and the account, host or project."""

    platform: str
    instance: str


class Use(NamedTuple):
    """A use that a document declares: how, and by what name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """An asset as it stands in the evidence.

    `judged` is False for what is no relation of its own or is no more: data still flows through it. `altered_ms` is
    the last change of its definition where the source tells that apart from its data; `first_ms` the first trace.
    """

    id: int
    key: str
    kind: str
    place: Place
    owner: str = ""
    tags: tuple[str, ...] = ()
    judged: bool = True
    alive: bool = False
    created_ms: int | None = None
    altered_ms: int | None = None
    first_ms: int | None = None
    nano_per_month: int = 0
    micro_per_month: int | None = None
    currency: str = ""

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition(".")[2].rpartition(":")[2].strip('"')


@dataclass(slots=True)
class Reads:
    """Statements that read an asset: by class of reader in the window and in the year, and those that are only likely.

    `last_ms` is the last read by a consumer, ever.
    """

    window: dict[str, int] = field(default_factory=dict)
    year: dict[str, int] = field(default_factory=dict)
    maybe_window: int = 0
    maybe_year: int = 0
    last_ms: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What was seen of the queries of one account.

    `until_ms` is the end of the last day seen (the window's end), `days` how many of the window's days and `year_days`
    how many of a year's were seen. `observed`: the warehouse itself tells what each statement read (ACCESS_HISTORY), to
    this day; `dependencies`: it tells what views are made of. `failing`: streams of evidence that could not be read
    last time.
    """

    until_ms: int
    first_ms: int
    days: int
    year_days: int
    observed: bool = False
    dependencies: bool = False
    inventory: bool = False
    failing: tuple[str, ...] = ()


NO_READS = Reads()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a judgement looks at; `edges` are (upstream id, downstream id), whatever told them."""

    now_ms: int
    subjects: Mapping[int, Subject] = field(default_factory=dict)
    edges: Sequence[tuple[int, int]] = ()
    reads: Mapping[int, Reads] = field(default_factory=dict)
    uses: Mapping[int, Sequence[Use]] = field(default_factory=dict)
    histories: Mapping[Place, History] = field(default_factory=dict)
