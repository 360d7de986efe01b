"""One read session of the store per request: a page sees one moment of it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from flask import current_app, g

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from sqlalchemy.orm import Session

    from assay.store.engine import Store

_KEY, _KINDS = "assay.store", "assay.kinds"


def init(app: Flask, store: Store, kinds: Mapping[str, str]) -> None:
    """Give every request of the app the store, and which kind of source each connection is."""
    app.extensions |= {_KEY: store, _KINDS: kinds}
    app.teardown_appcontext(lambda _error: _close())


def store() -> Store:
    """The store of the app."""
    return cast("Store", current_app.extensions[_KEY])


def kind(connection: str) -> str:
    """The kind of source a connection reads; '' for one that the settings no longer name."""
    return cast("Mapping[str, str]", current_app.extensions[_KINDS]).get(connection, "")


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
