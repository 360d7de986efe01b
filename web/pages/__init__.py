"""The pages: one module each, with its route, its query and its template. To add one, add it here."""

from __future__ import annotations

from web.pages import asset, assets, connections, costs, overview

PAGES = (overview, assets, asset, costs, connections)
