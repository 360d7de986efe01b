"""What the worker does: cycles with a sign of life, telling that goes on, settings read anew."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from fakes.clock import HandClock
from fakes.folder import Folder
from fakes.hook import Hook, running_hook
from fakes.sound import MemoChannel, sound_registry
from sqlalchemy import select, update
from structlog.testing import capture_logs

from assay.config import Settings
from assay.cycle.lock import only_one
from assay.errors import ConfigError
from assay.outbound import OutboundError
from assay.scheduler import Service
from assay.scheduler.current import Current
from assay.scheduler.heartbeat import beat
from assay.scheduler.ticker import Guarded, Ticker
from assay.store.tables import JobRunRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAILING = '[checks.rows]\nasset = "snowflake:acme:shop.marts.orders"\nkind = "said"\nfinds = "fail"'
MEMO = '[channels.chat]\nkind = "memo"'


@dataclass
class House:
    """An Assay folder with a worker whose clock is turned by hand and whose ticks are taken by hand."""

    folder: Folder
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.service = Service(self.folder.store, self.load, registry=sound_registry(), clock=self.clock)

    def load(self) -> Settings:
        """The settings as they are written now."""
        return Settings.load(self.folder.path, environ={})

    def tick(self) -> str:
        """Let the worker look after its job; what it said of the newest slot."""
        (job,) = self.service.jobs
        self.service.worker.tick(job)
        with self.folder.store.read() as session:
            newest = (
                select(JobRunRow).where(JobRunRow.job == job.name).order_by(JobRunRow.slot_ms.desc()).limit(1)
            )
            row = session.scalars(newest).one()
            return f"{row.state}: {row.message}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose settings name no channel yet."""
    MemoChannel.kept.clear()
    with Folder.opened(tmp_path / "assay") as folder:
        yield House(folder)


@pytest.fixture
def hook() -> Iterator[Hook]:
    """Somebody who waits for a sign of life."""
    with running_hook() as running:
        yield running


def watched(house: House, hook: Hook) -> None:
    """Name the heartbeat's address."""
    house.folder.write(f'[worker]\nheartbeat_url = "{hook.url}"\nheartbeat_on_premise = true')


def test_a_cycle_is_run_and_told(house: House) -> None:
    """What failed is told in the same slot, and the slot says what was done."""
    house.folder.connect("acme", "meter")
    house.folder.write(FAILING)
    house.folder.write(MEMO)

    assert house.tick().startswith("done: 5 rows read, 1 incidents opened, 0 problems")
    assert house.folder.rows("acme") == 5
    assert len(MemoChannel.kept) == 1


def test_a_good_cycle_gives_a_sign_of_life(house: House, hook: Hook) -> None:
    """One a cycle."""
    watched(house, hook)
    house.tick()
    house.tick()

    assert [request.path for request in hook.requests] == ["/hook/T0/B0/very-secret-part"]


def test_a_cycle_with_a_problem_gives_none(house: House, hook: Hook) -> None:
    """Who waits for it notices; the slot is done all the same."""
    watched(house, hook)
    house.folder.connect("acme", "meter", then="breaks", at=1)

    assert "1 problems" in house.tick()
    assert hook.requests == []


def test_a_heartbeat_that_fails_fails_nothing_else(house: House, hook: Hook) -> None:
    """It is logged, without its address."""
    hook.status = 500
    watched(house, hook)

    assert house.tick().startswith("done")
    with pytest.raises(OutboundError, match="answered 500") as raised:
        beat(house.load().worker)
    assert "very-secret-part" not in str(raised.value)


