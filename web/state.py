"""One read session of the store per request: a page sees one moment of it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from flask import current_app, g

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.registry import Registry
    from assay.store.engine import Store

_KEY = "assay.store"
_SETTINGS = "assay.settings"
_REGISTRY = "assay.registry"


def init(app: Flask, store: Store, settings: Settings, registry: Registry) -> None:
    """Give every request of the app the store, the folder's settings and the plug-ins."""
    app.extensions[_KEY] = store
    app.extensions[_SETTINGS] = settings
    app.extensions[_REGISTRY] = registry
    app.teardown_appcontext(lambda _error: _close())


def store() -> Store:
    """The store of the app."""
    return cast("Store", current_app.extensions[_KEY])


def settings() -> Settings:
    """The settings of the folder, as they were when the app was made."""
    return cast("Settings", current_app.extensions[_SETTINGS])


def registry() -> Registry:
    """The plug-ins there are: kinds of checks, channels."""
    return cast("Registry", current_app.extensions[_REGISTRY])


def session() -> Session:
    """The request's read session, opened when first asked for and closed with the request."""
    if "stack" not in g:
        g.stack = ExitStack()
        g.session = g.stack.enter_context(store().read())
    return cast("Session", g.session)


def _close() -> None:
    stack = g.pop("stack", None)
    if stack is not None:
        stack.close()
