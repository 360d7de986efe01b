"""A real `assay worker` that is told to end, held up, or killed: its cycle is done once, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import pytest
from fakes.folder import Folder
from fakes.gate import Gate
from sqlalchemy import select, update

from assay.store.tables import JobRunRow

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent.parent
PLUGINS = "[assay.collectors]\nmeter = fakes.feed:Meter\ngated = fakes.gate:GatedMeter\n"
BOUND_S = 60
"""No test waits longer for a process, however busy the machine is."""


@dataclass
class Site:
    """An Assay folder, the gate in its meter, and the packages a worker finds its plug-ins in."""

    path: Path
    url: str
    gate: Gate
    plugins: Path

    @contextmanager
    def opened(self) -> Iterator[Folder]:
        """The folder, to look into it or to change it."""
        with Folder.opened(self.path, self.url) as folder:
            yield folder

    def cycles(self) -> list[tuple[int, str]]:
        """Attempt and state of each slot of the cycle."""
        with self.opened() as folder, folder.store.read() as session:
            rows = session.scalars(select(JobRunRow).where(JobRunRow.job == "cycle"))
            return [(row.attempt, row.state) for row in rows]

    def rows(self) -> int:
        """How much of the meter stands in the facts."""
        with self.opened() as folder:
            return folder.rows("acme")

    @contextmanager
    def worker(self, folder: Path | None = None) -> Iterator[Worker]:
        """A worker on the folder, killed at the end if it still runs."""
        paths = os.pathsep.join(map(str, (self.plugins, TESTS)))
        facts = str(self.path / ".assay" / "facts")
        environment = os.environ | {
            "PYTHONPATH": paths,
            "ASSAY_STORE__URL": self.url,
            "ASSAY_FACTS__ROOT": facts,
        }
        with subprocess.Popen(
            [sys.executable, "-m", "assay", "worker", "--dir", str(folder or self.path)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            bound = Timer(BOUND_S, process.kill)
            bound.start()
            try:
                yield Worker(process)
            finally:
                bound.cancel()
                process.kill()


@dataclass
class Worker:
    """A worker's process."""

    process: subprocess.Popen[str]

    def until_done(self) -> str:
        """Read its log until a cycle is done; that line."""
        assert self.process.stderr is not None
        lines = iter(self.process.stderr.readline, "")
        return next(line for line in lines if '"job": "cycle"' in line and '"done"' in line)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def code(self) -> int:
        """Its exit code, when it has ended."""
        return self.process.wait(BOUND_S)


@contextmanager
def made_site(folder: Path, url: str) -> Iterator[Site]:
    """A folder with a gated meter of five hours."""
    package = folder / "plugins" / "assay_test_plugins-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: assay-test-plugins\nVersion: 1\n", "utf-8"
    )
    (package / "entry_points.txt").write_text(PLUGINS, "utf-8")
    site = Site(folder / "assay", url, Gate(folder / "gate"), folder / "plugins")
    with site.opened() as opened:
        opened.connect("acme", "gated", at=2, gate=str(site.gate.folder))
        opened.write("[worker]\ngrace_s = 20\ncycle_every_min = 1440")
    yield site
    site.gate.close()


@pytest.fixture
def site(tmp_path: Path, store_url_text: str) -> Iterator[Site]:
    """A site on each database."""
    with made_site(tmp_path, store_url_text) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    """A site on SQLite."""
    with made_site(tmp_path, sqlite_url) as made:
        yield made


@pytest.fixture
def shared(tmp_path: Path, postgres_url: str) -> Iterator[Site]:
    """A site on PostgreSQL."""
    with made_site(tmp_path, postgres_url) as made:
        yield made


def test_a_worker_told_to_end_stops_at_a_safe_point(site: Site) -> None:
    """It ends well, its slot is free, what it stored stands; the next worker does the rest, without a death counted."""
    with site.worker() as worker:
        site.gate.wait(BOUND_S)
        worker.tell(signal.SIGTERM)
        site.gate.open()
        code = worker.code()
    left = (code, site.cycles(), site.rows())
    site.gate.remove()
    with site.worker() as worker:
        worker.until_done()
        worker.tell(signal.SIGINT)
        second = worker.code()

    assert left == (0, [], 3)
    assert (second, site.cycles(), site.rows()) == (0, [(1, "done")], 5)


def test_a_worker_that_comes_to_no_safe_point_ends_all_the_same(own: Site) -> None:
    """Within its grace; its slot is free."""
    toml = own.path / "assay.toml"
    toml.write_text(toml.read_text("utf-8").replace("grace_s = 20", "grace_s = 1"), "utf-8")
    with own.worker() as worker:
        own.gate.wait(BOUND_S)
        worker.tell(signal.SIGTERM)
        code = worker.code()

    assert (code, own.cycles(), own.rows()) == (0, [], 2)


def test_a_killed_workers_slot_is_taken_up_by_the_next(site: Site) -> None:
    """After its lease, with the next attempt; no row is lost or stands twice."""
    with site.worker() as worker:
        site.gate.wait(BOUND_S)
        worker.tell(signal.SIGKILL)
        code = worker.code()
    left = (code, site.cycles(), site.rows())
    site.gate.remove()
    with site.opened() as folder, folder.store.write() as session:
        session.execute(update(JobRunRow).values(lease_ms=1))  # as if its lease had run out
    with site.worker() as worker:
        worker.until_done()
        worker.tell(signal.SIGTERM)
        worker.code()

    assert left == (-signal.SIGKILL, [(1, "running")], 2)
    assert (site.cycles(), site.rows()) == ([(2, "done")], 5)


def test_of_two_workers_one_runs_the_cycle(shared: Site) -> None:
    """Also where no lock of a folder parts them: each has a folder of its own, and they share the store."""
    second = shared.path.with_name("second")
    second.mkdir()
    (second / "assay.toml").write_bytes((shared.path / "assay.toml").read_bytes())
    with ExitStack() as stack:
        workers = [stack.enter_context(shared.worker(path)) for path in (shared.path, second)]
        first = shared.gate.wait(BOUND_S)
        shared.gate.open()
        for worker in workers:
            if worker.process.pid == first:
                worker.until_done()
            worker.tell(signal.SIGTERM)
        codes = [worker.code() for worker in workers]

    assert codes == [0, 0]
    assert (shared.cycles(), shared.rows()) == ([(1, "done")], 5)