def test_a_heartbeats_address_may_be_kept_elsewhere(
    house: House, hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a file or a variable; one that is not there is told."""
    (tmp_path / "url").write_text(f"{hook.url}\n", encoding="utf-8")
    house.folder.write(f'[worker]\nheartbeat_url = "file:{tmp_path}/url"\nheartbeat_on_premise = true')
    said = house.load().worker
    monkeypatch.setenv("BEAT", hook.url)

    assert beat(said)
    assert beat(said.model_copy(update={"heartbeat_url": "env:BEAT"}))
    assert len(hook.requests) == 2
    with pytest.raises(ConfigError):
        beat(said.model_copy(update={"heartbeat_url": "env:NOWHERE_SET"}))
    assert not beat(said.model_copy(update={"heartbeat_url": ""}))


def test_a_cycle_that_runs_elsewhere_is_no_error(house: House) -> None:
    """The slot is skipped."""
    with only_one(house.folder.path / ".assay" / "cycle.lock"):
        assert house.tick().startswith("done: skipped: Another cycle runs")


def test_a_cycle_told_to_end_stops_between_two_batches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read stays; the slot is free, and the next worker reads the rest."""
    house.folder.connect("acme", "meter")
    files = type(house.folder.files)
    publish = files.publish

    def and_end(*arguments: object, **options: object) -> None:
        publish(*arguments, **options)  # type: ignore[arg-type] - handed on as they came
        house.service.worker.ending.set()

    with monkeypatch.context() as patch:
        patch.setattr(files, "publish", staticmethod(and_end))
        (job,) = house.service.jobs
        house.service.worker.tick(job)
    read = house.folder.rows("acme")
    next_house = House(house.folder, house.clock)

    assert read == 1
    assert next_house.tick().startswith("done: 4 rows read")


def test_tidying_forgets_old_slots(house: House) -> None:
    """After three months, by the cycle itself."""
    for _ in range(2):
        assert house.tick().startswith("done")
        with house.folder.store.read() as session:
            assert len(session.scalars(select(JobRunRow)).all()) == 1
        house.clock.pass_s(100 * 24 * 3600)


def test_delivery_sends_what_falls_due(house: House) -> None:
    """Also what a person's act or an earlier cycle left; a new channel is known without a new start."""
    house.folder.write(FAILING)
    house.folder.write(MEMO)
    with house.folder.store.write() as session:
        session.execute(update(OutboxRow).values(next_ms=0))
    house.tick()
    MemoChannel.kept.clear()
    with house.folder.store.write() as session:
        session.execute(update(OutboxRow).values(state="waiting", next_ms=house.clock() + 1000, lease_ms=0))
    house.service.delivery.pump()
    early = len(MemoChannel.kept)
    house.clock.pass_s(1)
    house.service.delivery.pump()

    assert (early, len(MemoChannel.kept)) == (0, 1)


def test_delivery_ends_when_it_is_told_to(house: House) -> None:
    """It sends nothing more, and says that nothing is under way."""
    house.folder.write(FAILING)
    house.folder.write(MEMO)
    house.service.worker.ending.set()
    house.service.delivery.pump()

    assert MemoChannel.kept == []
    assert house.service.delivery.ended(0)
    assert house.service.end()


def test_settings_are_read_anew_and_the_last_good_ones_stand(tmp_path: Path) -> None:
    """A slip of the pen in assay.toml stops no worker."""
    with Folder.opened(tmp_path / "assay") as folder:
        current = Current(lambda: Settings.load(folder.path, environ={}))
        folder.write("[incidents]\nopen_after = 7")
        changed = current().incidents.open_after
        toml = folder.path / "assay.toml"
        toml.write_text(toml.read_text(encoding="utf-8") + "\n[torn", encoding="utf-8")
        torn = current().incidents.open_after, current().incidents.open_after

    assert (changed, torn) == (7, (7, 7))


def test_a_tick_that_fails_is_told_once_and_taken_again() -> None:
    """A store that is away for an hour is not told seven hundred times."""
    calls = iter([RuntimeError("away"), RuntimeError("away"), None, RuntimeError("away")])

    def task() -> None:
        error = next(calls)
        if error is not None:
            raise error

    guarded = Guarded("cycle", task)
    with capture_logs() as lines:
        for _ in range(4):
            guarded()

    assert [line["why"] for line in lines] == ["RuntimeError: away"] * 2


def test_the_ticker_calls_at_once_and_stops() -> None:
    """Each task in a thread of its own."""
    called = [threading.Event(), threading.Event()]
    ticker = Ticker({str(number): (60, event.set) for number, event in enumerate(called)})
    ticker.start()
    rang = [event.wait(20) for event in called]
    ticker.stop()

    assert rang == [True, True]
