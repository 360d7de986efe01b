"""The scene as a function sees it in its process: the store read here, the warehouse asked through the main process."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.model.assets import AssetKey
from assay.store.engine import Store
from assay.store.schemas import of_dicts
from checks.base import AssetFacts, CheckError, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

Ask = Callable[[dict[str, Any]], Any]
"""Puts a question to the main process."""


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """The store, opened when it is first read."""

    url: str

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of it."""
        with _opened(self.url).read() as session:
            yield session


@cache
def _opened(url: str) -> Store:
    return Store.open(url)


@dataclass(frozen=True, slots=True)
class RemoteWarehouse:
    """The warehouse of the main process; what it cannot answer is a CheckError."""

    ask: Ask

    @property
    def dialect(self) -> str:
        """The warehouse's own."""
        return str(self._asked(what="dialect")["gives"])

    def relation(self, asset: AssetKey) -> str:
        """The warehouse's own."""
        return str(self._asked(what="relation", asset=str(asset))["gives"])

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The rows, of the types the driver gives them."""
        reply = self._asked(what="query", sql=sql, limit=limit)
        rows: list[tuple[Any, ...]] = pickle.loads(base64.b64decode(reply["rows"]))  # noqa: S301 - the main process is trusted
        return rows

    def _asked(self, **question: object) -> Mapping[str, Any]:
        reply: Mapping[str, Any] = self.ask(question)
        if "error" in reply:
            raise CheckError(reply["error"], hint=reply["hint"])
        return reply


def scene_of(told: Mapping[str, Any], folder: Path, ask: Ask) -> Scene:
    """The scene the main process told of."""
    read_until = told["read_until"]
    return Scene(
        now=datetime.fromisoformat(told["now"]),
        store=RemoteStore(told["store"]),
        asset=AssetFacts(AssetKey.parse(told["asset"]), told["asset_id"], of_dicts(told["columns"])),
        warehouse=RemoteWarehouse(ask) if told["has_warehouse"] else None,
        folder=folder,
        read_until=None if read_until is None else datetime.fromisoformat(read_until),
    )
