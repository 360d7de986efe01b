"""Start the Snowflake double; its environment is made once, in `.venv-fakesnow` at the project's root."""

from __future__ import annotations

import fcntl
import hashlib
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
_VENV = _ROOT / ".venv-fakesnow"
_LOCK = _ROOT / ".venv-locks" / "fakesnow"
_START_S = 30


def environment() -> Path:
    """The double's Python, installed when it is not there yet or its requirements changed."""
    wanted = _HERE / "requirements.txt"
    mark = _VENV / "installed"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    _LOCK.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once make it once
        if not mark.is_file() or mark.read_text() != digest:
            subprocess.run([sys.executable, "-m", "venv", "--clear", _VENV], check=True)
            install = [
                str(_VENV / "bin/python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ]
            subprocess.run([*install, "--requirement", str(wanted)], check=True, stderr=subprocess.DEVNULL)
            mark.write_text(digest)
    return _VENV / "bin/python"


@contextmanager
def serve(folder: Path) -> Iterator[int]:
    """Serve ``folder/SCHEMA/VIEW.parquet`` as tables; gives the port. The process started is the one stopped."""
    port = _free_port()
    log = folder / "server.log"
    with log.open("wb") as out:
        command = [str(environment()), str(_HERE / "server.py"), str(port), str(folder)]
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            _await(port, process, log)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)  # another process starts: there is nothing to wait on but its port
    raise RuntimeError(f"the Snowflake double did not start:\n{log.read_text()[-2000:]}")
