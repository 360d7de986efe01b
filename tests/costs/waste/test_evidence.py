"""What was gathered becomes the evidence of each kind."""

from __future__ import annotations

from assay.model.time import DAY_MS
from costs.sessions import OnPeriod, Sessions
from costs.waste import evidence
from costs.waste.facts import Group, Load, Seen
from costs.waste.period import Period

PERIOD = Period(0, 10 * DAY_MS)
MINUTE = 60_000
A = "snowflake:acme:shop.marts.a"


def _idle(known_from_ms: int) -> list[bool]:
    """Whether each warehouse's timeline is told by its events, which reach back so far."""
    on = OnPeriod("WH", 1, 0, 5 * MINUTE, 0, 5 * MINUTE, 1)
    seen = Seen(
        halves={"WH": (10**9, 10**9)},
        busy={"WH": [(0, MINUTE), (9 * DAY_MS, 9 * DAY_MS + MINUTE)]},
        sessions=Sessions([on], [], {"WH": known_from_ms}),
    )
    seen.loads["WH", "XSMALL"] = Load(statements=2, ran_ms=2 * MINUTE)
    return [one.is_told for one in evidence.of_idle(seen, "acme", PERIOD)]


def test_events_that_begin_late_do_not_tell_the_month() -> None:
    """They must reach back to the first statements; else the meter says when the warehouse was on."""
    assert [True] == _idle(0)
    assert [False] == _idle(3 * DAY_MS)


def test_what_names_no_asset_is_told_of_its_warehouse() -> None:
    """Failures and spilling of an asset are put together over warehouses and sizes; those of none by warehouse."""
    seen = Seen()
    seen.groups[A, "W1", "XSMALL", "failed"] = Group(statements=2, nano=30)
    seen.groups[A, "W2", "SMALL", "failed"] = Group(statements=1, nano=5)
    seen.groups[A, "W1", "XSMALL", "build"] = Group(
        statements=7, nano=100, spills=1, local_bytes=9, spilled_nano=4
    )
    seen.groups[A, "W1", "SMALL", "build"] = Group(statements=1, nano=11)
    seen.groups["", "W1", "XSMALL", "failed"] = Group(statements=3, nano=6)
    seen.groups["", "W1", "XSMALL", "other"] = Group(statements=4, nano=40, spills=2, local_bytes=8)
    failed = {one.subject: one for one in evidence.of_failed(seen, "acme")}
    spilled = {one.subject: one for one in evidence.of_spilling(seen, "acme", {A})}

    assert {A: 11, "W1": 7} == {name: one.statements for name, one in failed.items()}
    assert [("W1", 2, 30), ("W2", 1, 5)] == [(p.warehouse, p.statements, p.nano) for p in failed[A].failed]
    assert (True, False) == (failed[A].is_asset, failed["W1"].is_asset)
    assert (111, f"busy:build:{A}") == (spilled[A].parts[0].pool_nano, spilled[A].parts[0].pool)
    assert (40, "busy:other:") == (spilled["W1"].parts[0].pool_nano, spilled["W1"].parts[0].pool)
    assert (True, False) == (spilled[A].is_model, spilled["W1"].is_model)


def test_a_warehouse_is_judged_at_the_size_it_mostly_had() -> None:
    """All it did counts, spilling is not told only where no size tells any."""
    seen = Seen(halves={"WH": (7, 3)}, busy={"WH": [(0, MINUTE)]})
    seen.loads["WH", "LARGE"] = Load(statements=2, ran_ms=100, scanned=5)
    seen.loads["WH", "SMALL"] = Load(statements=1, ran_ms=900, scanned=1, queued_ms=4)
    told = next(evidence.of_oversized(seen, "acme"))

    assert ("SMALL", 3, 6, 4, MINUTE) == (
        told.size,
        told.statements,
        told.bytes_scanned,
        told.queued_ms,
        told.busy_ms,
    )
    assert told.spilled_bytes is None
    seen.loads["WH", "SMALL"].local_bytes = 0
    assert 0 == next(evidence.of_oversized(seen, "acme")).spilled_bytes
