"""What the commands of checks say of assets that no connection knows: a key written wrongly is checked for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.say import note
from assay.store.assets import untold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from assay.model.checks import Check

_MOST = 5


def note_untold(session: Session, checks: Iterable[Check]) -> None:
    """Name, on stderr, the assets of these checks that no connection has told of."""
    found = untold(session, {check.asset for check in checks})
    for key in found[:_MOST]:
        note(f"{key}: no connection has told of this asset.")
    if len(found) > _MOST:
        note(f"And {len(found) - _MOST:,} more assets that no connection has told of.")
    if found:
        note(
            "→ Compare each key with that on the asset's page, or run `assay run` if nothing was collected yet."
        )
