"""Evidence from a store: what was seen, what stands, who read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.model.assets import Asset, AssetKey, AssetKind, Edge, EdgeSource
from assay.model.decisions import DeclaredUse, UseKind
from assay.model.time import DAY_MS, HOUR_MS, from_ms
from assay.store.assets import asset_ids
from assay.store.collections import advance
from assay.store.days import set_state
from assay.store.records import save_records
from assay.store.tables import CellRow, CollectionRow, UsageRow
from costs.unused import UnusedPolicy, gather
from costs.unused.evidence import Place, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from assay.store.engine import Store
    from costs.unused.evidence import Evidence, Subject

DAY = 20_500 * DAY_MS
NOW = from_ms(DAY + 9 * HOUR_MS)
ACME = Place("snowflake", "acme")
POLICY = UnusedPolicy()


def key(name: str) -> AssetKey:
    """A relation of the account."""
    return AssetKey("snowflake", "acme", ("db", "s", name))


@pytest.fixture
def session(sqlite_store: Store) -> Iterator[Session]:
    """A store with a table that is read, and ninety days mapped but for one."""
    with sqlite_store.write() as opened:
        save_records(opened, [Asset(key("t"), AssetKind.TABLE)], DAY)
        for day in range(90):
            if day != 30:
                set_state(opened, "prod", "mapping", DAY - day * DAY_MS, "x", DAY)
        read(opened, "t", "person", day=1)
        yield opened


def read(  # noqa: PLR0913 - the columns of a row
    session: Session, name: str, reader: str, *, day: int, tool: str = "", reads: int = 3
) -> None:
    """Reads so many days before the last."""
    day_ms = DAY - day * DAY_MS
    session.add(
        UsageRow(
            asset_id=asset_ids(session, [key(name)])[str(key(name))], day_ms=day_ms, connection="prod",
            reader_class=reader, tool=tool, reads=reads, readers=1, last_read_ms=day_ms + 5,
        )
    )  # fmt: skip
    session.flush()


def metered(session: Session, day: int, nano: int) -> None:
    """What a warehouse was metered in an hour."""
    session.add(
        CellRow(
            connection="prod", account="acme", resource="WH", hour_ms=DAY - day * DAY_MS, service="compute",
            day_ms=DAY - day * DAY_MS, metered_nano=nano, attributed_nano=nano, provisional=False,
        )
    )  # fmt: skip
    session.flush()


def collected(session: Session, stream: str, *, at: int, rows: int, status: str = "ok") -> None:
    """A line of the collection log."""
    session.add(
        CollectionRow(connection="prod", stream=stream, started_ms=at, ended_ms=at, status=status, rows=rows)
    )
    session.flush()


def subject(evidence: Evidence, name: str) -> Subject:
    """An asset of the evidence."""
    return next(each for each in evidence.subjects.values() if each.name == name)


def test_the_days_seen_are_those_mapped(session: Session) -> None:
    """A connection reads the account its assets are of; a day without queries was not seen, nor one still to come."""
    set_state(session, "prod", "mapping", DAY + 5 * DAY_MS, "x", DAY)
    history = gather(session, POLICY, NOW).histories[ACME]

    assert (history.until_ms, history.days, history.year_days) == (DAY + DAY_MS, 89, 89)
    assert (history.observed, history.dependencies, history.inventory, history.failing) == (
        False,
        False,
        False,
        (),
    )


def test_a_day_on_which_nothing_ran_counts_as_seen(session: Session) -> None:
    """The meters tell of the days before and after, and of none for that day."""
    metered(session, 60, 5)
    assert gather(session, POLICY, NOW).histories[ACME].days == 89
    metered(session, 10, 5)
    assert gather(session, POLICY, NOW).histories[ACME].days == 90
    metered(session, 30, 5)
    assert gather(session, POLICY, NOW).histories[ACME].days == 89


def test_reads_are_summed_by_class_in_window_and_year(session: Session) -> None:
    """What is only likely is apart, and a monitor's likely read is none."""
    read(session, "t", "person", day=89)
    read(session, "t", "person", day=90)
    read(session, "t", "pipeline", day=2)
    read(session, "t", "unknown", day=3, tool="unreadable sql", reads=1)
    read(session, "t", "pipeline", day=3, tool="unreadable sql", reads=2)
    read(session, "t", "monitor", day=3, tool="unreadable sql", reads=9)
    evidence = gather(session, POLICY, NOW)
    told = evidence.reads[subject(evidence, "t").id]

    assert (told.window, told.year) == ({"person": 6, "pipeline": 3}, {"person": 9, "pipeline": 3})
    assert (told.maybe_window, told.maybe_year, told.last_ms) == (3, 3, DAY - DAY_MS + 5)
    assert subject(evidence, "t").first_ms == DAY - 90 * DAY_MS


