"""What changes really saved: the cost of their subjects before and after, weekday against weekday.

From the day after the deed on, each whole day is held against the average of the same weekday in the 28 days before it;
after 28 days the line is settled. Nothing is left out because it is unwelcome: a cost that rose is a negative saving.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.decisions import SavingState
from assay.model.time import DAY_MS, floor_day_ms, to_ms
from assay.model.waste import MONTH_DAYS, Claim
from assay.store import savings as ledger
from assay.store.costs import days, in_one_currency
from assay.store.tables import CostRow, SavingRow
from costs.waste.overlap import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.store.tables import PullRequestRow

WEEKS = 4
SETTLED_DAYS = 7 * WEEKS
"""Days before and after a deed that are compared: whole weeks, so that every weekday counts alike."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a change saved: `before` is the subjects' cost in 30 days before it, `saved` how much less it is since.

    `days` are the days since the deed that could be compared; `saved` is None while there are none. Both figures are in
    the unit of the costs given.
    """

    before: int
    saved: int | None
    days: int

    @property
    def is_settled(self) -> bool:
        """Whether all the days that are to be compared have passed."""
        return self.days >= SETTLED_DAYS


def compare(costs: Mapping[int, int], known: tuple[int, int], acted_ms: int) -> Measured:
    """Hold the days since the deed against those before it.

    `costs` are by day (ms of midnight), a day that is missing cost nothing; `known` are the first and the last whole
    day of which costs are known. The day of the deed is neither before nor after it. A day since counts when its
    weekday is known from before.
    """
    deed_ms = floor_day_ms(acted_ms)
    before = _days(deed_ms - SETTLED_DAYS * DAY_MS, deed_ms, known)
    since = _days(deed_ms + DAY_MS, deed_ms + (SETTLED_DAYS + 1) * DAY_MS, known)
    usual: dict[int, list[int]] = defaultdict(list)
    for day in before:
        usual[_weekday(day)].append(costs.get(day, 0))
    compared = [day for day in since if _weekday(day) in usual]
    expected = sum((Fraction(sum(usual[_weekday(d)]), len(usual[_weekday(d)])) for d in compared), Fraction())
    saved = expected - sum(costs.get(day, 0) for day in compared)
    return Measured(
        before=_monthly(Fraction(sum(costs.get(day, 0) for day in before)), len(before)) or 0,
        saved=_monthly(saved, len(compared)),
        days=len(compared),
    )


def _days(from_ms: int, until_ms: int, known: tuple[int, int]) -> range:
    return range(max(from_ms, known[0]), min(until_ms, known[1] + DAY_MS), DAY_MS)


def _weekday(day_ms: int) -> int:
    return day_ms // DAY_MS % 7


def _monthly(amount: Fraction, of_days: int) -> int | None:
    if not of_days:
        return None
    exact = amount * MONTH_DAYS / of_days
    return int((Decimal(exact.numerator) / exact.denominator).to_integral_value(ROUND_HALF_EVEN))


def measure(session: Session, now: datetime) -> int:
    """Bring every line that is not settled up to date, merged pull requests among them; how many lines there are."""
    now_ms = to_ms(now)
    for merged in ledger.first_merged(session):
        ledger.promise(session, _of_pull_request(session, merged), now_ms)
    session.flush()
    rows = ledger.listed(session)
    for row in rows:
        if row.state != SavingState.MEASURED.value:
            _measure(session, row, now_ms)
    counts = apart(rows)
    for row in rows:
        if row.id in counts and row.details.get("counted_nano") != counts[row.id]:
            row.details = {**row.details, "counted_nano": counts[row.id]}
    return len(rows)


def _of_pull_request(session: Session, row: PullRequestRow) -> ledger.Promise:
    """What a merged clean-up promises: all its assets cost, of whatever kind, in the ledger that has most of it."""
    keys = sorted(map(str, row.assets))
    of_these = select(CostRow.connection).where(CostRow.dimension == "asset", CostRow.value.in_(keys))
    dearest = of_these.group_by(CostRow.connection).order_by(
        func.sum(CostRow.nano_credits).desc(), CostRow.connection
    )
    connection = session.scalar(dearest.limit(1))
    return ledger.Promise(
        source=ledger.PULL_REQUEST,
        source_id=f"{row.repository}:{row.fingerprint}",
        title=row.title,
        subjects=keys,
        connection=connection or "",
        acted_ms=row.changed_ms,
        nano=row.nano_per_month,
        dimension="asset",
    )


def _measure(session: Session, row: SavingRow, now_ms: int) -> None:
    """Work one line out anew."""
    known = days(session, row.connection)
    if known is None:
        return
    whole = (known[0], min(known[1], floor_day_ms(now_ms) - DAY_MS))
    nano, micro, currency = _costs(session, row)
    told = compare(nano, whole, row.acted_ms)
    row.before_nano, row.measured_nano, row.measured_days = told.before, told.saved, told.days
    row.measured_micro = compare(micro, whole, row.acted_ms).saved if micro is not None else None
    row.currency = currency or row.currency
    row.state = (SavingState.MEASURED if told.is_settled else SavingState.MEASURING).value
    row.updated_ms = now_ms


def _costs(session: Session, row: SavingRow) -> tuple[dict[int, int], dict[int, int] | None, str]:
    """The subjects' costs by day in nano-credits and, where all have a price in one currency, in micro-currency."""
    deed_ms = floor_day_ms(row.acted_ms)
    where = [
        CostRow.connection == row.connection,
        CostRow.dimension == row.details["dimension"],
        CostRow.value.in_(row.subjects),
        CostRow.day_ms >= deed_ms - SETTLED_DAYS * DAY_MS,
        CostRow.day_ms <= deed_ms + SETTLED_DAYS * DAY_MS,
    ]
    if row.details["kinds"]:
        where += [CostRow.kind.in_(row.details["kinds"]), CostRow.service == "compute"]
    found = session.execute(
        select(
            CostRow.day_ms,
            func.sum(CostRow.nano_credits),
            in_one_currency(func.sum(CostRow.micro_currency)),
            func.max(CostRow.currency),
        )
        .where(*where)
        .group_by(CostRow.day_ms)
    ).all()
    nano = {day_ms: int(amount) for day_ms, amount, _, _ in found}
    currencies = {currency for *_, currency in found}
    if len(currencies) != 1 or any(micro is None for _, _, micro, _ in found):
        return nano, None, ""
    return nano, {day_ms: int(micro) for day_ms, _, micro, _ in found}, currencies.pop()


