"""An input file of a command, of no more bytes than can be worked on: a pipe has no size before it is read."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 20


@contextmanager
def bounded(path: Path, most_bytes: int) -> Iterator[Path]:
    """The file itself, or a pipe's content in a file of its name; UsageError where there is more than `most_bytes`.

    What cannot be opened is left to whoever reads it.
    """
    if not path.exists() or path.is_dir() or path.is_file():
        if path.is_file() and path.stat().st_size > most_bytes:
            raise _too_large(path, most_bytes)
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        _copy(path, copy, most_bytes)
        yield copy


def _copy(pipe: Path, copy: Path, most_bytes: int) -> None:
    left = most_bytes
    with pipe.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _too_large(pipe, most_bytes)
            target.write(chunk)


def _too_large(path: Path, most_bytes: int) -> UsageError:
    return UsageError(
        f"{path} holds more than {most_bytes / 1_000_000:g} MB.",
        hint="Divide it: series are scored one by one.",
    )
