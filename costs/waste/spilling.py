"""Waste: statements that run out of memory write to disk and read it back, and the warehouse waits for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey
from assay.model.decisions import Confidence
from assay.model.waste import Claim, Figure, Finding, Lever, WasteKind
from costs.waste.builds import total
from costs.waste.names import quoted
from costs.waste.sizes import larger, nodes

if TYPE_CHECKING:
    from costs.waste.period import Period

LOCAL, REMOTE = 300_000_000, 75_000_000
"""Bytes a node writes to, or reads from, its own disk and remote storage in a second: what the time lost is told by."""

_SPEEDS = (
    f"A node moves {LOCAL // 1_000_000} MB a second to its disk and {REMOTE // 1_000_000} MB to remote storage, each "
    "way; at most half of a statement's time is held to be lost."
)
AT_MOST = 500
"""Per mille of a statement's time that spilling is held for, at most."""


@dataclass(frozen=True, slots=True)
class Spilled:
    """Statements of a subject that spilled in one warehouse, of one size; `pool` is the part of the bill they are in.

    Remote bytes are those that the disks could not hold; they are not among the local ones.
    """

    warehouse: str
    size: str
    pool: str
    statements: int
    local_bytes: int
    remote_bytes: int
    ran_ms: int
    nano: int
    pool_nano: int

    @property
    def lost(self) -> int:
        """Per mille of the statements' time spent on writing what spilled and reading it back."""
        moved = 2 * (self.local_bytes * REMOTE + self.remote_bytes * LOCAL)
        share = moved * 1000 * 1000 // (LOCAL * REMOTE * nodes(self.size) * max(self.ran_ms, 1))
        return min(share, AT_MOST)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of an asset, or of statements without one in a warehouse, spilled; `is_model`: dbt builds it."""

    subject: str
    connection: str
    is_asset: bool
    parts: tuple[Spilled, ...]
    is_model: bool = False


def find(evidence: Evidence, period: Period) -> Finding | None:
    """The finding, when anything spilled."""
    if not any(part.local_bytes + part.remote_bytes for part in evidence.parts):
        return None
    claimed = tuple(
        Claim(
            part.warehouse,
            part.pool,
            Lever.SPILLS,
            period.monthly(part.nano * part.lost // 1000),
            period.monthly(part.pool_nano),
        )
        for part in evidence.parts
        if part.nano
    )
    name = AssetKey.parse(evidence.subject).name if evidence.is_asset else evidence.subject
    local = sum(part.local_bytes for part in evidence.parts)
    remote = sum(part.remote_bytes for part in evidence.parts)
    statements = sum(part.statements for part in evidence.parts)
    worst = max(evidence.parts, key=lambda part: part.local_bytes + part.remote_bytes)
    return Finding(
        kind=WasteKind.SPILLING,
        subject=evidence.subject,
        connection=evidence.connection,
        title=(
            f"{statements} statements {'that build or read for' if evidence.is_asset else 'in'} {name} spilled "
            f"{_gigabytes(local)} to disk and {_gigabytes(remote)} to remote storage."
        ),
        change=_change(evidence, name, worst),
        confidence=Confidence.LOW,
        nano_per_month=total(claimed),
        claims=claimed,
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        is_asset=evidence.is_asset,
        figures=(
            Figure("statements that spilled", statements),
            Figure("bytes spilled to local disk", local, "bytes"),
            Figure("bytes spilled to remote storage", remote, "bytes"),
            Figure("time these statements ran", sum(part.ran_ms for part in evidence.parts), "ms"),
            Figure("cost of these statements", sum(part.nano for part in evidence.parts), "nano_credits"),
            Figure("part of their time lost to it", worst.lost, "per mille"),
        ),
        assumptions=(_SPEEDS, "A size up costs twice as much an hour and takes half as long."),
    )


def _gigabytes(size: int) -> str:
    return f"{size / 1_000_000_000:,.1f} GB"


def _change(evidence: Evidence, name: str, worst: Spilled) -> str:
    above = larger(worst.size)
    if evidence.is_asset:
        size = f" of size {above}" if above else ""
        own = (
            f"`snowflake_warehouse: …`{size} in its dbt config"
            if evidence.is_model
            else f"USE WAREHOUSE …{size}"
        )
        return (
            f"Have {name} handle less at once (fewer columns, filters before joins, pieces), or give it a larger "
            f"warehouse of its own: {own}."
        )
    step = f"`ALTER WAREHOUSE {quoted(name)} SET WAREHOUSE_SIZE = {above}`, or move" if above else "Move"
    return f"{step} the few statements that spill to a larger warehouse."
