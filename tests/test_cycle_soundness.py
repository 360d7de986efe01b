"""The cycle's last steps: checks are run, incidents hear of it, and whoever is to be told is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes.folder import NOW, Folder
from fakes.sound import ORDERS as ORDERS_KEY
from fakes.sound import MemoChannel
from sqlalchemy import func, select

from assay.cycle import soundness
from assay.cycle.summary import Event, Step
from assay.errors import StoppedError
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.store.tables import CheckResultRow, IncidentRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

ORDERS = str(ORDERS_KEY)
FAILING = f'[checks.rows]\nasset = "{ORDERS}"\nkind = "said"\nfinds = "fail"'
PASSING = f'[checks.fresh]\nasset = "{ORDERS}"\nkind = "said"'
MEMO = '[channels.chat]\nkind = "memo"'


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A new Assay folder."""
    MemoChannel.kept.clear()
    with Folder.opened(tmp_path / "assay") as opened:
        yield opened


def incidents(folder: Folder) -> list[tuple[str, str]]:
    """The cause and state of each incident."""
    with folder.store.read() as session:
        rows = session.scalars(select(IncidentRow).order_by(IncidentRow.id))
        return [(row.cause, row.state) for row in rows]


def number_of(folder: Folder, row_class: type[CheckResultRow | OutboxRow]) -> int:
    """How many rows there are."""
    with folder.store.read() as session:
        return session.scalar(select(func.count()).select_from(row_class)) or 0


def test_a_failed_check_is_an_incident_that_is_told_in_the_same_cycle(folder: Folder) -> None:
    """Nobody waits for a group that cannot grow any more."""
    for text in (FAILING, PASSING, MEMO):
        folder.write(text)
    sound = folder.run().sound

    assert sound.checks == {"fail": 1, "pass": 1}
    assert sound.incidents == {"opened": 1}
    assert (sound.alerts["sent"], sound.alerts["waiting"]) == (1, 0)
    assert incidents(folder) == [("custom", "open")]
    assert len(MemoChannel.kept) == 1


def test_a_cycle_that_is_run_again_tells_nothing_twice(folder: Folder) -> None:
    """The same moment is the same result."""
    for text in (FAILING, MEMO):
        folder.write(text)
    folder.run()
    sound = folder.run().sound

    assert (sound.incidents, sound.alerts["sent"]) == ({}, 0)
    assert number_of(folder, CheckResultRow) == 1


def test_what_is_mended_is_resolved(folder: Folder) -> None:
    """The next cycle ends the incident and says so."""
    for text in (FAILING, MEMO):
        folder.write(text)
    folder.run()
    toml = folder.path / "assay.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"fail"', '"pass"'), encoding="utf-8")
    folder.write("")
    sound = folder.run(now=NOW + timedelta(hours=1)).sound

    assert sound.incidents == {"resolved": 1}
    assert len(MemoChannel.kept) == 2


def test_a_check_that_throws_is_no_pass_and_stops_no_other(folder: Folder) -> None:
    """It is an incident of its own sort."""
    folder.write(FAILING.replace("fail", "nothing"))
    folder.write(PASSING)
    sound = folder.run().sound

    assert sound.checks == {"error": 1, "pass": 1}
    assert incidents(folder) == [("check", "open")]


def test_a_declaration_that_cannot_be_used_is_told_and_the_others_run(folder: Folder) -> None:
    """Its place and the nearest kind stand in the problem."""
    folder.write(PASSING)
    folder.write('[checks.odd]\nasset = "x:y:z"\nkind = "sad"')
    summary = folder.run()

    assert summary.sound.checks == {"pass": 1}
    (problem,) = summary.problems
    assert (problem.step, summary.exit_code) == (Step.CHECK, 3)
    assert "said" in problem.hint


def test_a_tools_own_results_are_kept_with_their_batch(folder: Folder) -> None:
    """An incident is there even though the source broke after it, and even when only collecting."""
    folder.connect("shop", "tester", instance="acme", torn=True)
    summary = folder.run(derive=False)

    assert summary.sound.incidents == {"opened": 1}
    assert [problem.message for problem in summary.problems] == ["the rest is torn"]
    assert incidents(folder) == [("uniqueness", "open")]


