"""Connections: is every source read, how far behind is it, and what would mend it?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint

from assay.model.assets import WATCHER, AssetKey
from assay.store import collections, search
from web import state
from web.format import now_ms
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.store.collections import StreamStatus
    from assay.store.search import AssetLine

blueprint = Blueprint("connections", __name__)
ORDER = ("failed", "degraded", "ok")
OWN_STATEMENTS = (
    "collector",
)  # the asset of an account that they are charged to; budgets are the watcher's, too


@dataclass(frozen=True, slots=True)
class Connection:
    """A source: its worst stream decides its state, its newest success when it was last read."""

    name: str
    kind: str
    status: str
    last_success_ms: int | None
    streams: Sequence[StreamStatus]


def query(session: Session) -> list[Connection]:
    """Read the newest line of each stream's log."""
    return grouped(collections.latest(session))


def grouped(streams: Sequence[StreamStatus]) -> list[Connection]:
    """Streams by their connection; they come in its order."""
    return [_connection(name, list(of)) for name, of in groupby(streams, key=lambda one: one.connection)]


def watching(session: Session) -> list[AssetLine]:
    """What Assay's own statements cost each account in 30 days: empty where only exports are read."""
    lines = search.search(session, facets={"platform": [WATCHER]}, sort="-cost").lines
    return [line for line in lines if AssetKey.parse(line.key).path == OWN_STATEMENTS]


def _connection(name: str, streams: list[StreamStatus]) -> Connection:
    states = {stream.status for stream in streams}
    worst = next((status for status in ORDER if status in states), "ok")
    successes = [stream.last_success_ms for stream in streams if stream.last_success_ms is not None]
    streams.sort(
        key=lambda stream: (ORDER.index(stream.status) if stream.status in ORDER else 0, stream.stream)
    )
    return Connection(name, state.kind(name), worst, max(successes, default=None), streams)


@blueprint.get("/connections")
def page() -> str:
    """The page."""
    return rendered(
        "connections.html",
        ask=asked(),
        told=query(state.session()),
        watching=watching(state.session()),
        now_ms=now_ms(),
    )
