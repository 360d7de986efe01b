"""What changes really saved, measured weekday against weekday, and never twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.decisions import Confidence, SavingState
from assay.model.time import DAY_MS, from_ms
from assay.model.waste import Claim, Finding, Lever, WasteKind
from assay.store import findings
from assay.store.keys import asset_ids
from assay.store.savings import listed
from assay.store.tables import CostRow, PullRequestRow
from costs.waste.savings import Measured, apart, compare, measure, promised

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.store.engine import Store

CREDIT = 1_000_000_000
KEY = "snowflake:acme:shop.marts.orders"
ACTED = 100 * DAY_MS + 12 * 3_600_000
"""Noon of day 100."""
KNOWN = (0, 200 * DAY_MS)


def flat(before: int, since: int) -> dict[int, int]:
    """So much a day until the deed's own day, and so much from then on."""
    return {day * DAY_MS: before if day <= 100 else since for day in range(201)}


def test_half_the_cost_is_half_the_saving() -> None:
    """10 a day before and 4 a day since are 300 and 180 in thirty days, settled after 28 of them."""
    assert Measured(before=300, saved=180, days=28) == compare(flat(10, 4), KNOWN, ACTED)


def test_a_cost_that_rose_is_told_as_what_it_is() -> None:
    """A negative saving is not hidden."""
    assert -60 == compare(flat(10, 12), KNOWN, ACTED).saved


def test_the_day_of_the_deed_is_neither_before_nor_after() -> None:
    """Whatever it cost."""
    odd = flat(10, 4) | {100 * DAY_MS: 10**6}

    assert compare(flat(10, 4), KNOWN, ACTED) == compare(odd, KNOWN, ACTED)


def test_each_day_is_held_against_its_own_weekday() -> None:
    """A cost of 70 on one weekday alone and nothing changed: three days later nothing is saved, whichever they are."""
    weekly = {day * DAY_MS: 70 if day % 7 == 3 else 0 for day in range(201)}

    for known_until in range(101, 129):
        assert 0 == compare(weekly, (0, known_until * DAY_MS), ACTED).saved


def test_until_a_whole_day_has_passed_nothing_is_said() -> None:
    """And a weekday that was never seen before the deed is not compared."""
    assert Measured(before=300, saved=None, days=0) == compare(flat(10, 4), (0, 100 * DAY_MS), ACTED)
    short = compare(flat(10, 4), (98 * DAY_MS, 110 * DAY_MS), ACTED)
    assert Measured(before=300, saved=180, days=2) == short


@settings(deadline=None)
@given(st.dictionaries(st.integers(60, 140).map(lambda day: day * DAY_MS), st.integers(0, 10**12)))
def test_over_all_28_days_it_is_the_difference_of_the_sums(costs: dict[int, int]) -> None:
    """Whole weeks hold every weekday four times, on both sides."""
    told = compare(costs, KNOWN, ACTED)
    before = sum(costs.get(day * DAY_MS, 0) for day in range(72, 100))
    since = sum(costs.get(day * DAY_MS, 0) for day in range(101, 129))

    assert told.is_settled
    assert told.saved is not None
    assert abs(told.saved * 28 - (before - since) * 30) <= 14


def finding(kind: WasteKind = WasteKind.REBUILT_UNREAD, subject: str = KEY, **more: Any) -> Finding:  # noqa: ANN401 - any field
    """A finding that promises 5 of 10 credits in thirty days."""
    claim = Claim("WH", f"busy:build:{KEY}", Lever.FREQUENCY, 5 * CREDIT, 10 * CREDIT)
    told = {
        "nano_per_month": 5 * CREDIT,
        "claims": (claim,),
        "from_ms": 70 * DAY_MS,
        "until_ms": 100 * DAY_MS,
    }
    return Finding(
        kind=kind, subject=subject, connection="acme", title=kind.words, change="do it",
        confidence=Confidence.HIGH, **{**told, **more},
    )  # fmt: skip


