"""The cycle: durable batch by batch, resumable anywhere, and no failure stops another source."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from fakes.feed import CREDIT, DAY_MS
from fakes.folder import NOW, Folder
from sqlalchemy import select

from assay.cycle import CycleSummary
from assay.cycle.lock import BusyError, only_one
from assay.cycle.summary import Derived, Problem, Step, as_told
from assay.errors import ConfigError, StoreError
from assay.facts.streams import CHARGES
from assay.model.time import HOUR_MS
from assay.store import collections, costs
from assay.store.tables import AssetRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cycle import Event

TESTS = Path(__file__).parent
CHILD = """
import sys, os, signal
from fakes.folder import Folder
from assay.facts.files import FactFiles
from assay.store import collections, days
from pathlib import Path
if sys.argv[2] == "uncosted":
    days.set_state = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "unpublished":
    FactFiles.publish = staticmethod(lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
if sys.argv[2] == "uncommitted":
    collections.mark_seen = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with Folder.opened(Path(sys.argv[1])) as folder:
    folder.run()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A new Assay folder."""
    with Folder.opened(tmp_path / "assay") as opened:
        yield opened


def test_a_cycle_collects_maps_and_costs(folder: Folder) -> None:
    """What the meter shows is stored, attributed to the nano-credit and told in the summary."""
    folder.connect("acme", "meter")
    summary = folder.run()

    assert summary.problems == ()
    assert summary.collected[0].rows == {"metering": 5}
    assert summary.derived[0].metered_nano_credits == 5 * CREDIT
    with folder.store.read() as session:
        told = costs.balance(session)
    assert (told.metered_nano_credits, told.out_of_balance) == (5 * CREDIT, 0)


def test_a_rule_is_unmet_where_no_account_meets_it() -> None:
    """A rule of one account fits nothing in another; an account not worked out whole says nothing against it."""
    one = Derived("one", "one", unmet_rules=("a", "b"))
    two = Derived("two", "two", unmet_rules=("b",))

    assert CycleSummary(NOW, 0, derived=(one, two)).unmet_rules == ("b",)
    assert CycleSummary(NOW, 0, derived=(one, Derived("new", "new"))).unmet_rules == ()
    assert CycleSummary(NOW, 0).unmet_rules == ()


def test_a_second_cycle_finds_nothing_new(folder: Folder) -> None:
    """Watermarks and fingerprints of the first are the progress of the second."""
    folder.connect("acme", "meter")
    folder.run()
    summary = folder.run()

    with folder.store.read() as session:
        assert collections.watermarks(session, "acme") == {"metering": DAY_MS + 5 * HOUR_MS}
        assert collections.seen(session, "acme") == {f"hour {hour}" for hour in range(5)}
    assert summary.rows == 0
    assert summary.derived[0].days == 0


def test_the_log_has_one_line_a_stream_and_cycle(folder: Folder) -> None:
    """Many batches are one line; a stream with nothing new was read all the same."""
    folder.connect("acme", "meter")
    folder.run()

    assert [(line.stream, line.status, line.rows) for line in folder.log()] == [
        ("metering", "ok", 5),
        ("gossip", "ok", 0),
    ]


def test_a_stream_that_may_not_be_read_stops_no_other(folder: Folder) -> None:
    """Its line in the log says why and what mends it; the stream beside it is read to the end."""
    folder.connect("acme", "meter", then="is denied", at=2)
    summary = folder.run()

    assert folder.rows("acme") == 5
    (problem,) = summary.problems
    assert (problem.connection, problem.stream, problem.hint) == ("acme", "gossip", "GRANT GOSSIP")
    assert summary.exit_code == 4
    (line,) = [line for line in folder.log() if line.stream == "gossip"]
    assert (line.status, line.message, line.hint) == ("failed", "the role may not gossip", "GRANT GOSSIP")


def test_a_connection_that_breaks_keeps_what_it_gave_and_stops_no_other(folder: Folder) -> None:
    """Three batches of the broken one stand, and the other is read whole."""
    folder.connect("acme", "meter", then="breaks", at=3)
    folder.connect("beta", "meter")
    summary = folder.run()

    assert (folder.rows("acme"), folder.rows("beta")) == (3, 5)
    assert [problem.connection for problem in summary.problems] == ["acme"]
    with folder.store.read() as session:
        assert costs.balance(session).metered_nano_credits == 8 * CREDIT


def test_a_connection_that_cannot_be_built_stops_no_other(folder: Folder) -> None:
    """A kind that is not installed, one that cannot be imported and a wrong option are a problem each."""
    folder.connect("acme", "meter")
    folder.connect("lost", "mter")
    folder.connect("torn", "torn")
    folder.connect("odd", "meter", hour=3)
    summary = folder.run()

    assert folder.rows("acme") == 5
    told = {problem.connection: problem.message for problem in summary.problems}
    assert set(told) == {"lost", "torn", "odd"}
    assert "connections.odd.hour" in told["odd"]


@pytest.mark.parametrize("moment", ["reading", "unpublished", "uncommitted", "uncosted"])
def test_a_killed_cycle_goes_on_where_it_was(tmp_path: Path, moment: str) -> None:
    """Killed while reading, or before a commit of facts or of the ledger: nothing is lost, nothing stands twice."""
    path = tmp_path / "assay"
    with Folder.opened(path) as folder:
        folder.connect("acme", "meter", then="is killed" if moment == "reading" else "goes on", at=2)
    told = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), moment], check=False, cwd=TESTS, capture_output=True
    )
    assert told.returncode == -9, told.stderr
    with Folder.opened(path) as folder:
        kept = folder.rows("acme")
        folder.connect("acme", "meter")
        summary = folder.run()

        assert kept == {"reading": 2, "uncosted": 5}.get(moment, 0)
        assert (folder.rows("acme"), summary.rows) == (5, 5 - kept)
        with folder.store.read() as session:
            assert costs.balance(session).metered_nano_credits == 5 * CREDIT
            ledger = [pq.read_table(file.path) for file in folder.files.files(session, "acme", CHARGES)]
        assert sum(sum(rows["nano_credits"].to_pylist()) for rows in ledger) == 5 * CREDIT


def test_two_at_once_the_second_says_who_runs(folder: Folder) -> None:
    """A second cycle in the folder names the first one's process and does nothing."""
    folder.connect("acme", "meter")
    with (
        only_one(folder.path / ".assay" / "cycle.lock"),
        pytest.raises(BusyError, match=r"process \d+, since"),
    ):
        folder.run()

    assert folder.rows("acme") == 0


def test_the_lock_of_a_dead_process_is_free(folder: Folder) -> None:
    """A process that died with the lock in its hand leaves the file, and the next cycle takes it."""
    lock = folder.path / ".assay" / "cycle.lock"
    text = (
        "import os, signal, sys; from pathlib import Path; from assay.cycle.lock import only_one\n"
        "with only_one(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", text, str(lock)], check=False, cwd=TESTS)
    assert lock.exists()
    folder.connect("acme", "meter")

    assert folder.run(wait=True).rows == 5


