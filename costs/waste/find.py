"""Look for waste in every account: gather the evidence, ask each kind, keep what is worth telling."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.money import to_nano
from assay.model.time import DAY_MS, floor_day_ms, to_ms
from assay.store import findings
from assay.store.costs import days, in_one_currency, known_connections
from assay.store.days import set_state
from assay.store.tables import CostRow, DayStateRow, DeclaredUseRow, EdgeRow
from costs.waste import (
    around,
    evidence,
    facts,
    failed,
    full_refresh,
    idle,
    oversized,
    spilling,
    unchanged,
    unread,
)
from costs.waste.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.config.decisions import WasteSettings
    from assay.facts.engine import Engine
    from assay.facts.files import FactFiles
    from assay.model.waste import Finding
    from assay.store.engine import Store
    from costs.waste.graph import Around

STEP = "waste"
RULES_VERSION = 1
"""Raised when the same facts must give other findings than before."""
LEAST_DAYS = 7
"""Fewer days than a week say nothing of a month."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and the state of each account that was looked at, by connection: equal states, equal findings."""

    findings: Sequence[Finding]
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Price:
    """What compute cost in the period: `micro` of a currency for `nano` credits; no price where it is None."""

    nano: int = 0
    micro: int | None = None
    currency: str = ""

    def of(self, nano: int) -> int | None:
        """The money of so many nano-credits at the period's average price, half to even."""
        if self.micro is None or not self.nano:
            return None
        return int((Decimal(nano) * self.micro / self.nano).to_integral_value(ROUND_HALF_EVEN))


def find(
    store: Store,
    files: FactFiles,
    engine_factory: Callable[[], Engine],
    settings: Settings,
    now: datetime,
) -> list[Finding]:
    """All waste worth telling, what saves most first."""
    return list(look(store, files, engine_factory, settings, now).findings)


def look(  # noqa: PLR0913 - what is looked at, with what, and what is known already
    store: Store,
    files: FactFiles,
    engine_factory: Callable[[], Engine],
    settings: Settings,
    now: datetime,
    *,
    known: Mapping[str, str] | None = None,
) -> Looked:
    """Look at the last days of every connection that has costs; one of less than a week is not looked at.

    Nor is one whose state is the `known` one: what was found of it stands.
    """
    found: list[Finding] = []
    states: dict[str, str] = {}
    with store.read() as session:
        for connection in [str(name) for (name,) in session.execute(known_connections(CostRow))]:
            period = period_of(session, connection, settings.waste, now)
            if period is None:
                continue
            source = facts.Source(files, engine_factory, connection)
            state = _state(session, source, period, settings.waste)
            if (known or {}).get(connection) != state:
                found += _worth_telling(_findings(session, source, period), settings.waste)
                states[connection] = state
    return Looked(sorted(found, key=lambda one: (-one.nano_per_month, one.kind, one.subject)), states)


def known_states(store: Store) -> dict[str, str]:
    """The state of each account when it was last looked at, by connection."""
    with store.read() as session:
        kept = select(DayStateRow.connection, DayStateRow.fingerprint).where(DayStateRow.step == STEP)
        return dict(session.execute(kept).all())


def keep(session: Session, looked: Looked, now_ms: int) -> None:
    """Let the store say what was found, and of which state of the accounts."""
    findings.refresh(session, looked.findings, now_ms, looked.states)
    for connection, state in looked.states.items():
        set_state(session, connection, STEP, 0, state, now_ms)


def _state(session: Session, source: facts.Source, period: Period, settings: WasteSettings) -> str:
    """All that the findings hang on, as text: the days, the newest facts of them, lineage, uses and settings."""
    parts = [RULES_VERSION, period.from_ms, period.until_ms, settings.model_dump_json()]
    parts += facts.newest(session, source, period)
    parts += session.execute(select(func.count(), func.max(EdgeRow.last_seen_ms)).select_from(EdgeRow)).one()
    parts.append(session.scalar(select(func.count()).select_from(DeclaredUseRow)))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def period_of(session: Session, connection: str, settings: WasteSettings, now: datetime) -> Period | None:
    """The last whole days with costs, as many as are set; None where there are less than a week of them."""
    known = days(session, connection)
    if known is None:
        return None
    until_ms = min(known[1] + DAY_MS, floor_day_ms(to_ms(now)))
    from_ms = max(known[0], until_ms - settings.window_days * DAY_MS)
    return Period(from_ms, until_ms) if until_ms - from_ms >= LEAST_DAYS * DAY_MS else None


def _findings(session: Session, source: facts.Source, period: Period) -> Iterator[Finding]:
    """Every finding of a connection, with its money."""
    seen = facts.gather(session, source, period)
    near = around.gather(session, seen, source.connection, period)
    price = _price(session, source.connection, period)
    for one in judged(seen, near, source.connection, period):
        yield replace(one, micro_per_month=price.of(one.nano_per_month), currency=price.currency)


def judged(seen: facts.Seen, near: Around, connection: str, period: Period) -> Iterator[Finding]:
    """What each kind of waste finds in its evidence. What is built for nobody is to end, and no better way told."""
    unused = [found for one in evidence.of_unread(near, connection) if (found := unread.find(one, period))]
    for_nobody = {
        one.subject for one in unused if all(claim.nano == claim.whole_nano for claim in one.claims)
    }
    told = (
        *(unchanged.find(one, period) for one in evidence.of_unchanged(near, connection)),
        *(full_refresh.find(one, period) for one in evidence.of_full_refresh(near, connection)),
        *(failed.find(one, period) for one in evidence.of_failed(seen, connection)),
        *(idle.find(one, period) for one in evidence.of_idle(seen, connection, period)),
        *(oversized.find(one, period) for one in evidence.of_oversized(seen, connection)),
        *(spilling.find(one, period) for one in evidence.of_spilling(seen, connection, near.models)),
    )
    yield from unused
    yield from (one for one in told if one is not None and one.subject not in for_nobody)


def _worth_telling(found: Iterable[Finding], settings: WasteSettings) -> Iterator[Finding]:
    least = to_nano(settings.min_credits_per_month)
    for one in found:
        names = (one.subject, one.subject.lower())
        is_ignored = any(fnmatchcase(name, glob) for glob in settings.ignore for name in names)
        if one.nano_per_month >= least and not is_ignored:
            yield one


def _price(session: Session, connection: str, period: Period) -> Price:
    """What the account's compute cost on the average."""
    nano, micro, currency = session.execute(
        select(
            func.sum(CostRow.nano_credits),
            in_one_currency(func.sum(CostRow.micro_currency)),
            func.max(CostRow.currency),
        ).where(
            CostRow.connection == connection,
            CostRow.dimension == "warehouse",
            CostRow.service == "compute",
            CostRow.day_ms >= period.from_ms,
            CostRow.day_ms < period.until_ms,
        )
    ).one()
    return Price() if micro is None else Price(int(nano or 0), int(micro), currency or "")
