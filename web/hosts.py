"""Which names the dashboard answers to: this machine's own, so that no foreign page reaches it by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request
from werkzeug.exceptions import BadRequest

if TYPE_CHECKING:
    from flask import Flask

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def init(app: Flask) -> None:
    """Refuse requests under any other host name (DNS rebinding) before anything is read."""
    app.before_request(_known_host)


def is_ours() -> bool:
    """Whether the request asks under one of this machine's own names."""
    try:
        host = request.host
    except BadRequest:  # no name at all, or none that can be one
        return False
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name.lower() in LOOPBACK


def _known_host() -> None:
    if not is_ours():
        abort(421, "This dashboard answers on this machine only: open it as http://127.0.0.1 with its port.")
