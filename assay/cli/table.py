"""Tables for people: quiet, numbers to the right."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assay.cli.say import colour_wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PIPED_WIDTH = 160
"""How wide a table may be where no terminal tells."""


def console() -> Console:
    """The console for results on stdout."""
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(width=width, highlight=False, no_color=not colour_wanted(sys.stdout))


def say_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, total: Sequence[str] | None = None
) -> None:
    """Print rows under a title. A column whose name begins with > holds numbers and stands to the right."""
    table = _empty(title, footer=total is not None)
    for place, column in enumerate(columns):
        table.add_column(
            column.removeprefix(">"),
            footer=Text(total[place]) if total else "",
            justify="right" if column.startswith(">") else "left",
            no_wrap=column.startswith(">"),
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def _empty(title: str, *, footer: bool) -> Table:
    return Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        footer_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        show_footer=footer,
    )
