"""One simulation: the days, what was asked, what became of it and how it is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.demo.calendar import Calendar
    from assay.demo.load import Book, Load
    from assay.demo.naming import Named
    from assay.demo.truth import Truth


@dataclass(frozen=True, slots=True)
class Simulation:
    """All that the views are written from; the columns of `load`, `truth` and `named` go together."""

    calendar: Calendar
    book: Book
    load: Load
    truth: Truth
    named: Named
