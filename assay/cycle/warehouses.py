"""Which connection answers queries of an asset: the one of the key's platform and instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.base import Queryable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from assay.cycle.sources import Source
    from assay.model.assets import AssetKey
    from assay.model.warehouses import Warehouse

    Opener = Callable[[AssetKey], AbstractContextManager[Warehouse] | None]


def opener(sources: Iterable[Source]) -> Opener:
    """Give, for an asset, what opens its warehouse; None where no connection can. Nothing is opened yet."""
    able = {
        (source.kind, source.account or source.name): source.collector
        for source in sources
        if isinstance(source.collector, Queryable)
    }

    def open_warehouse(asset: AssetKey) -> AbstractContextManager[Warehouse] | None:
        found = able.get((asset.platform, asset.instance))
        return None if found is None else found.warehouse()

    return open_warehouse
