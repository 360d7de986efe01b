"""`assay serve` and `assay demo`, as they are started for real."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from assay.store.engine import Store
from assay.store.tables import JobRunRow

if TYPE_CHECKING:
    from cli.conftest import Program


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("command", [["serve", "--dev"], ["demo", "--days", "4", "--queries", "1500"]])
def test_the_dashboard_answers_until_interrupted(own_company: Program, command: list[str]) -> None:
    """It says where it is when it can be reached, and Ctrl-C ends it quietly."""
    port = _free_port()
    arguments = [*command, "--port", str(port), "--dir", str(own_company.folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "assay", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        try:
            said = server.stderr.readline()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
                status = answer.status
        finally:
            server.send_signal(signal.SIGINT)
        rest = server.stderr.read()

    assert said == f"Assay is on http://127.0.0.1:{port} (Ctrl-C ends it)\n"
    assert status == 200
    assert (server.returncode, rest) == (0, "")


def test_a_port_in_use_is_told(assay: Program, own_company: Program) -> None:
    """With the way to choose another, and before the demo makes anything."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answers = own_company("serve", "--port", port), assay("demo", "--port", port)

    for told in answers:
        assert told.code == 2
        assert "--port" in told.err
    assert not assay.folder.exists()


def test_where_it_is_served_can_be_read_by_a_program(
    own_company: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--json says the address on stdout."""

    class Server:
        def run(self) -> None:
            """Serve nobody."""

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr(
        "assay.cli.serve.waitress.create_server", lambda *_, sockets, **__: sockets[0].close() or Server()
    )
    port = _free_port()

    assert own_company("serve", "--json", "--port", str(port)).json == {"url": f"http://127.0.0.1:{port}"}


@pytest.mark.parametrize(("options", "cycles"), [([], 1), (["--no-worker"], 0)])
def test_the_dashboard_works_beside_serving(own_company: Program, options: list[str], cycles: int) -> None:
    """A cycle is run by the same process unless it is told not to; SIGTERM ends both in order."""
    port = _free_port()
    arguments = ["serve", *options, "--port", str(port), "--dir", str(own_company.folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "assay", *arguments], stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        server.stderr.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
            status = answer.status
        begun = _cycles_begun(own_company, at_least=cycles)
        server.send_signal(signal.SIGTERM)
        rest = server.stderr.read()

    assert (status, server.returncode, rest) == (200, 0, "")
    assert begun == cycles
    assert _cycles(own_company, state="running") == 0


def _cycles_begun(program: Program, *, at_least: int) -> int:
    """How many slots of the cycle are claimed, as soon as there are so many; within a minute."""
    until = time.monotonic() + 60
    while (found := _cycles(program)) < at_least and time.monotonic() < until:
        threading.Event().wait(0.05)
    return found


def _cycles(program: Program, **where: str) -> int:
    with Store.open(f"sqlite:///{program.folder}/.assay/assay.db") as store, store.read() as session:
        return session.query(JobRunRow).filter_by(job="cycle", **where).count()
