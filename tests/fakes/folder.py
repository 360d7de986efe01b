"""An Assay folder with its store and facts, whose cycles run with the fake collectors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from fakes.sound import sound_registry
from sqlalchemy import select

from assay.config import Settings, add_connection, write_new
from assay.cycle import CycleSummary, run_cycle
from assay.facts.files import FactFiles
from assay.facts.streams import WAREHOUSE_METERING
from assay.store import collections
from assay.store.engine import Store
from assay.store.tables import CollectionRow

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


class Folder:
    """An Assay folder with its store and facts."""

    def __init__(self, path: Path, store: Store, url: str) -> None:
        self.path = path
        self.store = store
        self.settings = _load(path, url)
        self._url = url
        self.files = FactFiles(self.settings.facts.root, store)

    @classmethod
    def opened(cls, path: Path, url: str = "") -> Folder:
        """Make the folder, or open it again; its store is its own unless a URL names another."""
        write_new(path)
        return cls(path, Store.create(_load(path, url).store.url), url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def connect(self, name: str, kind: str, **options: object) -> None:
        """Add or change a connection."""
        add_connection(self.path, name, kind, options)
        self.settings = _load(self.path, self._url)

    def write(self, text: str) -> None:
        """Write more settings."""
        with (self.path / "assay.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
        self.settings = _load(self.path, self._url)

    def run(self, **options: object) -> CycleSummary:
        """One cycle with the fake collectors, checks and channels."""
        given: Any = {"now": NOW, "registry": sound_registry()} | options
        return run_cycle(self.settings, self.store, self.files, **given)

    def rows(self, name: str) -> int:
        """The metering rows that stand, repeats and all."""
        with self.store.read() as session:
            return sum(file.rows for file in self.files.files(session, name, WAREHOUSE_METERING))

    def seen(self, name: str) -> frozenset[str]:
        """The fingerprints of the files the connection has read whole."""
        with self.store.read() as session:
            return collections.seen(session, name)

    def log(self) -> list[CollectionRow]:
        """The collection log."""
        with self.store.read() as session:
            return list(session.scalars(select(CollectionRow).order_by(CollectionRow.id)))


def _load(path: Path, url: str) -> Settings:
    return Settings.load(path, {"store.url": url} if url else {}, environ={})
