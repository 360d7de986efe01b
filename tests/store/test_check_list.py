"""Lists of checks, troubles and messages give the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from assay.errors import UsageError
from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.assets import Asset, AssetKey, AssetKind
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.model.time import DAY_MS, Window, floor_day_ms, to_ms
from assay.store import check_list, checks, deliveries, incidents, outbox, triage
from assay.store.assets import save_assets

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.store.engine import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDERS, ITEMS, BOARD = (
    AssetKey("snowflake", "acme", ("shop", "marts", name)) for name in ("orders", "items", "board")
)


@pytest.fixture
def session(store: Store) -> Session:
    """Two tables and a dashboard; a check of the orders that fails every other day, a detector of the items."""
    kinds = {ORDERS: AssetKind.TABLE, ITEMS: AssetKind.VIEW, BOARD: AssetKind.EXPOSURE}
    rows = Check("orders have rows", ORDERS, "volume", Cause.VOLUME)
    watch = Check("detector: items", ITEMS, "detector", Cause.VOLUME, source=CheckSource.DETECTOR)
    with store.write() as writing:
        save_assets(writing, [Asset(key, kind) for key, kind in kinds.items()], to_ms(NOW))
        for days_ago in range(7, -1, -1):
            at = NOW - timedelta(days=days_ago)
            bad = Outcome.FAIL if days_ago % 2 == 0 else Outcome.PASS
            results = [CheckResult(rows, at, bad), CheckResult(watch, at, Outcome.PASS)]
            record(writing, results, at, Policy())
        message = {
            "channel": "team",
            "transition": "opened",
            "next_ms": 1,
            "created_ms": 1,
            "payload": {},
            "thread": "t",
        }
        outbox.add(
            writing,
            [
                message | {"dedupe_key": str(n), "state": state, "sent_ms": 5, "error": "no"}
                for n, state in enumerate(("sent", "waiting", "dead"))
            ],
        )
    with store.read() as reading:
        yield reading


def test_the_worst_checks_stand_first_and_facets_narrow(session: Session) -> None:
    """By the newest outcome; what is not asked for is left out, and no facet is made up."""
    names = [line.row.name for line in check_list.page(session).lines]
    assert names == ["orders have rows", "detector: items"]
    assert check_list.page(session, "ITEMS detector").total == 1
    assert check_list.page(session, facets={"source": ["detector"], "outcome": ["pass"]}).total == 1
    assert check_list.page(session, facets={"outcome": [check_list.NEVER]}).total == 0
    assert check_list.page(session).counts["outcome"] == {"fail": 1, "pass": 1}
    with pytest.raises(UsageError, match="no facet"):
        check_list.page(session, facets={"moon": ["x"]})


def test_outcomes_are_counted_by_day(session: Session) -> None:
    """Each day of the window, and none outside it."""
    (line,) = check_list.page(session, "orders").lines
    start = floor_day_ms(to_ms(NOW)) - 2 * DAY_MS
    found = check_list.days(session, [line.row.id], Window(start, start + 2 * DAY_MS))
    assert found == {line.row.id: {start: {"fail": 1}, start + DAY_MS: {"pass": 1}}}
    assert checks.outcomes(session) == {"fail": 1, "pass": 1}


def test_coverage_leaves_out_what_holds_no_rows(session: Session) -> None:
    """A dashboard needs no check; a detector's is nobody's word."""
    assert check_list.coverage(session) == check_list.Coverage(assets=2, checked=1, detected=1)
    assert [one.key for one in check_list.unwatched(session)] == [str(ITEMS)]


def test_a_trouble_that_comes_back_is_told(session: Session) -> None:
    """How often it began since then, and only when that is often."""
    (found,) = triage.flappers(session, to_ms(NOW - timedelta(days=30)))
    assert (found.asset, found.cause, found.times) == (str(ORDERS), "volume", 4)
    assert triage.flappers(session, to_ms(NOW - timedelta(days=3))) == []


def test_incidents_are_counted_by_asset_and_result(session: Session) -> None:
    """What wants attention now, how often it was seen, and what came before it."""
    (line,) = incidents.page(session).lines
    assert triage.told_count(session) == 1
    assert triage.on_assets(session, [line.row.asset_id, 999]) == {line.row.asset_id: [line.row]}
    assert triage.times(session, [line.row.id]) == {
        line.row.id: len(incidents.findings(session, line.row.id))
    }
    assert [row.state for row in triage.others(session, line.row)] == []
    assert incidents.counts(session)["state"] == {"open": 1}


@pytest.mark.parametrize("sort", ["asset", "-impact", "owner", "-severity", "since"])
def test_incidents_are_sorted_by_what_is_asked(session: Session, sort: str) -> None:
    """Every order there is, and no other."""
    assert len(incidents.page(session, sort=sort).lines) == 1
    with pytest.raises(UsageError, match="cannot be sorted"):
        incidents.page(session, sort="moon")


def test_a_channels_messages_are_tallied(session: Session) -> None:
    """What called somebody lately, what waits and why, what was given up."""
    assert deliveries.tallies(session, ["opened"], 5) == {"team": deliveries.Tally(1, 1, 1, 5, "no")}
    assert deliveries.tallies(session, ["opened"], 6)["team"].called == 0
    assert deliveries.count(session, channel="team", state="dead") == 1
    assert deliveries.count(session) == 3
