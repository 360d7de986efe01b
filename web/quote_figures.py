"""A kept quote as its page tells it: ranges to one scale, money at the price of the quote, the words to ask again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from assay.model.money import MICRO, to_credits
from assay.model.time import to_ms
from web.format import Amount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.store.tables import QuoteRow

SCALE = 1000
"""How wide the widest range is drawn."""
_PLACES = ("p10", "p50", "p90")


class Span(NamedTuple):
    """A range of cost, from P10 over P50 to P90, and where its three figures stand from 0 to SCALE."""

    name: str
    p10: Amount
    p50: Amount
    p90: Amount
    x: Sequence[int]


class Mark(NamedTuple):
    """A single figure on the same scale."""

    amount: Amount
    x: int


@dataclass(frozen=True, slots=True)
class Step:
    """One asset of the backfill; `seconds` are P10, P50 and P90."""

    asset: str
    name: str
    hops: int
    shape: str
    units: int
    span: Span
    seconds: Sequence[int]
    warehouse: str
    drivers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Told:
    """A quote as pages tell it."""

    row: QuoteRow
    request: Mapping[str, Any]
    allowed: bool
    reasons: Sequence[str]
    units: int
    spans: Sequence[Span]
    """What it is charged with, the part that is work, and what the bill grows by, where that is known."""
    limit: Mark | None
    realised: Mark | None
    inside: bool
    """Whether it came to something between P10 and P90."""
    seconds: Sequence[int]
    starts_ms: int
    finish_ms: Sequence[int]
    steps: Sequence[Step]
    drivers: Sequence[str]
    assumptions: Sequence[str]
    comparable: Sequence[Mapping[str, Any]]
    coverage: Mapping[str, Any]
    budgets: Sequence[Mapping[str, Any]]
    command: str

    @property
    def attributed(self) -> Span:
        """What the ledger is likely to charge it with."""
        return self.spans[0]

    @property
    def marginal(self) -> Span | None:
        """What the bill is likely to grow by."""
        return self.spans[2] if len(self.spans) > 2 else None  # noqa: PLR2004 - after the charge and its work


@dataclass(frozen=True, slots=True)
class Drawing:
    """The price of a quote, and the greatest figure its drawings reach to; both in nano-credits."""

    nano: int
    micro: int | None
    currency: str
    most: int

    def amount(self, nano: int) -> Amount:
        """Nano-credits with money at the quote's own price."""
        micro = None if self.micro is None or not self.nano else nano * self.micro // self.nano
        return Amount(nano, micro, self.currency)

    def x(self, nano: int) -> int:
        """Where a figure stands."""
        return round(SCALE * nano / self.most)

    def span(self, name: str, nano: Mapping[str, int]) -> Span:
        """A range, drawn."""
        p10, p50, p90 = (self.amount(nano[place]) for place in _PLACES)
        return Span(name, p10, p50, p90, [self.x(nano[place]) for place in _PLACES])

    def mark(self, nano: int | None) -> Mark | None:
        """A figure, drawn; None for none."""
        return None if nano is None else Mark(self.amount(nano), self.x(nano))


def told_of(row: QuoteRow) -> Told:
    """The quote as it was told, and what it came to."""
    result: Mapping[str, Any] = row.result
    drawing = drawing_of(row)
    named = (("Attributed", "attributed"), ("of it work", "busy"), ("Marginal", "marginal"))
    spans = [drawing.span(name, result[key]["nano"]) for name, key in named if result[key]]
    realised = drawing.mark(row.realised_nano)
    return Told(
        row=row,
        request=row.request,
        allowed=result["allowed"],
        reasons=result["reasons"],
        units=result["units"],
        spans=spans,
        limit=drawing.mark(row.request.get("limit_nano")),
        realised=realised,
        inside=row.realised_nano is not None and row.p10_nano <= row.realised_nano <= row.p90_nano,
        seconds=[result["seconds"][place] for place in _PLACES],
        starts_ms=_ms(result["starts_at"]),
        finish_ms=[_ms(result["finish"][place]) for place in _PLACES],
        steps=[_step(line, drawing) for line in result["lines"]],
        drivers=result["drivers"],
        assumptions=result["assumptions"],
        comparable=[{**one, "at_ms": _ms(one["at"])} for one in result["comparable"]],
        coverage=result["coverage"]["asset"],
        budgets=result["budgets"]["budgets"],
        command=command_of(row.request),
    )


def drawing_of(row: QuoteRow) -> Drawing:
    """The price of a quote, and the scale all of it is drawn to."""
    told = row.result["attributed"]
    money = told["money"]["p50"]
    reach = [row.p90_nano, row.request.get("limit_nano") or 0, row.realised_nano or 0]
    if row.result["marginal"]:
        reach.append(row.result["marginal"]["nano"]["p90"])
    micro = None if money is None else int(Decimal(money) * MICRO)
    return Drawing(told["nano"]["p50"], micro, told["currency"], max(*reach, 1))


def _step(line: Mapping[str, Any], drawing: Drawing) -> Step:
    return Step(
        asset=line["asset"],
        name=line["asset"].split(":", 2)[-1],
        hops=line["hops"],
        shape=line["shape"],
        units=line["units"],
        span=drawing.span("", line["nano"]),
        seconds=[line["seconds"][place] for place in _PLACES],
        warehouse=line["warehouse"],
        drivers=line["drivers"],
    )


def command_of(request: Mapping[str, Any]) -> str:
    """The command line that asks the same."""
    words = ["assay", "backfill", "quote", request["asset"], "--partitions", request["partitions"]]
    words += ["--downstream"] if request.get("downstream") else []
    words += ["--warehouse", request["warehouse"]] if request.get("warehouse") else []
    words += ["--concurrency", str(request["concurrency"])] if request.get("concurrency") else []
    if request.get("starts_at"):
        words += ["--at", f"{datetime.fromisoformat(request['starts_at']).astimezone(UTC):%Y-%m-%dT%H:%M}"]
    if request.get("limit_nano") is not None:
        words += ["--limit", f"{to_credits(request['limit_nano']).normalize():f}"]
    return shlex.join(words)


def _ms(moment: str) -> int:
    return to_ms(datetime.fromisoformat(moment))