def test_a_tool_is_told_whose_account_it_builds_in(folder: Folder) -> None:
    """With one account there is no question."""
    folder.connect("acme", "meter", account="XY12345")
    folder.connect("shop", "tool")
    folder.run()

    with folder.store.read() as session:
        assert list(session.scalars(select(AssetRow.key))) == ["snowflake:xy12345:db.s.orders"]


def test_a_tool_that_could_mean_two_accounts_is_asked_which(folder: Folder) -> None:
    """An account is never guessed; a connection's name stands for its account."""
    folder.connect("acme", "meter", account="xy1")
    folder.connect("beta", "meter", account="xy2")
    folder.connect("shop", "tool")
    (problem,) = folder.run().problems
    folder.connect("shop", "tool", instance="beta")

    assert problem.hint == "Set it to one of xy1, xy2."
    assert folder.run().problems == ()
    with folder.store.read() as session:
        built = select(AssetRow.key).where(AssetRow.platform == "snowflake")
        assert list(session.scalars(built)) == ["snowflake:xy2:db.s.orders"]


def test_an_account_that_is_not_connected_is_refused(folder: Folder) -> None:
    """A slip of the pen would part a tool's assets from its account's; the accounts there are are told."""
    folder.connect("acme", "meter", account="XY1")
    folder.connect("shop", "tool", instance="xy2")
    (problem,) = folder.run().problems
    folder.connect("shop", "tool", instance="XY1")

    assert (problem.connection, problem.exit_code) == ("shop", 3)
    assert "instance is xy2" in problem.message
    assert "xy1" in problem.hint
    assert folder.run().problems == ()


