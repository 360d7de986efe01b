"""The scene of each check of a run: its asset's facts looked up, its warehouse opened once, when first asked."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import select

from assay.store.schemas import of_dicts
from assay.store.tables import AssetRow
from checks.base import AssetFacts, Scene
from checks.deadline import Busy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from assay.model.assets import AssetKey
    from assay.model.checks import Check
    from assay.model.warehouses import Warehouse
    from checks.base import Reads

    Opener = Callable[[AssetKey], AbstractContextManager[Warehouse] | None]
    """Opens the warehouse of an asset; None where no connection answers queries of it."""


class OnDemand:
    """A warehouse that is opened when it is first asked. What opening it raised is raised for every later asker."""

    def __init__(self, opening: AbstractContextManager[Warehouse], stack: ExitStack) -> None:
        self._opening = opening
        self._stack = stack
        self._opened: Warehouse | None = None
        self._error: Exception | None = None

    @property
    def dialect(self) -> str:
        """The warehouse's own."""
        return self._warehouse().dialect

    def relation(self, asset: AssetKey) -> str:
        """The warehouse's own."""
        return self._warehouse().relation(asset)

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The warehouse's own."""
        return self._warehouse().query(sql, limit)

    def cancel(self) -> None:
        """End the query under way, where the warehouse can."""
        if callable(cancel := getattr(self._opened, "cancel", None)):
            cancel()

    def _warehouse(self) -> Warehouse:
        if self._error is not None:
            raise self._error
        if self._opened is None:
            try:
                self._opened = self._stack.enter_context(self._opening)
            except Exception as error:
                self._error = error
                raise
        return self._opened


class Scenes:
    """Makes the scenes of a run's checks while it is entered; leaving it closes the warehouses it opened."""

    def __init__(
        self,
        store: Reads,
        now: datetime,
        open_warehouse: Opener,
        folder: Path | None = None,
        read_until: Mapping[tuple[str, str], datetime] | None = None,
    ) -> None:
        self._store = store
        self._now = now
        self._open = open_warehouse
        self._folder = folder
        self._read_until = read_until or {}
        self._stack = ExitStack()
        self._warehouses: dict[tuple[str, str], Warehouse | None] = {}

    def __call__(self, check: Check) -> Scene:
        """The scene of a check. What the store knows of its asset is read, and the store left again."""
        with self._store.read() as session:
            facts = facts_of(session, check.asset)
        return Scene(
            now=self._now,
            store=self._store,
            asset=facts,
            warehouse=self._warehouse(check.asset),
            folder=self._folder,
            read_until=self._read_until.get((check.asset.platform, check.asset.instance)),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _warehouse(self, asset: AssetKey) -> Warehouse | None:
        place = (asset.platform, asset.instance)
        if place not in self._warehouses:
            opening = self._open(asset)
            self._warehouses[place] = None if opening is None else Busy(OnDemand(opening, self._stack))
        return self._warehouses[place]


def facts_of(session: Session, key: AssetKey) -> AssetFacts:
    """What the store knows of an asset."""
    row = session.scalar(select(AssetRow).where(AssetRow.key == str(key)))
    return AssetFacts(key) if row is None else AssetFacts(key, row.id, of_dicts(row.columns))
