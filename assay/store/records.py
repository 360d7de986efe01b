"""What collectors yield, sorted to the repositories that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.assets import Alias, Asset, Edge
from assay.model.decisions import DeclaredUse, UsesTold
from assay.model.runs import Measurement, Run
from assay.store.assets import save_aliases, save_assets, save_edges
from assay.store.declared import save_uses, take_back
from assay.store.measurements import save_measurements
from assay.store.runs import save_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    Record = Asset | Alias | Edge | Run | Measurement | DeclaredUse | UsesTold


def save_records(session: Session, records: Sequence[Record], now_ms: int, connection: str = "") -> None:
    """Save records of any sort, seen at `now_ms` through a connection; assets first, since the others speak of them."""
    save_assets(session, [record for record in records if isinstance(record, Asset)], now_ms)
    save_aliases(session, [record for record in records if isinstance(record, Alias)], now_ms)
    save_edges(session, [record for record in records if isinstance(record, Edge)], now_ms)
    save_runs(session, [record for record in records if isinstance(record, Run)], now_ms)
    save_measurements(session, [record for record in records if isinstance(record, Measurement)], now_ms)
    save_uses(session, connection, [record for record in records if isinstance(record, DeclaredUse)], now_ms)
    take_back(session, connection, [record for record in records if isinstance(record, UsesTold)])
