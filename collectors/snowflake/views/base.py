"""How a view is declared: where it is, what it lags and needs, which of its columns become which facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import pyarrow as pa

from assay.facts.streams import FactStream
from collectors.base import SourceStream
from collectors.snowflake import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from collectors.snowflake.reading import Parts, Reading


def told_only(name: str) -> FactStream:
    """The stream of a view that gives records and no facts: it has a name, and nothing of it is kept as a file."""
    return FactStream(name=name, schema=pa.schema([]), key=(), time="")


class Kind(Enum):
    """What a column holds, and so how it is read."""

    MOMENT = "a time"
    DAY = "a day"
    INTEGER = "a whole number"
    CREDITS = "an amount of credits"
    RATE = "a price"
    TEXT = "text"
    USER = "a user name"
    FLAG = "true or false"
    RAW = "text or a nested value"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view: the fact's name for it, the view's own name(s) for it, and what it holds."""

    name: str
    sources: tuple[str, ...]
    kind: Kind
    required: bool = False


def columns(kind: Kind, names: str, *, required: bool = False) -> tuple[Column, ...]:
    """Declare columns of one kind from words like ``start_ms=START_TIME``; `|` parts the source's names."""
    pairs = (word.partition("=") for word in names.split())
    return tuple(
        Column(name, tuple((source or name).upper().split("|")), kind, required) for name, _, source in pairs
    )


USAGE_VIEWER = "GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE {role};"
GOVERNANCE_VIEWER = "GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE {role};"
OBJECT_VIEWER = "GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE {role};"
SECURITY_VIEWER = "GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE {role};"
ORGANIZATION_BILLING_VIEWER = "GRANT DATABASE ROLE SNOWFLAKE.ORGANIZATION_BILLING_VIEWER TO ROLE {role};"


@dataclass(frozen=True, slots=True)
class View:
    """A view of the SNOWFLAKE database.

    `cursor` is the fact column that orders what is new, `page_key` the one that parts rows of the same cursor: with
    it the live reader pages by key (from `first_key`, which is less than any), without it by slices of time.
    A `snapshot` tells what exists now rather than what happened: it is read whole, and by its key alone.
    `whole` keeps all rows of a read in one batch, for a view whose natural duplicates must stay together; a snapshot
    that is whole is asked for at once, and has no cursor. An `optional` one only adds to what others tell.
    A `needed` one tells what was metered, or what ran: without both no cost meets an asset.
    `parts` turns the columns into facts and records; by default they are the facts.
    """

    name: str
    stream: FactStream
    columns: tuple[Column, ...]
    cursor: str
    lag: timedelta
    look_back: timedelta
    grant: str
    schema: str = "ACCOUNT_USAGE"
    edition: str = ""
    page_key: str = ""
    first_key: str | int = ""
    whole: bool = False
    needed: bool = False
    snapshot: bool = False
    optional: bool = False
    parts: Callable[[pa.RecordBatch, View, Reading], Parts] = reading.as_they_are

    @property
    def source(self) -> str:
        """The view's full name."""
        return f"SNOWFLAKE.{self.schema}.{self.name}"

    @property
    def cursor_source(self) -> str:
        """The view's own name of the cursor's column."""
        return next(column.sources[0] for column in self.columns if column.name == self.cursor)

    @property
    def declaration(self) -> SourceStream:
        """What the collector tells of this view to the rest of Assay."""
        return SourceStream(
            name=self.stream.name,
            source=self.source,
            lag=self.lag,
            look_back=self.look_back,
            grant=self.grant,
            edition=self.edition,
        )
