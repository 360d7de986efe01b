"""What the store tells around the builds: the lineage, who reads, what is used unseen, and what nobody altered."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from assay.model.decisions import UseKind
from assay.model.usage import CONSUMERS
from assay.store.tables import AliasRow, AssetRow, DeclaredUseRow, EdgeRow, UsageRow
from costs.waste.graph import Around, Graph

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from costs.waste.facts import Seen
    from costs.waste.period import Period

_BUILT = ("model.", "snapshot.", "seed.")
"""How dbt's names of what it builds begin; a source is somebody else's."""
_SEEN_WHEN_READ = (
    UseKind.EXPOSURE, UseKind.METRIC, UseKind.SEMANTIC_MODEL, UseKind.SAVED_QUERY, UseKind.PUBLIC, UseKind.CONTRACT,
    UseKind.OBJECT,
)  # fmt: skip
"""Uses whose reads show in the query history; of all others no read is seen."""


def gather(session: Session, seen: Seen, connection: str, period: Period) -> Around:
    """Everything around the builds of one connection, each by one query."""
    return Around(
        graph=Graph.of(_edges(session)),
        builds={asset: built for asset in list(seen.builds) if (built := seen.built(asset))},
        reads=_reads(session, connection, period),
        kept=_kept(session),
        untouched=set(session.scalars(select(AssetRow.key).where(AssetRow.altered_ms < period.from_ms))),
        models=_models(session),
    )


def _edges(session: Session) -> list[tuple[str, str]]:
    above, below = aliased(AssetRow), aliased(AssetRow)
    rows = (
        select(above.key, below.key)
        .select_from(EdgeRow)
        .join(above, above.id == EdgeRow.upstream_id)
        .join(below, below.id == EdgeRow.downstream_id)
        .distinct()
    )
    return [(up, down) for up, down in session.execute(rows)]


def _reads(session: Session, connection: str, period: Period) -> dict[str, dict[int, int]]:
    rows = (
        select(AssetRow.key, UsageRow.day_ms, func.sum(UsageRow.reads))
        .join(UsageRow, UsageRow.asset_id == AssetRow.id)
        .where(
            UsageRow.connection == connection,
            UsageRow.day_ms >= period.from_ms,
            UsageRow.day_ms < period.until_ms,
            UsageRow.reader_class.in_(CONSUMERS),
        )
        .group_by(AssetRow.key, UsageRow.day_ms)
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for key, day_ms, reads in session.execute(rows):
        found[key][day_ms] = int(reads)
    return found


def _kept(session: Session) -> set[str]:
    """Assets someone uses in a way that leaves no read: shares, streams, tasks, functions, policies."""
    unseen = DeclaredUseRow.kind.not_in([kind.value for kind in _SEEN_WHEN_READ])
    return set(
        session.scalars(
            select(AssetRow.key).join(DeclaredUseRow, DeclaredUseRow.asset_id == AssetRow.id).where(unseen)
        )
    )


def _models(session: Session) -> set[str]:
    """Assets that dbt builds."""
    is_built = or_(*(AliasRow.name.startswith(begins, autoescape=True) for begins in _BUILT))
    named = select(AssetRow.key).join(AliasRow, AliasRow.asset_id == AssetRow.id)
    return set(session.scalars(named.where(AliasRow.system == "dbt", is_built)))
