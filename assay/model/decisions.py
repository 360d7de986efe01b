"""Words of the answers Assay gives: what is needed, what is wasted, what a backfill costs, what a budget says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model.assets import AssetKey


class Verdict(StrEnum):
    """Whether anyone needs an asset.

    *unused*: nobody reads it and nothing that lives is built from it. *dead_end*: it is read only to build what is
    itself unused. *rarely_used*: a few reads, which no proposal to delete comes from. *unknown*: evidence is missing.
    """

    UNUSED = "unused"
    DEAD_END = "dead_end"
    RARELY_USED = "rarely_used"
    IN_USE = "in_use"
    UNKNOWN = "unknown"

    @property
    def is_dead(self) -> bool:
        """Whether the asset may be proposed for deletion."""
        return self in {Verdict.UNUSED, Verdict.DEAD_END}


class UseKind(StrEnum):
    """How a use of an asset is declared, rather than observed."""

    EXPOSURE = "exposure"
    METRIC = "metric"
    SEMANTIC_MODEL = "semantic model"
    SAVED_QUERY = "saved query"
    PUBLIC = "public access"
    CONTRACT = "contract"
    SHARE = "share"
    STREAM = "stream"
    TASK = "task"
    POLICY = "policy"
    FUNCTION = "function"
    PROCEDURE = "procedure"
    OBJECT = "object"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class DeclaredUse:
    """Someone says that `asset` is used: by a dashboard, a share, a task, or by a wish to keep it.

    `name` is the user's own name, `detail` what else is known; `source` names the document that tells every such use
    of the asset, and `seen_at` when it told so: what its next telling leaves out is used so no more.
    """

    asset: AssetKey
    kind: UseKind
    name: str
    source: str
    seen_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UsesTold:
    """The document `source` has told, at `at`, every use of `assets`; of all there are, where that is None.

    What it told of them before and not then is used so no more.
    """

    source: str
    at: datetime
    assets: frozenset[AssetKey] | None = None


class Confidence(StrEnum):
    """How sure an answer is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FindingState(StrEnum):
    """What became of a finding of waste."""

    OPEN = "open"
    ACTED = "acted"
    DISMISSED = "dismissed"
    GONE = "gone"


class SavingState(StrEnum):
    """How far a saving is measured."""

    MEASURING = "measuring"
    MEASURED = "measured"


class BudgetState(StrEnum):
    """Where a budget stands in its month, gravest last."""

    OK = "ok"
    FORECAST = "forecast over"
    WARN = "warn"
    OVER = "over"


class PullRequestState(StrEnum):
    """What became of a proposal to clean up; those that may still change live."""

    PLANNED = "planned"
    COMMITTED = "committed"
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def lives(self) -> bool:
        """Whether it may still change."""
        return self in {PullRequestState.PLANNED, PullRequestState.COMMITTED, PullRequestState.OPEN}
