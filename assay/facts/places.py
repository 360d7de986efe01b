"""Where files of facts are kept: a local folder, or an object store. Paths inside a place use '/'."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from assay.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UNFINISHED = ".tmp"
"""The ending of a file that is still being written; no reader ever takes one."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a place, and when it was written (epoch ms)."""

    path: str
    written_ms: int


class Place(Protocol):
    """A folder for files that are written once, whole or not at all, and never changed."""

    def address(self, path: str) -> str:
        """What a reader outside opens: a file name or a URL."""

    def write(self, path: str, table: pa.Table) -> int:
        """Write a Parquet file so that it outlives a crash from here on; its size in bytes."""

    def read(self, path: str) -> pa.Table:
        """The whole file."""

    def missing(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that are not there."""

    def listing(self) -> Iterator[Found]:
        """Every file, unfinished ones too."""

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone already is no error."""


def place_at(root: str | Path) -> Place:
    """The place behind `root`: a local folder, or s3://bucket/prefix (options of the store after a '?')."""
    text = str(root)
    if "://" not in text:
        return LocalPlace(Path(text).absolute())
    if not text.startswith("s3://"):
        raise ConfigError(
            f"Facts cannot be kept at {text!r}.", hint="Write a folder or s3://bucket/prefix as facts.root."
        )
    base, _, options = text.partition("?")
    try:
        system, inside = pafs.FileSystem.from_uri(text)
    except (pa.ArrowInvalid, OSError) as error:
        raise ConfigError(
            f"Facts cannot be kept at {base!r}: {error}", hint="Check facts.root and its options."
        ) from error
    return ObjectPlace(system, inside, base.rstrip("/"), options)


class LocalPlace:
    """A folder on this machine's own disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def address(self, path: str) -> str:
        """The file's name."""
        return str(self._root / path)

    def write(self, path: str, table: pa.Table) -> int:
        """Write beside, force to disk, rename, force the folder: a crash leaves the whole file or none."""
        final = self._root / path
        unfinished = final.with_name(final.name + UNFINISHED)
        with told(str(final)):
            try:
                _make_folders(final.parent)
                with unfinished.open("wb") as sink:
                    pq.write_table(table, sink, compression="zstd")
                    sink.flush()
                    os.fsync(sink.fileno())
                    size = sink.tell()
                unfinished.rename(final)
            except BaseException:
                with suppress(OSError):
                    unfinished.unlink(missing_ok=True)
                raise
            _sync_folder(final.parent)
        return size

    def read(self, path: str) -> pa.Table:
        """The whole file."""
        with told(self.address(path)), (self._root / path).open("rb") as source:
            return pq.read_table(source)

    def missing(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that are not there."""
        return [path for path in paths if not (self._root / path).is_file()]

    def listing(self) -> Iterator[Found]:
        """Every file, unfinished ones too."""
        for folder, _, names in os.walk(self._root):
            for name in names:
                file = Path(folder, name)
                with suppress(FileNotFoundError):  # another sweep may be quicker
                    yield Found(file.relative_to(self._root).as_posix(), file.stat().st_mtime_ns // 1_000_000)

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone already is no error."""
        with told(self.address(path)):
            (self._root / path).unlink(missing_ok=True)


class ObjectPlace:
    """A prefix of an object store, where a put is whole or not at all."""

    def __init__(self, system: pafs.FileSystem, inside: str, base: str, options: str = "") -> None:
        self._system = system
        self._inside = inside.rstrip("/")
        self._base = base
        self._options = f"?{options}" if options else ""

    def address(self, path: str) -> str:
        """The object's URL, with the options of the store."""
        return f"{self._base}/{path}{self._options}"

    def write(self, path: str, table: pa.Table) -> int:
        """Put the file in one go from memory: a stream that breaks off half way would be kept as it is."""
        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer, compression="zstd")
        content = buffer.getvalue()
        with told(self.address(path)), self._system.open_output_stream(self._name(path)) as sink:
            sink.write(content)
        return int(content.size)

    def read(self, path: str) -> pa.Table:
        """The whole file."""
        with told(self.address(path)):
            return pq.read_table(self._name(path), filesystem=self._system, partitioning=None)

    def missing(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that are not there."""
        wanted = list(paths)
        with told(self._base):
            infos = self._system.get_file_info([self._name(path) for path in wanted])
        return [path for path, info in zip(wanted, infos, strict=True) if info.type != pafs.FileType.File]

    def listing(self) -> Iterator[Found]:
        """Every object under the prefix."""
        below = pafs.FileSelector(self._inside, allow_not_found=True, recursive=True)
        with told(self._base):
            infos = self._system.get_file_info(below)
        for info in infos:
            if info.type == pafs.FileType.File:
                yield Found(info.path.removeprefix(f"{self._inside}/"), (info.mtime_ns or 0) // 1_000_000)

    def delete(self, path: str) -> None:
        """Remove an object; one that is gone already is no error."""
        with suppress(FileNotFoundError), told(self.address(path)):
            self._system.delete_file(self._name(path))

    def _name(self, path: str) -> str:
        return f"{self._inside}/{path}"


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn a failure of the disk or the object store into a StoreError with the next step."""
    try:
        yield
    except FileNotFoundError:
        raise
    except pa.ArrowInvalid as error:
        raise StoreError(
            f"The file of facts {where} is damaged: {error}",
            hint="Restore the file from a backup of the facts folder.",
        ) from error
    except OSError as error:
        if error.errno in _FULL:
            raise StoreError(
                f"There is no space left to write {where}.",
                hint="Free space in the facts folder and run again; nothing stored was lost.",
            ) from error
        raise StoreError(
            f"The facts at {where} cannot be used: {error}", hint="Check facts.root and the rights on it."
        ) from error


def _make_folders(folder: Path) -> None:
    """Make a folder and those above it; each new name is forced to disk with its parent."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
