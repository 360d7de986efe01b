"""Which names the dashboard answers to: this machine's own, so that no foreign page reaches it by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

if TYPE_CHECKING:
    from flask import Flask

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def init(app: Flask) -> None:
    """Refuse requests under any other host name (DNS rebinding) before anything is read."""
    app.before_request(_known_host)


def _known_host() -> None:
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    if name.lower() not in LOOPBACK:
        abort(421, "This dashboard answers on this machine only: open it as http://127.0.0.1 with its port.")
