"""One cycle at a time in a folder. The kernel frees the lock of a process that dies, so it is never stale."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.errors import AssayError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class BusyError(AssayError):
    """Another cycle runs in this folder."""


@contextmanager
def only_one(file: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock `file` during the block; BusyError naming its owner when it is held, unless `wait`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(handle, file, wait=wait)
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC".encode(), 0)
        yield
    finally:
        os.close(handle)  # frees the lock; the file stays, since removing it would race with the next owner


def _take(handle: int, file: Path, *, wait: bool) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, _, since = os.pread(handle, 100, 0).decode(errors="replace").partition(" ")
        raise BusyError(
            f"Another cycle runs in {file.parent.parent}: process {pid or '?'}, since {since or 'just now'}.",
            hint="Wait until it ends, or pass --wait to queue behind it.",
        ) from None