def cost(day: int, nano: int, *, dimension: str = "asset", value: str = KEY, kind: str = "busy") -> CostRow:
    """A line of the roll-up."""
    return CostRow(
        connection="acme", dimension=dimension, day_ms=day * DAY_MS, value=value, service="compute", kind=kind,
        nano_credits=nano, micro_currency=nano // 500, currency="EUR", queries=1, provisional=False,
    )  # fmt: skip


def known(session: Session, until: int = 140) -> None:
    """Some other warehouse has costs on every day up to there, so that the days are known."""
    session.add_all(cost(day, 1, dimension="warehouse", value="ELSE") for day in range(60, until))


def at(day: int) -> datetime:
    """Noon of a day."""
    return from_ms(day * DAY_MS + 12 * 3_600_000)


def act(session: Session, *which: Finding) -> None:
    """Find these on day 100, and mark them as done at its noon."""
    asset_ids(session, [KEY])
    findings.refresh(session, which, ACTED, ["acme"])
    session.flush()
    for row in findings.listed(session):
        findings.act(session, row.id, ACTED, "ann")


def test_a_deed_is_measured_on_the_asset_alone(store: Store) -> None:
    """2 credits a day of busy time before, 1 since: 30 in thirty days; idle time and other assets are not looked at."""
    with store.write() as session:
        act(session, finding())
        known(session)
        session.add_all(cost(day, 2 * CREDIT if day <= 100 else CREDIT) for day in range(60, 140))
        session.add_all(cost(day, 9 * CREDIT, kind="keeper_idle") for day in range(60, 101))
        session.add_all(
            cost(day, 7 * CREDIT, value="snowflake:acme:shop.marts.else") for day in range(60, 101)
        )
        session.flush()
        assert 1 == measure(session, at(111))
        line = listed(session)[0]
        assert (10, 30 * CREDIT, 60 * CREDIT) == (line.measured_days, line.measured_nano, line.before_nano)
        assert (SavingState.MEASURING.value, 30 * CREDIT // 500) == (line.state, line.measured_micro)
        measure(session, at(139))
        assert (SavingState.MEASURED.value, 28) == (line.state, line.measured_days)


def test_a_settled_line_is_left_as_it_is(sqlite_store: Store) -> None:
    """What comes after 28 days is no longer the change's doing."""
    with sqlite_store.write() as session:
        act(session, finding())
        known(session, 160)
        session.add_all(cost(day, CREDIT) for day in range(60, 140))
        session.flush()
        measure(session, at(139))
        session.add_all(cost(day, 50 * CREDIT) for day in range(140, 160))
        session.flush()
        measure(session, at(159))

        assert (0, 28) == (listed(session)[0].measured_nano, listed(session)[0].measured_days)


def test_two_deeds_on_one_asset_share_what_is_measured(sqlite_store: Store) -> None:
    """A saving of 30 is 15 for each of two equal promises, and the sum promised is that of the builds once."""
    other = finding(WasteKind.REBUILT_UNCHANGED)
    with sqlite_store.write() as session:
        act(session, finding(), other)
        known(session)
        session.add_all(cost(day, 2 * CREDIT if day <= 100 else CREDIT) for day in range(60, 140))
        session.flush()
        measure(session, at(139))
        rows = listed(session)

        assert [30 * CREDIT] * 2 == [row.measured_nano for row in rows]
        assert [15 * CREDIT] * 2 == [row.details["counted_nano"] for row in rows]
        assert 5 * CREDIT == promised(rows)


def test_a_warehouse_counts_what_is_left_after_its_assets(sqlite_store: Store) -> None:
    """Its compute fell by 3 a day, 1 of it by the asset's: 90 measured, 60 counted beside the asset's 30."""
    sizes = tuple(Claim("WH", pool, Lever.SIZE, CREDIT, 2 * CREDIT) for pool in ("busy", "idle"))
    smaller = finding(WasteKind.OVERSIZED, "WH", is_asset=False, claims=sizes)
    with sqlite_store.write() as session:
        act(session, finding(), smaller)
        for day in range(60, 140):
            session.add(cost(day, 2 * CREDIT if day <= 100 else CREDIT))
            session.add(cost(day, (5 if day <= 100 else 2) * CREDIT, dimension="warehouse", value="WH"))
        session.flush()
        measure(session, at(139))
        rows = {row.details["dimension"]: row for row in listed(session)}

        assert (90 * CREDIT, 30 * CREDIT) == (rows["warehouse"].measured_nano, rows["asset"].measured_nano)
        assert {rows["warehouse"].id: 60 * CREDIT, rows["asset"].id: 30 * CREDIT} == apart(
            list(rows.values())
        )


def test_idle_time_is_apart_from_what_assets_save(sqlite_store: Store) -> None:
    """A shorter auto-suspend is measured on idle charges alone, so the two share nothing."""
    sooner = (Claim("WH", "idle", Lever.SUSPEND, CREDIT, 2 * CREDIT),)
    with sqlite_store.write() as session:
        act(session, finding(), finding(WasteKind.IDLE, "WH", is_asset=False, claims=sooner))
        for day in range(60, 140):
            session.add(cost(day, 2 * CREDIT if day <= 100 else CREDIT))
            for kind in ("busy", "keeper_idle"):
                nano = (4 if day <= 100 else 1) * CREDIT
                session.add(cost(day, nano, dimension="warehouse", value="WH", kind=kind))
        session.flush()
        measure(session, at(139))

        assert [30 * CREDIT, 90 * CREDIT] == sorted(row.details["counted_nano"] for row in listed(session))


def test_a_merged_clean_up_is_in_the_ledger_once(store: Store) -> None:
    """Disabled and later deleted: the first merge is the change, and all that its assets cost is measured."""
    with store.write() as session:
        for number, step, day in ((1, "disable", 100), (2, "delete", 120)):
            session.add(_pull_request(number, step, day))
        known(session)
        session.add_all(cost(day, CREDIT, kind="keeper_idle") for day in range(60, 101))
        session.add_all(cost(day, 0) for day in range(101, 140))
        session.flush()

        assert 1 == measure(session, at(139))
        line = listed(session)[0]
        assert ("pull request", 28, 30 * CREDIT) == (line.source, line.measured_days, line.measured_nano)
        assert 30 * CREDIT == line.details["counted_nano"] == promised([line])


def test_a_clean_up_is_measured_where_most_was_spent(sqlite_store: Store) -> None:
    """The same key in the ledger of another connection, which spent next to nothing on it, tells nothing of it."""
    with sqlite_store.write() as session:
        session.add(_pull_request(1, "delete", 100))
        known(session)
        elsewhere = cost(60, 1)
        elsewhere.connection = "aaa"
        session.add(elsewhere)
        session.flush()
        session.add_all(cost(day, CREDIT if day <= 100 else 0) for day in range(60, 140))
        session.flush()
        measure(session, at(139))

        assert 30 * CREDIT == listed(session)[0].measured_nano


def _pull_request(number: int, step: str, day: int) -> PullRequestRow:
    return PullRequestRow(
        id=number, repository="acme/shop", fingerprint="f00", step=step, branch="b", number=number, state="merged",
        title="Delete orders", assets=[KEY], nano_per_month=30 * CREDIT, evidence_ms=0, made_ms=0,
        changed_ms=day * DAY_MS,
    )  # fmt: skip


def test_what_was_taken_back_is_struck(sqlite_store: Store) -> None:
    """An undone deed leaves no line; done again it has one, from then on."""
    with sqlite_store.write() as session:
        act(session, finding())
        number = listed(session)[0].source_id.partition("@")[0]
        findings.undo(session, int(number), ACTED + 1)
        assert [] == listed(session)
        findings.act(session, int(number), ACTED + 2)
        assert [ACTED + 2] == [line.acted_ms for line in listed(session)]


def test_an_empty_ledger_and_one_without_costs(sqlite_store: Store) -> None:
    """Nothing is measured of nothing."""
    with sqlite_store.write() as session:
        assert 0 == measure(session, at(100))
        act(session, finding())
        assert 1 == measure(session, at(139))
        assert [None] == [line.measured_nano for line in listed(session)]


def test_every_kind_can_be_promised(sqlite_store: Store) -> None:
    """Whatever is found can be marked as done."""
    with sqlite_store.write() as session:
        act(session, *map(finding, WasteKind))

        assert {kind.words for kind in WasteKind} == {line.title for line in listed(session)}
