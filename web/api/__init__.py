"""The API: each page's figures as JSON, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.api import v1

if TYPE_CHECKING:
    from flask import Flask


def init(app: Flask) -> None:
    """Add the routes."""
    app.register_blueprint(v1.blueprint)
