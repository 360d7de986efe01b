"""Waste: a warehouse that is larger than what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.decisions import Confidence
from assay.model.waste import BUSY_POOL, IDLE_POOL, Claim, Figure, Finding, Lever, WasteKind
from costs.waste.builds import total
from costs.waste.names import quoted
from costs.waste.sizes import nodes, smaller

if TYPE_CHECKING:
    from costs.waste.period import Period

LIGHT = 32_000_000
"""Bytes a node reads in a second of work, from which on its warehouse counts as busy reading; it can read more."""

QUEUED_AT_MOST = 10
"""Per mille of the time statements run that they may wait for a place."""

SLOWER = 1500
"""Per mille of its time now that the same work is taken to need at half the size: it then costs three quarters."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a warehouse did in the period at the size it mostly had.

    `busy_ms` is how long anything ran, `ran_ms` how long all statements ran together, `queued_ms` how long they waited
    for a place. `spilled_bytes` is None where the source does not tell.
    """

    warehouse: str
    connection: str
    size: str
    statements: int
    busy_ms: int
    ran_ms: int
    queued_ms: int
    bytes_scanned: int
    spilled_bytes: int | None
    busy_nano: int
    idle_nano: int

    @property
    def bytes_per_node_second(self) -> int:
        """What each node read in a second of work; a node is what an X-Small has one of."""
        return self.bytes_scanned * 1000 // max(self.busy_ms * nodes(self.size), 1)


def find(evidence: Evidence, period: Period) -> Finding | None:
    """The finding, when a warehouse reads little for its size, spills nothing and keeps nobody waiting."""
    below = smaller(evidence.size)
    is_light = evidence.bytes_per_node_second < LIGHT
    waits = evidence.queued_ms * 1000 > evidence.ran_ms * QUEUED_AT_MOST
    if below is None or not is_light or waits or evidence.spilled_bytes or not evidence.statements:
        return None
    claimed = tuple(
        Claim(
            evidence.warehouse, pool, Lever.SIZE, period.monthly(nano * share // 1000), period.monthly(nano)
        )
        for pool, nano, share in (
            (BUSY_POOL, evidence.busy_nano, 1000 - SLOWER // 2),
            (IDLE_POOL, evidence.idle_nano, 500),
        )
    )
    name = evidence.warehouse
    return Finding(
        kind=WasteKind.OVERSIZED,
        subject=name,
        connection=evidence.connection,
        title=(
            f"{name} ({evidence.size}) reads {evidence.bytes_per_node_second // 1_000_000} MB a second and node while "
            "it works, spills nothing and keeps nobody waiting."
        ),
        change=f"ALTER WAREHOUSE {quoted(name)} SET WAREHOUSE_SIZE = {below}",
        confidence=Confidence.LOW if evidence.spilled_bytes is None else Confidence.MEDIUM,
        nano_per_month=total(claimed),
        claims=claimed,
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        is_asset=False,
        figures=(
            Figure("statements", evidence.statements),
            Figure("time in which anything ran", evidence.busy_ms, "ms"),
            Figure("time statements waited for a place", evidence.queued_ms, "ms"),
            Figure("bytes scanned", evidence.bytes_scanned, "bytes"),
            Figure("bytes a second and node", evidence.bytes_per_node_second, "bytes"),
            Figure("bytes spilled", evidence.spilled_bytes or 0, "bytes"),
            Figure("cost of its busy time", evidence.busy_nano, "nano_credits"),
            Figure("cost of its idle time", evidence.idle_nano, "nano_credits"),
        ),
        assumptions=(
            "At half the size the same work takes half as long again, and an idle hour costs half.",
            "Statements may take longer; look at the slowest ones first, and set it back if they do.",
            *(("The source does not tell what spilled.",) if evidence.spilled_bytes is None else ()),
        ),
    )
