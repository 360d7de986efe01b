"""A source that has gone quiet is an incident: nobody learns it from figures that are missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes.folder import NOW, Folder
from sqlalchemy import select

from assay.store import collections
from assay.store.tables import CheckResultRow, CollectionRow, IncidentRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A new Assay folder with a file for its alerts."""
    with Folder.opened(tmp_path / "assay") as opened:
        opened.write('[channels.log]\nkind = "memo"')
        yield opened


def cycle(folder: Folder, number: int, **streams: str) -> None:
    """A cycle of the past: the connection's streams with how each ended; `all` stands for the connection itself."""
    started_ms = round((NOW + timedelta(hours=number)).timestamp() * 1000)
    with folder.store.write() as session:
        for stream, status in streams.items():
            line = CollectionRow(
                connection="shop", stream="" if stream == "all" else stream, started_ms=started_ms,
                ended_ms=started_ms + 1000, status=status, rows=0,
                message="" if status == "ok" else "no answer", hint="" if status == "ok" else "Wake it.",
            )  # fmt: skip
            collections.log(session, line)


def incidents(folder: Folder, number: int) -> list[tuple[str, str, str]]:
    """The incidents after the cycle of that number has looked."""
    folder.run(now=NOW + timedelta(hours=number, minutes=5), only=("other",))
    with folder.store.read() as session:
        rows = session.scalars(select(IncidentRow).order_by(IncidentRow.id))
        return [(row.cause, row.state, row.title) for row in rows]


@pytest.fixture
def shop(folder: Folder) -> Folder:
    """The folder with two connections, of which only the other is read here."""
    for name in ("shop", "other"):
        folder.connect(name, "meter", account=name, hours=0)
    return folder


def test_a_source_that_answers_in_none_of_three_cycles_is_an_incident(shop: Folder) -> None:
    """Not after two; and it ends when the source answers."""
    cycle(shop, 0, queries="ok", metering="ok")
    cycle(shop, 1, queries="ok", metering="failed")
    cycle(shop, 2, queries="ok", metering="failed")
    assert incidents(shop, 2) == []
    cycle(shop, 3, queries="ok", metering="failed")
    [(cause, state, title)] = incidents(shop, 3)
    assert (cause, state) == ("source", "open")
    assert title == (
        "shop: Nothing was read of metering since 2026-11-21 08:00 UTC, in 3 cycles in a row: no answer"
    )
    cycle(shop, 4, queries="ok", metering="ok")

    assert [state for _, state, _ in incidents(shop, 4)] == ["resolved"]


def test_a_connection_that_fails_as_a_whole_is_told_as_such(shop: Folder) -> None:
    """Also one that never answered."""
    for number in range(3):
        cycle(shop, number, all="failed")

    [(_, _, title)] = incidents(shop, 2)
    assert title == "shop: Nothing could be read so far, in 3 cycles in a row: no answer"


def test_what_a_source_simply_has_not_is_no_silence(shop: Folder) -> None:
    """A Standard edition has no such view: that is shown elsewhere."""
    for number in range(5):
        cycle(shop, number, queries="ok", attribution="degraded")

    assert incidents(shop, 4) == []


def test_failures_with_a_success_between_are_none(shop: Folder) -> None:
    """A source that answers now and then is read all the same."""
    for number, status in enumerate(("failed", "failed", "ok", "failed", "failed")):
        cycle(shop, number, queries=status)

    assert incidents(shop, 4) == []


def test_a_connection_that_cannot_be_opened_is_told_at_once(shop: Folder) -> None:
    """Its settings are wrong: waiting mends nothing. Once they are right it is over."""
    shop.write('[connections.broken]\nkind = "no_such_kind"')
    [(cause, state, title)] = incidents(shop, 0)

    assert (cause, state) == ("source", "open")
    assert title.startswith("broken: It cannot be opened: There is no collector of kind no_such_kind.")
    text = (shop.path / "assay.toml").read_text(encoding="utf-8")
    (shop.path / "assay.toml").write_text(text.replace('[connections.broken]\nkind = "no_such_kind"', ""))
    shop.write("")
    assert [state for _, state, _ in incidents(shop, 1)] == ["resolved"]


def test_that_all_is_well_leaves_no_trace(shop: Folder) -> None:
    """A result is kept only where there was trouble."""
    for number in range(3):
        cycle(shop, number, queries="ok")
    assert incidents(shop, 2) == []

    with shop.store.read() as session:
        assert session.scalars(select(CheckResultRow)).all() == []
