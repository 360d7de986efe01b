"""The ledger's file: what cannot be read is told as what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.cli.charges_file import Ledger, write_charges
from assay.errors import StoreError
from assay.facts.files import FactFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("content", "words"), [(b"no parquet", "is damaged"), (None, "is gone")])
def test_a_damaged_ledger_is_not_the_fault_of_the_target(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    """The error names the file of facts and how to mend it; no half-written export stays."""
    facts, target = tmp_path / "facts.parquet", tmp_path / "charges.csv"
    if content is not None:
        facts.write_bytes(content)
    ledger = Ledger([FactFile(str(facts), "acme", "charges", 0, 1, 1, 0, 1)], frozenset())

    with pytest.raises(StoreError, match=words) as told:
        write_charges(target, [ledger])

    assert "backup" in told.value.hint
    assert not target.exists()
