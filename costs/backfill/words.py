"""What a price hangs on and what it takes for granted, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.money import to_credits
from assay.model.partitions import Grain
from costs.backfill import model
from costs.backfill.units import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model.partitions import PartitionRange
    from costs.backfill.model import Fit

_MODELS = {
    model.NONE: "the usual cost of a unit (the median of the newest)",
    "newest": "the median of the last seven units, as its level changed lately",
    "trend": "its own growth over the newest units",
    "rows": "a start and a price per row",
    "bytes": "a start and a price per byte read",
}
_EFFECTS = {"weekday": "by weekday", "rate": "by size of warehouse"}


def driver(fit: Fit, units: int, of_units: int) -> str:
    """What the price of so many units hangs on, how much was learned from, and what it gains."""
    said = ", ".join([_MODELS[fit.name], *(_EFFECTS[effect] for effect in fit.effects)])
    for_some = f" for {units:,} of {of_units:,} partitions" if of_units > units else ""
    nearer = f"; {fit.gain:.0%} nearer than the usual cost on units it had not seen" if fit.gain > 0 else ""
    return f"{said}{for_some}; learned from {len(fit.past):,} units{nearer}"


def of_shape(shape: Shape, asked: PartitionRange, partitions: Sequence[str], grain: Grain) -> list[str]:
    """What is taken for granted of the way an asset is built."""
    if shape is Shape.WHOLE:
        return ["it is made whole each time: one rebuild, whatever the range"]
    if shape is Shape.INCREMENTAL and grain is not Grain.NAMED:
        return [f"its runs name no partitions: what one {grain} was built with is the price of one {grain}"]
    if shape is Shape.INCREMENTAL:
        return ["its runs name no partitions: a partition is priced as one build"]
    if tuple(partitions) != asked.keys:
        return [f"{asked.said} is {len(partitions):,} of its partitions, which are {grain}s"]
    return []


def never_so_large(ratio: float) -> str:
    """What is taken for granted of a size an asset was hardly ever built on."""
    return (
        f"it was hardly ever built on a warehouse {ratio:g} times its usual size: its credits are drawn from unchanged "
        f"(time shrinks as the size grows) to {ratio:g} times (time does not), nearer to unchanged"
    )


def cold(own: int, borrowed: int) -> str:
    """That others stand in for an asset without a history."""
    known = "it was never built" if not own else f"it has only {own} units of its own"
    return f"{known}: priced by {borrowed:,} builds of others on the same warehouse, so the range is wide"


def credits_of(nano: int) -> str:
    """Nano-credits as people write them: 12.35 credits, 0.0042 credits."""
    amount = to_credits(nano)
    places = 2 if abs(amount) >= 1 else 4
    return f"{amount:,.{places}f} credits"
