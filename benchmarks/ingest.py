"""Rows a second from an export of views into facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.report import Figure, show

if TYPE_CHECKING:
    from benchmarks.company import Company


def run(company: Company) -> None:
    """Print how fast the company's export was read, and how long the rest of its first cycle took."""
    show(
        f"first cycle of the demo company ({company.query_rows:,} queries)",
        [
            Figure(
                "rows read into facts, all views",
                company.rows / company.collect_s,
                "/s",
                300_000,
                at_most=False,
            ),
            Figure("  reading took", company.collect_s, "s"),
            Figure("mapping, usage, lineage, attribution, roll-ups", company.derive_s, "s"),
        ],
    )