def test_a_tools_results_that_cannot_be_kept_take_their_batch_along(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch and incident are one transaction: the next cycle reads it again, and both are there once."""

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    folder.connect("shop", "tester", instance="acme")
    with monkeypatch.context() as patch:
        patch.setattr("assay.cycle.collecting.record", fails)
        broken = folder.run(derive=False)
    seen = folder.seen("shop")
    folder.run(derive=False)

    assert (len(broken.problems), seen) == (1, frozenset())
    assert incidents(folder) == [("uniqueness", "open")]


def test_a_step_that_fails_stops_no_other(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was to be told is told though no check could be run."""

    def fails(*_: object) -> None:
        raise RuntimeError("the declarations are on fire")

    folder.connect("shop", "tester", instance="acme")
    folder.write(MEMO)
    monkeypatch.setattr(soundness, "gather", fails)
    summary = folder.run()

    assert [problem.step for problem in summary.problems] == [Step.CHECK]
    assert len(MemoChannel.kept) == 1


def test_what_is_unusual_is_an_incident(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The detector's verdicts count by themselves; a series that is watched no longer lets its incident go."""
    said = Check("detector:x", ORDERS_KEY, "detector", Cause.VOLUME, source=CheckSource.DETECTOR)
    found = [CheckResult(said, NOW, Outcome.FAIL, "half of it is gone")]
    monkeypatch.setattr(soundness, "watch", lambda *_: found)
    folder.write(PASSING)
    first = folder.run().sound
    found.clear()
    second = folder.run(now=NOW + timedelta(hours=1)).sound

    assert (first.checks, first.anomalies, first.incidents) == ({"pass": 1}, {"fail": 1}, {"opened": 1})
    assert (second.anomalies, second.incidents) == ({}, {"resolved": 1})


def test_a_detector_that_fails_is_told_and_lets_no_incident_go(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not knowing is no reason to say that all is well."""
    said = Check("detector:x", ORDERS_KEY, "detector", Cause.VOLUME, source=CheckSource.DETECTOR)

    def watch(_session: object, now: datetime, *_: object) -> list[CheckResult]:
        if now > NOW:
            raise RuntimeError("too much of it")
        return [CheckResult(said, NOW, Outcome.FAIL, "half of it is gone")]

    monkeypatch.setattr(soundness, "watch", watch)
    folder.run()
    summary = folder.run(now=NOW + timedelta(hours=1))

    assert [problem.step for problem in summary.problems] == [Step.DETECT]
    assert incidents(folder) == [("volume", "open")]


def test_a_route_to_nowhere_is_told_and_everybody_hears(folder: Folder) -> None:
    """An alert too many is better than none."""
    for text in (FAILING, MEMO, '[[routes]]\nchannels = ["caht"]'):
        folder.write(text)
    summary = folder.run()

    assert [problem.step for problem in summary.problems] == [Step.TELL]
    assert "caht" in summary.problems[0].message
    assert len(MemoChannel.kept) == 1


def test_a_channel_that_cannot_be_built_is_told_and_the_others_work(folder: Folder) -> None:
    """Its message waits until it can be."""
    for text in (FAILING, MEMO, '[channels.torn]\nkind = "torn"'):
        folder.write(text)
    summary = folder.run()

    assert [(problem.connection, problem.step) for problem in summary.problems] == [("torn", Step.TELL)]
    assert summary.sound.alerts["sent"] == 1
    assert (summary.sound.alerts["retried"], summary.sound.alerts["waiting"]) == (1, 1)


@pytest.mark.parametrize("step", [Step.COLLECT, Step.CHECK, Step.TELL, Step.TIDY])
def test_who_listens_can_end_the_cycle_at_a_safe_point(folder: Folder, step: Step) -> None:
    """What was done is kept, and the next cycle does the rest."""

    def stop(event: Event) -> None:
        if event.step is step:
            raise StoppedError

    folder.connect("acme", "meter")
    for text in (FAILING, MEMO):
        folder.write(text)
    with pytest.raises(StoppedError):
        folder.run(on_event=stop)
    kept = folder.rows("acme")
    folder.run()

    assert kept == (1 if step is Step.COLLECT else 5)
    assert folder.rows("acme") == 5
    assert len(MemoChannel.kept) == 1


def test_a_check_is_run_when_it_is_due(folder: Folder) -> None:
    """Its rhythm counts from its last result; what has none is run in every cycle."""
    folder.write(FAILING + '\nevery = "3h"')
    folder.write(PASSING)
    ran = [sum(folder.run(now=NOW + timedelta(hours=hours)).sound.checks.values()) for hours in range(5)]

    assert ran == [2, 1, 1, 2, 1]
    assert incidents(folder) == [("custom", "open")]
