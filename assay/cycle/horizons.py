"""Until when each account is read: what happened later is not known yet, so nothing is late because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.facts.streams import QUERY_HISTORY
from assay.model.time import from_ms
from assay.store.collections import watermarks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.cycle.sources import Source


def read_until(session: Session, sources: Iterable[Source]) -> dict[tuple[str, str], datetime]:
    """For each account, as (platform, account), the end of its query history as it is read.

    A warehouse's history lags by up to hours, an export ends with the day it was made: refreshes after that are not
    seen yet. That nothing new is read at all is told of the source itself.
    """
    found = {}
    for source in sources:
        read_ms = watermarks(session, source.name).get(QUERY_HISTORY.name) if source.account else None
        if read_ms is not None:
            found[source.kind, source.account] = from_ms(read_ms)
    return found
