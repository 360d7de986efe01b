"""The worker processes: one for each program, started when first asked and asked one thing at a time."""

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
from checks.processes.loop import ASKS
from checks.words import counted, one_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reply = Callable[[Mapping[str, Any], float], Mapping[str, Any]]
    """The reply to a worker's question, with so many seconds left for it."""

_LOOP = Path(__file__).with_name("loop.py")
_LARGEST_ANSWER = 64 * 1024**2
_CHUNK = 1 << 16
_WRITABLE = 512
"""So many bytes a pipe takes at once when it takes any (POSIX's least PIPE_BUF)."""
_GRACE_S = 5.0


class WorkerError(CheckError):
    """The worker process could not be started, or ended before it answered."""


class _TimeIsOverError(Exception):
    """The time is over."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a worker runs: the file that answers, its argument, the Python, where, and how people are told of it.

    `noise` stands in lines that explain nothing; `mend` and `hurry` are the next steps when it dies or is late.
    """

    file: Path
    argument: str
    what: str
    python: str = sys.executable
    folder: Path | None = None
    env: tuple[tuple[str, str], ...] = ()
    noise: str = ""
    mend: str = ""
    hurry: str = ""


@dataclass(slots=True)
class Worker:
    """One process. What it prints besides its answers goes to `said`, whose end explains a sudden death."""

    program: Program
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    @classmethod
    def start(cls, program: Program) -> Worker:
        """Start it in the program's folder; WorkerError when there is no such Python."""
        said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        try:
            process = subprocess.Popen(  # noqa: S603 - the Python of the files that declare the check
                [program.python, str(_LOOP), str(program.file), program.argument],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                cwd=program.folder,
                env={**os.environ, **dict(program.env)},
                start_new_session=True,
            )
        except OSError as error:
            said.close()
            raise WorkerError(
                f"{program.python} cannot be started: {error.strerror}.", hint=program.mend
            ) from error
        return cls(program, process, said)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs: an idle worker ends by itself."""
        return self.process.poll() is None

    def ask(self, request: Mapping[str, Any], timeout_s: float, reply: Reply | None = None) -> dict[str, Any]:
        """Its answer, after what it asks in turn is replied to.

        CheckTimeoutError when all of it takes longer, WorkerError when it dies: either way it is gone.
        """
        until = time.monotonic() + timeout_s
        try:
            answer = self._exchange(request, until)
            while reply is not None and ASKS in answer:
                answer = self._exchange(reply(answer[ASKS], until - time.monotonic()), until)
        except OSError:
            raise self._dead() from None
        except _TimeIsOverError:
            self.stop()
            raise CheckTimeoutError(
                f"The {self.program.what} took longer than {counted(timeout_s, 'second')}.",
                hint=self.program.hurry,
            ) from None
        return answer

    def _exchange(self, told: Mapping[str, Any], until: float) -> dict[str, Any]:
        pipe, left = self.process.stdin, memoryview(json.dumps(told, default=str).encode() + b"\n")
        while pipe is not None and left:
            if not select.select([], [pipe], [], max(until - time.monotonic(), 0))[1]:
                raise _TimeIsOverError
            left = left[os.write(pipe.fileno(), left[:_WRITABLE]) :]
        return self._answer(until)

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
        last = next((line for line in reversed(lines) if line.strip() and not self._is_noise(line)), "")
        self.stop()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return WorkerError(
            one_sentence(f"The worker of the {self.program.what} {how} before it answered. {struck(last)}"),
            hint=self.program.mend,
        )

    def _is_noise(self, line: str) -> bool:
        return bool(self.program.noise) and self.program.noise in line


@dataclass(slots=True)
class Workers:
    """The workers of this process, by program."""

    _running: dict[Program, Worker] = field(default_factory=dict)
    _locks: dict[Program, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self, program: Program, request: Mapping[str, Any], timeout_s: float, reply: Reply | None = None
    ) -> dict[str, Any]:
        """The answer of a program's worker, which is started when there is none; errors as of `Worker.ask`."""
        with self._lock:
            lock = self._locks.setdefault(program, threading.Lock())
        with lock:
            worker = self._running.pop(program, None)
            if worker is not None and not worker.is_alive:
                worker.stop()
                worker = None
            worker = worker or Worker.start(program)
            answer = worker.ask(request, timeout_s, reply)
            self._running[program] = worker
            return answer

    def close(self) -> None:
        """End them all."""
        while self._running:
            self._running.popitem()[1].stop()


WORKERS = Workers()
"""The workers every check shares; they end with the program."""

atexit.register(WORKERS.close)
