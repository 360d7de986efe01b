"""How an asset's key stands in a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.routing import PathConverter

if TYPE_CHECKING:
    from flask import Flask


class KeyConverter(PathConverter):
    """Any text: a slash in a name is written %2F, so that no browser takes `..` of a name for a step up."""

    part_isolating = False

    def to_url(self, value: str) -> str:
        """The key as a part of a URL."""
        return quote(value, safe=":$")


def init(app: Flask) -> None:
    """Read keys as they are: two slashes in a name stay two."""
    app.url_map.converters["key"] = KeyConverter
    app.url_map.merge_slashes = False
