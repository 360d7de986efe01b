"""A warehouse as a check sees it: something that answers questions and is never changed by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assay.model.assets import AssetKey


class Warehouse(Protocol):
    """Where an asset's rows can be asked for; it only reads.

    A warehouse may also have ``cancel()``, which ends the query under way from another thread.
    """

    @property
    def dialect(self) -> str:
        """The name sqlglot knows its SQL by."""

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The first `limit` rows of a statement that only reads; an AssayError when it fails."""

    def relation(self, asset: AssetKey) -> str:
        """The asset's full name, quoted, as it stands after FROM."""
