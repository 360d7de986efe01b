"""The API: each page's figures as JSON, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.api import backfill, decisions, v1

if TYPE_CHECKING:
    from flask import Flask

PARTS = (v1, decisions, backfill)
"""The modules whose routes there are; all of a version are on one blueprint."""


def init(app: Flask) -> None:
    """Add the routes."""
    for blueprint in dict.fromkeys(part.blueprint for part in PARTS):
        app.register_blueprint(blueprint)
