"""What a bill is made of, read from the ledger: origin charges, each with the parts it is split into.

An origin charge is what a resource was metered for a service in an hour or day. It is split by asset and kind; the
parts' ratios add up to exactly 1. A cell that was restated after its month was closed is told anew in the month that
learned of it: what stood is reversed whole and what stands is charged whole, so both are origin charges of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from assay.facts.streams import CHARGES
from assay.model.charges import Service
from assay.model.time import DAY_MS, floor_day_ms
from costs.rounding import split_exactly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from assay.facts.engine import Engine
    from assay.facts.files import FactFile
    from assay.model.months import Month

CLOSES_MS = 5 * DAY_MS
"""A month's bill is closed five days after its end: the account's meters and sheets are final by then."""
RATIO_DIGITS = 12
ONE = 10**RATIO_DIGITS
"""The whole, in the unit of ratios."""


class Side(IntEnum):
    """What an origin charge says: the month's own usage, or what stood and what stands of a restated earlier one."""

    USAGE = 0
    REVERSED = 1
    RESTATED = 2


class Part(NamedTuple):
    """A part of an origin charge: whose, why, how much, and its share of the whole in parts of 10^RATIO_DIGITS."""

    asset_key: str | None
    kind: str
    nano: int
    bytes: int
    ratio: int


@dataclass(frozen=True, slots=True)
class Origin:
    """An origin charge and its parts; sums of a reversed one are negative. `reason` says why one was restated."""

    side: Side
    resource: str
    service: str
    start_ms: int
    length_ms: int
    parts: tuple[Part, ...]
    reason: str | None = None

    @property
    def end_ms(self) -> int:
        """Its exclusive end."""
        return self.start_ms + self.length_ms


class _Row(NamedTuple):
    """A row of the step `focus_parts`."""

    side: int
    resource: str
    service: str
    period_ms: int
    kind: str
    asset_key: str | None
    nano: int
    bytes: int


def origins(engine: Engine, files: Sequence[FactFile], month: Month, grain_ms: int) -> Iterator[Origin]:
    """The origin charges of a month's bill: its own usage, then corrections of earlier months."""
    window = month.window
    places = {
        "from_ms": window.start_ms, "until_ms": window.end_ms, "closes_ms": CLOSES_MS, "grain_ms": grain_ms
    }  # fmt: skip
    earlier = [file for file in files if file.day_ms < window.start_ms]
    engine.facts("charges", CHARGES, earlier)
    corrected = engine.step("focus_corrected", **places)
    engine.table("corrected", corrected)
    wanted = {floor_day_ms(period_ms) for period_ms in corrected["period_ms"].to_pylist()}
    read = [f for f in files if window.start_ms <= f.day_ms < window.end_ms or f.day_ms in wanted]
    engine.facts("charges", CHARGES, read)
    yield from _origins(engine.step("focus_parts", **places), corrected, grain_ms)


def _origins(parts: pa.Table, corrected: pa.Table, grain_ms: int) -> Iterator[Origin]:
    """The origin charges of the parts; a cell whose parts are what they were before was not corrected after all."""
    reasons = {(c["resource"], c["service"], c["period_ms"]): c["reason"] for c in corrected.to_pylist()}
    rows = map(_Row._make, zip(*(parts[name].to_pylist() for name in _NAMES), strict=True))
    found = [
        _origin(list(group), grain_ms, reasons)
        for _, group in groupby(rows, key=lambda row: (row.side, row.period_ms, row.resource, row.service))
    ]
    stood = {_cell(each): _reversal(each) for each in found if each.side is Side.REVERSED}
    same = {
        cell for each in found if each.side is Side.RESTATED
        if (cell := _cell(each)) in stood and {_sums(p) for p in each.parts} == {_sums(p) for p in stood[cell]}
    }  # fmt: skip
    return (each for each in found if each.side is Side.USAGE or _cell(each) not in same)


_NAMES = ("side", "resource", "service", "period_ms", "kind", "asset_key", "nano_credits", "bytes")


def _cell(origin: Origin) -> tuple[str, str, int]:
    return origin.resource, origin.service, origin.start_ms


def _sums(part: Part) -> tuple[str | None, str, int, int]:
    return part.asset_key, part.kind, part.nano, part.bytes


def _reversal(origin: Origin) -> list[Part]:
    return [part._replace(nano=-part.nano, bytes=-part.bytes) for part in origin.parts]


def _origin(rows: list[_Row], grain_ms: int, reasons: dict[tuple[str, str, int], str]) -> Origin:
    first = rows[0]
    side = Side(first.side)
    is_storage = first.service == Service.STORAGE
    weights = [row.bytes if is_storage else row.nano for row in rows]
    sign = -1 if side is Side.REVERSED else 1
    return Origin(
        side,
        first.resource,
        first.service,
        first.period_ms,
        DAY_MS if is_storage else grain_ms,
        tuple(
            Part(row.asset_key, row.kind, sign * row.nano, sign * row.bytes, ratio)
            for row, ratio in zip(rows, ratios(weights), strict=True)
        ),
        reasons.get((first.resource, first.service, first.period_ms)) if side is not Side.USAGE else None,
    )


def ratios(weights: Sequence[int]) -> list[int]:
    """Shares of the whole in parts of 10^RATIO_DIGITS that add up to exactly that, by largest remainder.

    Should a part be negative (a refund within the cell), its share is negative and those of others are the larger; of a
    whole of nothing, the first part has all.
    """
    whole = sum(weights)
    if whole > 0 and min(weights) >= 0:
        return split_exactly(ONE, weights)
    if not whole:
        return [ONE, *[0] * (len(weights) - 1)]
    parts = [ONE * weight // whole for weight in weights]
    parts[0] += ONE - sum(parts)
    return parts
