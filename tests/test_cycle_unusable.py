"""A declared check that cannot be used is an incident: unattended, nobody reads what the cycle prints."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fakes.folder import NOW, Folder
from sqlalchemy import select

from assay.store.tables import IncidentRow

if TYPE_CHECKING:
    from pathlib import Path

BAD = "- asset: snowflake:acme:shop.marts.orders\n  checks:\n    - {name: a, kind: volum, min_rows: 1}\n"


def test_a_broken_declaration_is_an_incident_until_it_is_mended(tmp_path: Path) -> None:
    """With its place and what is wrong; the next cycle that can use all ends it."""
    with Folder.opened(tmp_path / "assay") as folder:
        written = tmp_path / "assay" / "checks" / "orders.yml"
        written.parent.mkdir()
        told = []
        for hour, text in enumerate(("[]", BAD, "[]")):
            written.write_text(text)
            folder.run(now=NOW + timedelta(hours=hour))
            with folder.store.read() as session:
                told.append(
                    [(row.cause, row.state, row.title) for row in session.scalars(select(IncidentRow))]
                )

    said = "checks: What is declared cannot all be used: checks/orders.yml line 3: check a: There is no check of kind"
    assert [] == told[0]
    assert [("check", "open", True)] == [
        (cause, state, title.startswith(said)) for cause, state, title in told[1]
    ]
    assert ["resolved"] == [state for _, state, _ in told[2]]
