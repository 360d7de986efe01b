"""The dashboard and the API: what a folder's roll-ups say, on this machine alone."""

from __future__ import annotations

from web.app import create_app

__all__ = ["create_app"]
