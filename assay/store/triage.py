"""What pages ask of incidents beside the list: how often each was seen, who is in trouble, what came before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.incidents import Transition
from assay.store.bulk import chunked
from assay.store.incidents import TOLD
from assay.store.tables import AssetRow, CheckResultRow, IncidentEventRow, IncidentRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

_BEGINNINGS = (Transition.OPENED.value, Transition.REOPENED.value)


@dataclass(frozen=True, slots=True)
class Flapper:
    """A trouble that keeps coming back: whose it is, how often it began, and the newest incident of it."""

    asset: str
    asset_name: str
    cause: str
    times: int
    incident_id: int


def times(session: Session, incident_ids: Sequence[int]) -> dict[int, int]:
    """How many bad results belong to each incident; those without any are absent."""
    found: dict[int, int] = {}
    for chunk in chunked(incident_ids):
        rows = select(CheckResultRow.incident_id, func.count()).where(CheckResultRow.incident_id.in_(chunk))
        counted = session.execute(rows.group_by(CheckResultRow.incident_id))
        found |= {row_id: count for row_id, count in counted if row_id is not None}
    return found


def told_count(session: Session) -> int:
    """How many incidents want attention: open or acknowledged."""
    return session.scalar(select(func.count()).where(IncidentRow.state.in_(TOLD))) or 0


def on_assets(session: Session, asset_ids: Sequence[int]) -> dict[int, list[IncidentRow]]:
    """The incidents that want attention on each of these assets, newest first; the others are absent."""
    found: dict[int, list[IncidentRow]] = {}
    for chunk in chunked(asset_ids):
        rows = select(IncidentRow).where(IncidentRow.asset_id.in_(chunk), IncidentRow.state.in_(TOLD))
        for row in session.scalars(rows.order_by(IncidentRow.opened_ms.desc(), IncidentRow.id.desc())):
            found.setdefault(row.asset_id, []).append(row)
    return found


def others(session: Session, incident: IncidentRow, limit: int = 20) -> list[IncidentRow]:
    """The other incidents of the same asset, newest first, whatever their state."""
    rows = select(IncidentRow).where(IncidentRow.asset_id == incident.asset_id, IncidentRow.id != incident.id)
    return list(
        session.scalars(rows.order_by(IncidentRow.opened_ms.desc(), IncidentRow.id.desc()).limit(limit))
    )


def flappers(session: Session, since_ms: int, least: int = 3, limit: int = 8) -> list[Flapper]:
    """The troubles, by asset and cause, that began at least so often since then, the most frequent first."""
    begun = func.count(IncidentEventRow.id)
    rows = (
        select(AssetRow.key, AssetRow.name, IncidentRow.cause, begun, func.max(IncidentRow.id))
        .join(IncidentRow, IncidentRow.id == IncidentEventRow.incident_id)
        .join(AssetRow, AssetRow.id == IncidentRow.asset_id)
        .where(
            IncidentRow.changed_ms >= since_ms,
            IncidentEventRow.at_ms >= since_ms,
            IncidentEventRow.transition.in_(_BEGINNINGS),
        )
        .group_by(AssetRow.key, AssetRow.name, IncidentRow.cause)
        .having(begun >= least)
        .order_by(begun.desc(), AssetRow.key, IncidentRow.cause)
    )
    return [Flapper(*row) for row in session.execute(rows.limit(limit))]
