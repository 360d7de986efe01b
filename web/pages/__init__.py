"""The pages: one module each, with its route, its query and its template. To add one, add it here."""

from __future__ import annotations

from web.pages import (
    actions,
    alerts,
    asset,
    assets,
    backfill,
    budgets,
    check_new,
    checks,
    connections,
    costs,
    dead_set,
    incident,
    incidents,
    overview,
    quote,
    unused,
)

PAGES = (
    *(overview, incidents, incident, assets, asset, costs),
    *(budgets, unused, dead_set, actions, backfill, quote),
    *(checks, check_new, alerts, connections),
)