def test_what_stands_is_what_the_last_listing_names(session: Session) -> None:
    """Without a list of tables every relation met is judged; with one, those it names."""
    asset_ids(session, [key("met")], DAY)
    assert subject(gather(session, POLICY, NOW), "met").judged

    collected(session, "tables", at=DAY + HOUR_MS, rows=7)
    save_records(session, [Asset(key("new"), AssetKind.VIEW)], DAY + HOUR_MS + 1)
    collected(session, "tables", at=DAY + 2 * HOUR_MS, rows=0)
    evidence = gather(session, POLICY, NOW)

    assert {name: subject(evidence, name).judged for name in ("met", "t", "new")} == {
        "met": False, "t": False, "new": True,
    }  # fmt: skip
    assert evidence.histories[ACME].inventory


def test_declared_uses_and_edges_are_told_once(session: Session) -> None:
    """An edge that two sources tell is told by both; what a model is made of is no asset of its own."""
    at = from_ms(DAY)
    save_records(
        session,
        [
            Edge(key("t"), key("v"), EdgeSource.DEPENDENCIES, at),
            DeclaredUse(key("t"), UseKind.SHARE, "PARTNERS", "grants", at),
            Asset(AssetKey("dbt", "shop", ("exposure", "shop", "board")), AssetKind.EXPOSURE),
        ],
        DAY,
        "prod",
    )
    evidence = gather(session, POLICY, NOW)

    assert evidence.uses == {subject(evidence, "t").id: [Use("share", "PARTNERS")]}
    assert evidence.edges == [(subject(evidence, "t").id, subject(evidence, "v").id)]
    assert (subject(evidence, "board").judged, subject(evidence, "board").alive) == (False, True)


def test_an_exposure_its_project_tells_no_more_is_dead(session: Session) -> None:
    """A month after the project was last told without it."""
    old, new = (AssetKey("dbt", "shop", ("exposure", "shop", name)) for name in ("old", "new"))
    save_records(session, [Asset(old, AssetKind.EXPOSURE)], DAY - 31 * DAY_MS)
    save_records(session, [Asset(new, AssetKind.EXPOSURE)], DAY)
    evidence = gather(session, POLICY, NOW)

    assert (subject(evidence, "old").alive, subject(evidence, "new").alive) == (False, True)


def test_a_change_of_code_has_its_time(session: Session) -> None:
    """That of the manifest that first told the new code; the first ever told is no change."""
    for code, at in (("a", 100), ("a", 200), ("b", 300), ("b", 400)):
        meta = {"dbt": "model.shop.m", "code": code, "code_at_ms": str(at)}
        save_records(session, [Asset(key("m"), AssetKind.MODEL, meta=meta)], at)
        found = subject(gather(session, POLICY, NOW), "m").altered_ms
        assert found == (None if code == "a" else 300)


def test_what_failed_last_time_is_told(session: Session) -> None:
    """Only what evidence hangs on."""
    collected(session, "access_history", at=DAY, rows=0, status="failed")
    collected(session, "rate_sheet_daily", at=DAY, rows=0, status="failed")

    assert gather(session, POLICY, NOW).histories[ACME].failing == ("access_history",)


def test_what_was_observed_once_is_not_observed_for_ever(session: Session) -> None:
    """Statements whose reads nobody tells any more are known by their text alone."""
    collected(session, "access_history", at=DAY, rows=9)
    for days_ago, is_observed in ((3, False), (1, True)):
        advance(session, "prod", "access_history", DAY - days_ago * DAY_MS, DAY)
        session.flush()
        assert gather(session, POLICY, NOW).histories[ACME].observed is is_observed
