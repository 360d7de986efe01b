"""Numbers that no database takes as an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.store import incidents, notes, silences

if TYPE_CHECKING:
    from assay.store.engine import Store


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_nothing_has_an_id_no_database_takes(store: Store, number: int) -> None:
    """It is not there, rather than a failure."""
    with store.write() as session:
        assert None is incidents.one(session, number)
        assert None is notes.row(session, number)
        assert not silences.end(session, number, 0)
