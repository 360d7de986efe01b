"""`assay serve` and `assay demo`, as they are started for real."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

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


def test_a_port_in_use_is_told(own_company: Program) -> None:
    """With the way to choose another."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = own_company("serve", "--port", str(taken.getsockname()[1]))

    assert told.code == 2
    assert "--port" in told.err
