"""Two hundred processes that record and send are killed at any moment: nothing is lost, and copies bear one key."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faults.killed_senders import LIFE_MS, START_MS, dispatcher
from sqlalchemy import select

from assay.store import outbox
from assay.store.engine import Store
from assay.store.tables import IncidentEventRow, IncidentRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TOLD = ("opened", "resolved")


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: what is killed here is no machine, so that nothing need reach a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 200), ("postgres", 40)])
def test_no_incident_is_lost_and_copies_bear_the_same_key(
    kind: str, kills: int, request: pytest.FixtureRequest, quick_folder: Path
) -> None:
    """What was committed is there, each change is written down once, each is told, and what is told twice says so."""
    is_sqlite = kind == "sqlite"
    url = f"sqlite:///{quick_folder}/a.db" if is_sqlite else request.getfixturevalue("postgres_url")
    sent, committed = quick_folder / "sent.jsonl", quick_folder / "committed"
    committed.touch()
    with Store.create(url):
        pass
    subprocess.run(
        [sys.executable, str(ROOT / "tests/faults/killed_senders.py"), url, sent, committed, str(kills), "7"],
        check=True, timeout=600, cwd=ROOT, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )  # fmt: skip
    with Store.open(url) as store:
        dispatcher(store, sent, START_MS + (kills + 2) * LIFE_MS).drain(60)
        _expect_nothing_lost(store, committed, kills)
        _expect_all_told(store, sent, kills)


def _expect_nothing_lost(store: Store, committed: Path, kills: int) -> None:
    with store.read() as session:
        events = Counter(
            f"{incident_id}:{transition}"
            for incident_id, transition in session.execute(
                select(IncidentEventRow.incident_id, IncidentEventRow.transition)
            )
        )
        rows = [
            row.dedupe_key.rpartition(":")[0].rpartition(":")[0] for row in session.scalars(select(OutboxRow))
        ]
        opened = session.scalars(select(IncidentRow.id)).all()
    lines = committed.read_text().splitlines()

    assert len(lines) > kills // 3, "they lived long enough to do something"
    assert set(lines) <= set(events)
    assert set(events.values()) == {1}
    told = {key for key in events if key.partition(":")[2] in TOLD}
    assert told == set(rows), "each change that is told has its message, and no message is of nothing"
    assert {f"{incident_id}:opened" for incident_id in opened} <= told


def _expect_all_told(store: Store, sent: Path, kills: int) -> None:
    documents = [json.loads(line) for line in sent.read_text().splitlines()]
    with store.read() as session:
        rows = session.scalars(select(OutboxRow)).all()
        states = outbox.counts(session)
    by_id = {row.id: row for row in rows}
    told = {row.dedupe_key for row in rows if row.state == outbox.SENT}
    heads = {by_id[head] for row in rows if (head := outbox.head_of(row)) is not None}
    copies = Counter(document["dedupe_key"] for document in documents)

    assert states["waiting"] == states["dead"] == states["digest"] == 0
    assert {row.dedupe_key for row in heads} <= told
    assert all(
        row.transition == "resolved" or "resolved" in row.error for row in rows if row.state == "muted"
    )
    assert told <= set(copies)
    assert set(copies) <= {row.dedupe_key for row in rows}
    assert 1 <= sum(copies.values()) - len(copies) <= kills, "some died between sending and marking"
    seen: set[str] = set()
    for document in documents:
        key = document["dedupe_key"]
        assert document["may_repeat"] or key not in seen, "a second copy says that it may be one"
        seen.add(key)
