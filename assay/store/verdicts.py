"""The verdicts of the last judgement, kept for pages: saved whole, read with what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from assay.model.decisions import Confidence, Verdict
from assay.store.bulk import chunked, insert_rows
from assay.store.tables import AssetRow, VerdictRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from assay.model.verdicts import AssetVerdict, Judgement

_ROWS = 5000
"""How many rows go in one statement."""


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """A kept verdict and the asset it is about; `warnings` also say what holds a pull request back."""

    asset_id: int
    key: str
    name: str
    kind: str
    owner: str
    verdict: Verdict
    confidence: Confidence
    set_id: str
    place: int
    last_read_ms: int | None
    reads: dict[str, int]
    nano_per_month: int
    micro_per_month: int | None
    currency: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    judged_ms: int

    @property
    def proposable(self) -> bool:
        """Whether a pull request may come from it."""
        return self.verdict.is_dead and not self.warnings


@dataclass(frozen=True, slots=True)
class VerdictSum:
    """How many assets have a verdict, and what they cost in 30 days; no money in several currencies."""

    assets: int
    nano_per_month: int
    micro_per_month: int | None
    currency: str


def save(session: Session, judgement: Judgement, now_ms: int) -> None:
    """Put a judgement, made at `now_ms`, in the place of the last one, whole."""
    session.execute(delete(VerdictRow))
    for chunk in chunked(judgement.verdicts, _ROWS):
        insert_rows(session, VerdictRow, [_row(each, now_ms) for each in chunk])


def _row(each: AssetVerdict, now_ms: int) -> dict[str, Any]:
    return {
        "asset_id": each.asset_id,
        "verdict": each.verdict.value,
        "confidence": each.confidence.value,
        "set_id": each.set_id,
        "place": each.place,
        "last_read_ms": each.last_read_ms,
        "reads": dict(each.reads),
        "nano_per_month": each.nano_per_month,
        "micro_per_month": each.micro_per_month,
        "currency": each.currency,
        "reasons": list(each.reasons),
        "warnings": [*each.warnings, *each.held_back],
        "judged_ms": now_ms,
    }


def latest(session: Session, verdicts: Sequence[Verdict] = (), set_id: str = "") -> list[VerdictLine]:
    """The kept verdicts, dearest first; only `verdicts`, and only of one dead set (then in its order), where told."""
    lines = _lines()
    if verdicts:
        lines = lines.where(VerdictRow.verdict.in_([each.value for each in verdicts]))
    if set_id:
        lines = lines.where(VerdictRow.set_id == set_id).order_by(VerdictRow.place)
    lines = lines.order_by(VerdictRow.nano_per_month.desc(), AssetRow.key)
    return [_line(row, *asset) for row, *asset in session.execute(lines)]


def of_asset(session: Session, asset_id: int) -> VerdictLine | None:
    """The kept verdict on an asset; None where it was not judged."""
    found = session.execute(_lines().where(VerdictRow.asset_id == asset_id)).one_or_none()
    return None if found is None else _line(found[0], *found[1:])


def counts(session: Session) -> dict[Verdict, VerdictSum]:
    """Every verdict, with how many assets have it and what they cost."""
    row = VerdictRow
    priced = func.nullif(row.currency, "")
    sums = session.execute(
        select(
            row.verdict,
            func.count(),
            func.sum(row.nano_per_month),
            func.sum(row.micro_per_month),
            func.min(priced),
            func.max(priced),
        ).group_by(row.verdict)
    )
    found = {
        Verdict(verdict): VerdictSum(
            int(assets),
            int(nano),
            None if micro is None or least != most else int(micro),
            most if most and least == most else "",
        )
        for verdict, assets, nano, micro, least, most in sums
    }
    return {verdict: found.get(verdict, VerdictSum(0, 0, None, "")) for verdict in Verdict}


def judged_ms(session: Session) -> int | None:
    """When the kept judgement was made; None before the first."""
    return session.scalar(select(func.max(VerdictRow.judged_ms)))


def _lines() -> Select[VerdictRow, str, str, str, str]:
    asset = AssetRow
    return select(VerdictRow, asset.key, asset.name, asset.kind, asset.owner).join(
        asset, asset.id == VerdictRow.asset_id
    )


def _line(row: VerdictRow, key: str, name: str, kind: str, owner: str) -> VerdictLine:
    return VerdictLine(
        asset_id=row.asset_id,
        key=key,
        name=name,
        kind=kind,
        owner=owner,
        verdict=Verdict(row.verdict),
        confidence=Confidence(row.confidence),
        set_id=row.set_id,
        place=row.place,
        last_read_ms=row.last_read_ms,
        reads=dict(row.reads),
        nano_per_month=row.nano_per_month,
        micro_per_month=row.micro_per_month,
        currency=row.currency,
        reasons=tuple(row.reasons),
        warnings=tuple(row.warnings),
        judged_ms=row.judged_ms,
    )
