"""Where artifacts lie: a local folder or a prefix in S3. Both list files and give their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Protocol

from assay.errors import ConnectionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".json", ".json.gz")


@dataclass(frozen=True, slots=True)
class Found:
    """A file: its folder and name below the target, its bytes, when it was written (epoch seconds), its fingerprint."""

    folder: str
    name: str
    size: int
    modified: float
    fingerprint: str

    @property
    def path(self) -> str:
        """The file's path below the target."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class Place(Protocol):
    """A target."""

    def files(self) -> Iterator[Found]:
        """Every JSON file (plain or gzipped) below the target, in order of path."""

    def read(self, found: Found) -> bytes:
        """The bytes of a file."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A local target."""

    root: Path

    def files(self) -> Iterator[Found]:
        """Every JSON file below the folder; installed packages and partial parse state are no artifacts."""
        if not self.root.is_dir():
            raise ConnectionFailedError(
                f"There is no folder {self.root}.",
                hint="Point `target` at a dbt target folder, or a folder of such.",
            )
        for path in sorted(self.root.rglob("*.json*")):
            below = path.relative_to(self.root)
            if path.name.endswith(ENDINGS) and "dbt_packages" not in below.parts:
                yield from self._found(path, below)

    def _found(self, path: Path, below: Path) -> Iterator[Found]:
        try:
            stat = path.stat()
        except OSError:  # gone since it was listed, or a link to nowhere
            return
        if S_ISREG(stat.st_mode):
            folder = "" if below.parent == Path() else below.parent.as_posix()
            print_of = f"{below.as_posix()}:{stat.st_size}:{stat.st_mtime_ns}"
            yield Found(folder, path.name, stat.st_size, stat.st_mtime, print_of)

    def read(self, found: Found) -> bytes:
        """The bytes of a file."""
        try:
            return (self.root / found.path).read_bytes()
        except OSError as error:
            raise ConnectionFailedError(
                f"{self.root / found.path} cannot be read: {error.strerror}.",
                hint="Let Assay's user read the target folder.",
            ) from error


def place_of(target: str) -> Place:
    """The place a target names."""
    if target.startswith("s3://"):
        from collectors.dbt.s3 import Bucket  # noqa: PLC0415 - boto3 is slow to import and only S3 needs it

        return Bucket.of(target)
    return Folder(Path(target).expanduser())
