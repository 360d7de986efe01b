"""Read a folder of exported views: which files hold which view, and what in them is new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import ConnectionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from collectors.snowflake.views.base import View

ENDINGS = (".parquet", ".csv.gz", ".csv")
OTHER_ENDINGS = (
    ".json",
    ".jsonl",
    ".ndjson",
    ".tsv",
    ".avro",
    ".orc",
    ".xlsx",
    ".gz",
    ".bz2",
    ".zst",
    ".zip",
)
"""Forms data comes in that are not read here; a file of any other ending is a note or a script."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file of a view. Its fingerprint is its place, size and time of change: a changed file is another one."""

    path: Path
    place: str
    fingerprint: str

    @property
    def is_parquet(self) -> bool:
        """Whether it is Parquet (else CSV)."""
        return self.path.name.lower().endswith(".parquet")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds: the files of each view by the view's name, and what was not recognised."""

    files: dict[str, tuple[ExportFile, ...]]
    unknown: tuple[str, ...]

    def unread(self, view: str) -> str | None:
        """A file that bears the view's name and is of a form Assay does not read, if there is one."""
        data = (place for place in self.unknown if place.lower().endswith(OTHER_ENDINGS))
        return next((place for place in data if _view_of(place, {view: view})), None)


def is_data(place: str) -> bool:
    """Whether a file is in a form exports come in, read here or not."""
    return place.lower().endswith((*ENDINGS, *OTHER_ENDINGS))


def list_export(folder: Path, views: Iterable[View]) -> Listing:
    """Find each view's files: ``VIEW.parquet``, ``ACCOUNT_USAGE/VIEW.csv.gz``, ``VIEW/part-1.csv`` and the like.

    Letter case means nothing; of a path, the deepest part that names a view tells which it is.
    ConnectionFailedError when there is no such folder.
    """
    names = {view.name: view.name for view in views}
    found: dict[str, list[ExportFile]] = {name: [] for name in names}
    unknown: list[str] = []
    for path in _files(folder):
        place = path.relative_to(folder).as_posix()
        name = _view_of(place, names) if path.name.lower().endswith(ENDINGS) else None
        if name is None:
            unknown.append(place)
        else:
            found[name].append(_export_file(path, place))
    return Listing({name: tuple(files) for name, files in found.items()}, tuple(unknown))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ConnectionFailedError(
            f"there is no folder {folder}",
            hint="give the folder that holds the exported views, such as QUERY_HISTORY/",
        )
    hidden = (".", "_SUCCESS")
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(hidden))


def _view_of(place: str, names: dict[str, str]) -> str | None:
    """The view a path names: its file's first words, else the nearest folder's last."""
    *folders, file = place.upper().split("/")
    stem = file.removesuffix(".GZ").removesuffix(".CSV").removesuffix(".PARQUET")
    for part in (stem, *reversed(folders)):
        words = part.split(".")
        named = next((word for word in reversed(words) if word in names), None)
        if named:
            return names[named]
    return None


def _export_file(path: Path, place: str) -> ExportFile:
    stat = path.stat()
    told = f"{place}\0{stat.st_size}\0{stat.st_mtime_ns}"
    return ExportFile(path, place, hashlib.sha256(told.encode()).hexdigest())
