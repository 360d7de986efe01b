"""How much of a bill met an asset, and why nothing is metered where nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.figures import share
from assay.errors import AssayError, ConfigError, SourceError
from assay.facts.streams import QUERY_HISTORY, WAREHOUSE_METERING
from assay.model.time import Window
from assay.store import collections, costs

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.facts.streams import FactStream
    from assay.store.collections import StreamStatus

MUCH = 0.2
"""The share of a bill without an asset from which the way to name one is told."""
MORE = "assay costs --by application tells what sent them; a rule says whose they are: docs/how-to/map-queries.md"


def without_asset(session: Session, connection: str | None = None) -> dict[str, int]:
    """Nano-credits that met no asset, by service, over all days known."""
    known = costs.days(session, connection)
    if known is None:
        return {}
    window = Window(known[0], known[1] + 1)
    lines = costs.totals(session, "asset", window, ("service",), among=[""], connection=connection)
    return {str(line.group[0]): line.nano_credits for line in lines}


def said_of_assets(session: Session, nobodys: int, whole: int, connection: str | None = None) -> str:
    """How much of a bill met an asset, and where that is little, what would make it more."""
    told = f"{share(whole - nobodys, whole)} of it met an asset, {share(nobodys, whole)} met none."
    if nobodys < MUCH * whole:
        return told
    unread = _unread(session, QUERY_HISTORY, connection)
    return f"{told}\n→ {unread.hint if unread else MORE}"


def nothing_metered(session: Session, settings: Settings, folder: Path) -> AssayError:
    """Why there is no cost at all: no connection, meters that could not be read, or no run yet."""
    if not settings.connections:
        return no_connection(folder)
    return unread_meter(session) or SourceError(
        "Nothing is metered yet.",
        hint=f"assay run --dir {folder} reads the meters and works out the costs.",
    )


def unread_meter(session: Session, connection: str | None = None) -> SourceError | None:
    """Why the view that all costs stand on could not be read; None when it was."""
    line = _unread(session, WAREHOUSE_METERING, connection)
    if line is None:
        return None
    told = f"{line.connection}: nothing is metered, so nothing has a cost: {line.message}"
    return SourceError(told, hint=line.hint)


def _unread(session: Session, stream: FactStream, connection: str | None) -> StreamStatus | None:
    """The log's line of a view that could not be read when it was last tried."""
    lines = collections.latest(session, connection)
    return next((line for line in lines if line.stream == stream.name and line.status != "ok"), None)


def no_connection(folder: Path) -> ConfigError:
    """There is nothing to read from yet."""
    return ConfigError(
        "There is no connection yet.",
        hint=f"assay connect snowflake --name acme --export FOLDER --dir {folder}",
    )
