"""Figures, and the one table they are printed in."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value beside the bar it is to reach; `at_most` says on which side of the bar is good."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    at_most: bool = True

    @property
    def verdict(self) -> str:
        """How the value stands to its bar, as a ratio of value to bar."""
        if self.bar is None:
            return ""
        good = self.value <= self.bar if self.at_most else self.value >= self.bar
        return f"{'ok' if good else 'MISSED'} ({self.value / self.bar:.2f} x)"

    @property
    def bound(self) -> str:
        """The bar as people write it."""
        return "" if self.bar is None else f"{'<=' if self.at_most else '>='} {number(self.bar)}"


def number(value: float) -> str:
    """Four significant digits, thousands apart."""
    if value == 0:
        return "0"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def show(title: str, figures: list[Figure]) -> None:
    """Print one part of the table."""
    table(
        [(f.what, number(f.value), f.unit, f.bound, f.verdict) for f in figures],
        (title, "measured", "", "bar", ""),
    )


def table(rows: list[tuple[str, ...]], head: tuple[str, ...]) -> None:
    """Print rows under a head: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    print()
    for row in [head, tuple("-" * width for width in widths), *rows]:
        first, *rest = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *rest]).rstrip())
