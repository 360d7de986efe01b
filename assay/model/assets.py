"""An asset, its names and its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_PLAIN = re.compile(r"[a-z_][a-z0-9_$\-]*")
_PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')


@dataclass(frozen=True, slots=True, order=True)
class AssetKey:
    """The one name of an asset: platform, instance (account, host, project) and the path inside it.

    Its text is ``platform:instance:part.part.part``. Parts are folded to lower case unless the platform
    keeps a quoted mixed-case name apart; such a part is written in double quotes.
    """

    platform: str
    instance: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.platform}:{self.instance}:{'.'.join(_written(part) for part in self.path)}"

    @property
    def name(self) -> str:
        """The last part: a table's own name."""
        return self.path[-1]

    @classmethod
    def parse(cls, text: str) -> AssetKey:
        """Read the text form back; ValueError when it has not that form."""
        platform, _, rest = text.partition(":")
        instance, colon, path = rest.partition(":")
        if not (platform and colon and path):
            raise ValueError(f"not an asset key: {text!r} (want platform:instance:db.schema.table)")
        return cls(platform, instance, _split(path))

    @classmethod
    def of_relation(cls, platform: str, instance: str, relation: str) -> AssetKey:
        """The key of a relation as its warehouse writes it, e.g. ``"ANALYTICS"."MARTS"."ORDERS"``."""
        return cls(platform, instance, tuple(fold_part(part) for part in split_identifier(relation)))


def _written(part: str) -> str:
    return part if _PLAIN.fullmatch(part) else '"' + part.replace('"', '""') + '"'


def split_identifier(relation: str) -> tuple[str, ...]:
    """Split a dotted relation into its parts, honouring double quotes (and backticks, as quotes)."""
    return _split(relation.replace("`", '"'))


def _split(text: str) -> tuple[str, ...]:
    parts = tuple(
        quoted.replace('""', '"') if quoted or not bare else bare.strip()
        for quoted, bare in _PART.findall(text)
    )
    if not parts:
        raise ValueError(f"not a relation: {text!r}")
    return parts


def fold_part(part: str) -> str:
    """Fold one name: a name of a single case to lower case, a mixed-case (so: quoted) one as it stands.

    Snowflake upper-cases unquoted names and dbt often writes them lower, so both spellings must meet;
    a mixed-case name can only have been made with quotes and is another object.
    """
    mixed = any(c.isupper() for c in part) and any(c.islower() for c in part)
    return part if mixed else part.lower()


WATCHER = "assay"
"""The platform of what Assay itself costs, and the node its own statements name in their tag."""


class AssetKind(StrEnum):
    """What sort of thing an asset is."""

    TABLE = "table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    DYNAMIC_TABLE = "dynamic table"
    EXTERNAL_TABLE = "external table"
    MODEL = "model"
    INCREMENTAL = "incremental model"
    SNAPSHOT = "snapshot"
    SEED = "seed"
    SOURCE = "source"
    EXPOSURE = "exposure"
    TEST = "test"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an asset: its name, and its type in the platform's own words ('' when unknown)."""

    name: str
    type: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A table, view, model or other thing that costs money, can be sound, and may be needed by someone.

    Empty text and None mean *not known by this source*; the store keeps what another source said.
    """

    key: AssetKey
    kind: AssetKind = AssetKind.OTHER
    owner: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    created_at: datetime | None = None
    altered_at: datetime | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alias:
    """Another system's name of an asset, e.g. ('dbt', 'model.shop.orders')."""

    system: str
    name: str
    asset: AssetKey


class EdgeSource(StrEnum):
    """How we know that data flows along an edge."""

    DBT = "dbt"
    ACCESS_HISTORY = "access history"
    PARSED_SQL = "parsed sql"
    DEPENDENCIES = "object dependencies"

    @property
    def is_complete(self) -> bool:
        """Whether one telling names every edge into an asset: a manifest does, a day's queries show only what ran."""
        return self in {EdgeSource.DBT, EdgeSource.DEPENDENCIES}


@dataclass(frozen=True, slots=True)
class Edge:
    """Data flows from `upstream` to `downstream`; `seen_at` is when the source last showed it."""

    upstream: AssetKey
    downstream: AssetKey
    source: EdgeSource
    seen_at: datetime
