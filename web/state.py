"""One read session of the store per request: a page sees one moment of it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, g

from assay.config import FILE_NAME, Settings
from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

    from assay.registry import Registry
    from assay.store.engine import Store

_KEY = "assay.store"
_SETTINGS = "assay.settings"
_REGISTRY = "assay.registry"


@dataclass(slots=True)
class Kept:
    """The folder's settings, read anew when its file has changed, as a worker reads them for each cycle."""

    settings: Settings
    overrides: Mapping[str, object] | None = None
    read_ns: int = 0
    problem: ConfigError | None = None
    """Why the file as it is now cannot be read; the settings are those before it then."""

    def current(self) -> Settings:
        """The settings as they are now; while the file cannot be read, those before it."""
        changed_ns = _changed_ns(self.settings.folder / FILE_NAME)
        if changed_ns != self.read_ns:
            self._read()
            self.read_ns = changed_ns
        return self.settings

    def _read(self) -> None:
        try:
            self.settings = Settings.load(self.settings.folder, self.overrides)
            self.problem = None
        except ConfigError as error:
            self.problem = error


def init(app: Flask, store: Store, settings: Kept, registry: Registry) -> None:
    """Give every request of the app the store, the folder's settings and the plug-ins."""
    app.extensions[_KEY] = store
    app.extensions[_SETTINGS] = settings
    app.extensions[_REGISTRY] = registry
    app.teardown_appcontext(lambda _error: _close())


def store() -> Store:
    """The store of the app."""
    return cast("Store", current_app.extensions[_KEY])


def settings() -> Settings:
    """The settings of the folder as they are now."""
    return cast("Kept", current_app.extensions[_SETTINGS]).current()


def unreadable() -> ConfigError | None:
    """Why the folder's settings cannot be read as they are now; None where they can."""
    kept = cast("Kept", current_app.extensions[_SETTINGS])
    kept.current()
    return kept.problem


def registry() -> Registry:
    """The plug-ins there are: kinds of checks, channels."""
    return cast("Registry", current_app.extensions[_REGISTRY])


def kind(connection: str) -> str:
    """The kind of source a connection reads; '' for one that the settings no longer name."""
    known = settings().connections.get(connection)
    return "" if known is None else known.kind


def session() -> Session:
    """The request's read session, opened when first asked for and closed with the request."""
    if "stack" not in g:
        g.stack = ExitStack()
        g.session = g.stack.enter_context(store().read())
    return cast("Session", g.session)


def _changed_ns(file: Path) -> int:
    """When the file was last changed; 0 where there is none."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _close() -> None:
    stack = g.pop("stack", None)
    if stack is not None:
        stack.close()
