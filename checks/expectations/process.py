"""The worker processes: one for each project, started when first asked and asked one thing at a time."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from assay.model.validations import struck
from checks.base import CheckError
from checks.deadline import CheckTimeoutError
from checks.words import counted, one_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM = Path(__file__).with_name("worker.py")
_QUIET = {
    "GX_ANALYTICS_ENABLED": "false",
    "GE_USAGE_STATS": "false",
    "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
}
"""What keeps Great Expectations and its drivers from telling anybody of anything."""

_LARGEST_ANSWER = 64 * 1024**2
_CHUNK = 1 << 16
_GRACE_S = 5.0


class WorkerError(CheckError):
    """The worker process could not be started, or ended before it answered."""


class _TimeIsOverError(Exception):
    """The time is over."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose worker it is: a project's folder (that of great_expectations.yml), and the Python to run it."""

    root: Path
    python: str = sys.executable


@dataclass(slots=True)
class Worker:
    """One process. What it prints besides its answers goes to `said`, whose end explains a sudden death."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]

    @classmethod
    def start(cls, place: Place) -> Worker:
        """Start it in the project's own folder; WorkerError when there is no such Python."""
        said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        try:
            process = subprocess.Popen(  # noqa: S603 - the Python of the files that declare the check
                [place.python, str(_PROGRAM), str(place.root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                cwd=place.root.parent,
                env={**os.environ, **_QUIET},
                start_new_session=True,
            )
        except OSError as error:
            said.close()
            raise WorkerError(
                f"{place.python} cannot be started: {error.strerror}.",
                hint="Check `python` of the check: the interpreter of an environment with Great Expectations.",
            ) from error
        return cls(process, said)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs: an idle worker ends by itself."""
        return self.process.poll() is None

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """Its answer. CheckTimeoutError when it takes longer, WorkerError when it dies: either way it is gone."""
        until = time.monotonic() + timeout_s
        try:
            pipe = self.process.stdin
            if pipe is not None:
                pipe.write(json.dumps(request, default=str).encode() + b"\n")
                pipe.flush()
            return self._answer(until)
        except OSError:
            raise self._dead() from None
        except _TimeIsOverError:
            self.stop()
            raise CheckTimeoutError(
                f"The expectations took longer than {counted(timeout_s, 'second')}.",
                hint="Make the suite faster, or raise timeout_s of the check.",
            ) from None

    def stop(self) -> None:
        """End it with all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.said):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was never taken from the pipe is nobody's loss
                    pipe.close()

    def _answer(self, until: float) -> dict[str, Any]:
        pipe, told = self.process.stdout, bytearray()
        while pipe is not None and not told.endswith(b"\n") and len(told) <= _LARGEST_ANSWER:
            left = until - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise _TimeIsOverError
            chunk = os.read(pipe.fileno(), _CHUNK)
            if not chunk:
                raise self._dead()
            told += chunk
        try:
            answer = json.loads(told)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            self.stop()
            raise WorkerError("The worker gave no answer that can be read.", hint="Report this.")
        return answer

    def _dead(self) -> WorkerError:
        """The error that explains its death: by its code or signal, and the last line it printed."""
        try:
            code = self.process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:  # it closed its answers and lives on
            self.process.kill()
            code = self.process.wait()
        size = self.said.seek(0, os.SEEK_END)
        self.said.seek(max(0, size - 4000))
        lines = self.said.read().decode(errors="replace").replace("\r", "\n").split("\n")
        last = next((line for line in reversed(lines) if line.strip() and "Calculating" not in line), "")
        self.stop()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return WorkerError(
            one_sentence(f"The worker of the expectations {how} before it answered. {struck(last)}"),
            hint="Was there too little memory? Run it again; give `python` where the project has its own environment.",
        )


@dataclass(slots=True)
class Workers:
    """The workers of this process, by place."""

    _running: dict[Place, Worker] = field(default_factory=dict)
    _locks: dict[Place, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, place: Place, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """The answer of a place's worker, which is started when there is none; errors as of `Worker.ask`."""
        with self._lock:
            lock = self._locks.setdefault(place, threading.Lock())
        with lock:
            worker = self._running.pop(place, None)
            if worker is not None and not worker.is_alive:
                worker.stop()
                worker = None
            worker = worker or Worker.start(place)
            answer = worker.ask(request, timeout_s)
            self._running[place] = worker
            return answer

    def close(self) -> None:
        """End them all."""
        while self._running:
            self._running.popitem()[1].stop()


WORKERS = Workers()
"""The workers every check shares; they end with the program."""

atexit.register(WORKERS.close)