def promised(rows: Iterable[SavingRow]) -> int:
    """What all lines promised together, in nano-credits in 30 days, nothing twice."""
    by_connection: dict[str, list[SavingRow]] = defaultdict(list)
    for row in rows:
        by_connection[row.connection].append(row)
    told = 0
    for own in by_connection.values():
        claims = {row.id: [Claim.from_dict(claim) for claim in row.details["claims"]] for row in own}
        claimed = {number: of_it for number, of_it in claims.items() if of_it}
        told += sum(row.promised_nano for row in own if row.id not in claimed)
        told += sum(
            counted(claimed, {row.id: row.promised_nano for row in own if row.id in claimed}).values()
        )
    return told


def apart(rows: Sequence[SavingRow]) -> dict[int, int]:
    """What each measured line counts for in the sum of all (nano-credits in 30 days), by its id.

    Lines that measure the same cost in the same days share what is measured by what they promised. A line about a
    whole warehouse counts what is left after the lines about assets in it.
    """
    told = [row for row in rows if row.measured_nano is not None]
    shared = {row.id: _shared(row, [one for one in told if _same_cost(row, one)]) for row in told}
    for row in told:
        if row.details["dimension"] == "warehouse":
            inside = [one for one in told if _is_inside(one, row)]
            shared[row.id] -= sum(shared[one.id] for one in inside)
    return shared


def _shared(row: SavingRow, same: Sequence[SavingRow]) -> int:
    whole = sum(one.promised_nano for one in same)
    measured = row.measured_nano or 0
    return int(Fraction(measured * row.promised_nano, whole)) if whole > 0 else measured // len(same)


def _same_cost(row: SavingRow, other: SavingRow) -> bool:
    """Whether two lines measure a common cost in common days; a line does with itself."""
    alike = row.connection == other.connection and row.details["dimension"] == other.details["dimension"]
    return alike and bool(set(row.subjects) & set(other.subjects)) and _common(row, other)


def _is_inside(asset: SavingRow, warehouse: SavingRow) -> bool:
    """Whether a line about assets measures what one about their warehouse measures, too."""
    where = {claim["warehouse"] for claim in asset.details["claims"]}
    alike = asset.connection == warehouse.connection and asset.details["dimension"] == "asset"
    return alike and bool(where & set(warehouse.subjects)) and _common(asset, warehouse)


def _common(row: SavingRow, other: SavingRow) -> bool:
    kinds, others = set(row.details["kinds"]), set(other.details["kinds"])
    near = abs(floor_day_ms(row.acted_ms) - floor_day_ms(other.acted_ms)) < SETTLED_DAYS * DAY_MS
    return near and (not kinds or not others or bool(kinds & others))
