"""What is said of each asset once its evidence is judged, and which assets can go together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.model.decisions import Confidence, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class AssetVerdict:
    """Whether anyone needs an asset, why, and what it costs in 30 days.

    `reads` are statements in the asset's window by class of reader, with ``maybe`` for those that cannot be read;
    `coverage` is the share of the window's days that were seen. `set_id` and `place` are its dead set and its turn in
    it, from 1. `warnings` are worth knowing of an asset nobody needs; `held_back` says why no pull request may come
    from it.
    """

    asset_id: int
    asset: str
    kind: str
    owner: str
    verdict: Verdict
    confidence: Confidence
    last_read_ms: int | None
    reads: Mapping[str, int]
    nano_per_month: int
    micro_per_month: int | None
    currency: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    coverage: float = 0.0
    first_ms: int | None = None
    set_id: str = ""
    place: int = 0

    @property
    def proposable(self) -> bool:
        """Whether a pull request may come from it alone; see also `DeadSet.proposable`."""
        return self.verdict.is_dead and not self.warnings and not self.held_back


@dataclass(frozen=True, slots=True)
class DeadSet:
    """Assets that hang together and that nobody needs, in the order of their deletion: leaves first.

    No asset outside is built from one inside. `proposable` are the keys of the largest part that is closed in the same
    way and from which a pull request may come.
    """

    id: str
    assets: tuple[str, ...]
    nano_per_month: int
    micro_per_month: int | None
    currency: str
    proposable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts on all assets, by key, and the dead sets, dearest first; from evidence up to `until_ms`."""

    verdicts: list[AssetVerdict] = field(default_factory=list)
    sets: list[DeadSet] = field(default_factory=list)
    window_days: int = 0
    until_ms: int | None = None

    def counts(self) -> dict[str, int]:
        """How many assets there are of each verdict, all verdicts named."""
        found = Counter(each.verdict for each in self.verdicts)
        return {verdict.value: found[verdict] for verdict in Verdict}
