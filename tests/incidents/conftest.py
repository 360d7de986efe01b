"""Results of made-up checks, and a policy that writes down whom it would tell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.assets import Asset, AssetKey, Edge, EdgeSource
from assay.model.checks import Cause, Check, CheckResult, Outcome, Severity
from assay.store.assets import save_assets, save_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.incidents.policy import Change
    from assay.incidents.routing import Routing
    from assay.model.incidents import Transition
    from assay.store.engine import Store
    from assay.store.tables import IncidentRow

START = datetime(2026, 11, 2, 6, tzinfo=UTC)
RAW, ORDERS, REVENUE, REPORT = (
    AssetKey("snowflake", "acme", ("shop", schema, name))
    for schema, name in (("raw", "orders"), ("marts", "fct_orders"), ("marts", "revenue"), ("bi", "report"))
)


def at(minutes: float) -> datetime:
    """A moment so many minutes after the start."""
    return START + timedelta(minutes=minutes)


def check(
    name: str = "rows",
    asset: AssetKey = ORDERS,
    cause: Cause = Cause.VOLUME,
    severity: Severity = Severity.ERROR,
) -> Check:
    """A check of an asset."""
    return Check(name, asset, "volume", cause, severity)


def found(outcome: str, minutes: float, of: Check | None = None, **parts: Any) -> CheckResult:  # noqa: ANN401 - any part of a result
    """What a check found so many minutes after the start."""
    return CheckResult(of or check(), at(minutes), Outcome(outcome), **parts)


@dataclass
class Desk:
    """A store with lineage raw → fct_orders → revenue → report, and what would have been told."""

    store: Store
    policy: Policy
    told: list[tuple[int, str]] = field(default_factory=list)

    def record(self, *results: CheckResult, minutes: float | None = None) -> list[tuple[int, str]]:
        """Record results at the moment of the last one (or so many minutes after the start); what changed."""
        now = at(minutes) if minutes is not None else max(result.at for result in results)
        with self.store.write() as session:
            return short(record(session, results, now, self.policy))

    def heard(self) -> list[tuple[int, str]]:
        """What was told since the last time this was asked."""
        said, self.told[:] = list(self.told), []
        return said


def short(changes: Sequence[Change]) -> list[tuple[int, str]]:
    """Changes as (incident, transition)."""
    return [(change.incident_id, str(change.transition)) for change in changes]


@pytest.fixture
def desk(store: Store) -> Desk:
    """A desk on each database."""
    with store.write() as session:
        save_assets(session, [Asset(ORDERS, owner="ann"), Asset(RAW), Asset(REVENUE), Asset(REPORT)], 1)
        chain = [RAW, ORDERS, REVENUE, REPORT]
        save_edges(
            session,
            [Edge(up, low, EdgeSource.DBT, START) for up, low in pairwise(chain)],
            1,
        )
    desk = Desk(store, Policy())

    def tell(_: Session, incident: IncidentRow, transition: Transition, _now: int, _routing: Routing) -> int:
        desk.told.append((incident.id, str(transition)))
        return 1

    desk.policy = replace(desk.policy, tell=tell)
    return desk
