"""What was spent through each application or role: no roll-up keeps it, so it is summed from the ledger itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assay.facts.engine import Engine
from assay.facts.streams import CHARGES, QUERY_HISTORY, SESSIONS
from assay.model.time import DAY_MS, Window
from assay.store.costs import CostLine

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.facts.files import FactFiles

SENDERS = ("application", "role")
_EARLIER_MS = 14 * DAY_MS
"""How long before a charge its query and session may have begun."""


def by_sender(  # noqa: PLR0913, PLR0917 - the parts of one question
    session: Session, files: FactFiles, settings: Settings, by: str, window: Window, connection: str | None
) -> list[CostLine]:
    """What each application or role cost in the window, dearest first, in credits alone; '' is not known."""
    nano, queries = Counter[str](), Counter[str]()
    wide = Window(window.start_ms - _EARLIER_MS, window.end_ms)
    for name in [connection] if connection else sorted(settings.connections):
        with Engine.open([settings.facts.root]) as engine:
            engine.facts("ledger", CHARGES, files.files(session, name, CHARGES, window), window)
            engine.facts("queries", QUERY_HISTORY, files.files(session, name, QUERY_HISTORY, wide))
            engine.facts("sessions", SESSIONS, files.files(session, name, SESSIONS, wide))
            for row in engine.step("senders").to_pylist():
                nano[row[by]] += row["nano_credits"]
                queries[row[by]] += row["queries"]
    ordered = sorted(nano.items(), key=lambda item: (-item[1], item[0]))
    return [
        CostLine((value,), spent, 0, None, "", queries[value], provisional=False) for value, spent in ordered
    ]