def test_an_account_is_read_under_one_name(folder: Folder) -> None:
    """The same account twice would double its bill: the second name is told, the first is read."""
    folder.connect("acme", "meter", account="XY1")
    folder.connect("again", "meter", account="xy1")
    summary = folder.run()

    assert [problem.connection for problem in summary.problems] == ["again"]
    assert "read by the connection acme already" in summary.problems[0].message
    assert [part.metered_nano_credits for part in summary.derived] == [5 * CREDIT]


def test_only_the_connections_asked_for_are_read(folder: Folder) -> None:
    """The others stay as they are; a name that is none is refused."""
    folder.connect("acme", "meter")
    folder.connect("beta", "meter")
    folder.run(only=["beta"])

    assert (folder.rows("acme"), folder.rows("beta")) == (0, 5)
    with pytest.raises(ConfigError, match="There is no connection gamma"):
        folder.run(only=["gamma"])


def test_collecting_alone_works_out_nothing(folder: Folder) -> None:
    """The facts wait for the next whole cycle."""
    folder.connect("acme", "meter")
    summary = folder.run(derive=False)

    assert (summary.rows, summary.derived) == (5, ())


def test_who_listens_hears_each_batch_and_day(folder: Folder) -> None:
    """Rows as they are stored, days as they are worked out."""
    folder.connect("acme", "meter")
    heard: list[Event] = []
    folder.run(on_event=heard.append)

    assert [event.rows for event in heard if event.step is Step.COLLECT] == [1] * 5
    assert {event.detail for event in heard if event.step is Step.COST} >= {"2024-10-04"}


def test_any_error_can_be_told() -> None:
    """A full disk by its name, a mistake by its kind, each with a next step."""
    full = as_told(OSError(28, "No space left on device"))
    mistake = Problem.of(KeyError("x"), "acme", Step.MAP)

    assert full.message.startswith("The disk is full")
    assert mistake.message == "KeyError: 'x'"
    assert as_told(OSError(13, "Permission denied")).hint
    assert full.hint
    assert mistake.hint


def test_facts_that_are_gone_are_a_problem_of_their_account_alone(folder: Folder) -> None:
    """The file is named; the other account is worked out, and the day is done when the file is back."""
    folder.connect("acme", "meter")
    folder.connect("beta", "meter")
    folder.run(derive=False)
    lost = next((folder.path / ".assay" / "facts" / "acme").rglob("*.parquet"))
    content = lost.read_bytes()
    lost.unlink()
    summary = folder.run()

    assert [(problem.connection, problem.step) for problem in summary.problems] == [("acme", Step.COST)]
    assert all(lost.name in problem.message for problem in summary.problems)
    assert [part.metered_nano_credits for part in summary.derived] == [0, 5 * CREDIT]
    lost.write_bytes(content)
    assert folder.run().derived[0].metered_nano_credits == 5 * CREDIT


def test_tidying_that_fails_undoes_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cycle's work is done; the failure is told."""

    def full(**_: object) -> int:
        raise OSError(28, "No space left on device")

    folder.connect("acme", "meter")
    monkeypatch.setattr(folder.files, "sweep", full)
    summary = folder.run()

    assert [problem.step for problem in summary.problems] == [Step.TIDY]
    assert summary.derived[0].metered_nano_credits == 5 * CREDIT


def test_a_store_that_fails_is_told_even_though_it_cannot_be_logged(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the failure and that it could not be noted are in the summary, and the cycle ends."""

    def broken() -> None:
        raise StoreError("The store cannot be used: disk I/O error")

    folder.connect("acme", "meter")
    monkeypatch.setattr(folder.store, "write", broken)
    summary = folder.run(derive=False)

    assert [problem.message for problem in summary.problems] == [
        "The store cannot be used: disk I/O error"
    ] * 2
    assert summary.exit_code == 3
