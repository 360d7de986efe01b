"""The pages: one module each, with its route, its query and its template. To add one, add it here."""

from __future__ import annotations

from web.pages import (
    alerts,
    asset,
    assets,
    check_new,
    checks,
    connections,
    costs,
    dead_set,
    incident,
    incidents,
    overview,
    unused,
)

PAGES = (
    *(overview, incidents, incident, assets, asset, costs),
    *(unused, dead_set),
    *(checks, check_new, alerts, connections),
)
