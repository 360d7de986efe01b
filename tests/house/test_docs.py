"""What the program can do is documented: a command, setting, collector, address or kind without a word fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from house.tree import ROOT, kept, name_of

from assay.cli.app import COMMANDS
from assay.errors import AssayError
from assay.model.charges import ChargeKind, RestatementReason, Rung, Service
from docs.generate import PAGES

if TYPE_CHECKING:
    from enum import StrEnum
    from pathlib import Path

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_program_says(name: str) -> None:
    """Each generated page is up to date; `make docs` writes them."""
    assert PAGES[name]() == (DOCS / "reference" / name).read_text(encoding="utf-8"), "run `make docs`"


@pytest.mark.parametrize("words", [ChargeKind, Rung, RestatementReason, Service])
def test_every_word_of_the_ledger_is_explained(words: type[StrEnum]) -> None:
    """Kinds, rungs, reasons and services stand in the page on the ledger's file."""
    text = (DOCS / "reference" / "export-charges.md").read_text(encoding="utf-8")

    assert [] == [word for word in words if f"`{word}`" not in text]


def test_every_column_of_the_export_is_explained() -> None:
    """A reader of the file finds each column in the page."""
    from assay.cli.charges_file import SCHEMA  # noqa: PLC0415 - loads pyarrow for this test alone

    text = (DOCS / "reference" / "export-charges.md").read_text(encoding="utf-8")

    assert [] == [name for name in SCHEMA.names if f"| `{name}` |" not in text]


def test_the_first_page_names_every_command() -> None:
    """README or the tutorial leads to all commands; none is left to be found by chance."""
    text = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    names = [name for section in COMMANDS.values() for name in section]

    assert [] == [name for name in names if f"### `assay {name}`" not in text]


@pytest.mark.parametrize("page", [page for page in kept() if page.suffix == ".md"], ids=name_of)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A relative link names a file of the project."""
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_decisions_are_numbered_and_shaped_alike() -> None:
    """Each decision says its context, what was decided and what follows."""
    records = sorted((DOCS / "adr").glob("*.md"))
    numbers = [int(record.name[:4]) for record in records]

    assert numbers == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert ["Context", "Decision", "Consequences"] == re.findall(r"^## (.+)$", text, re.MULTILINE), (
            record.name
        )


def test_every_error_explains_itself() -> None:
    """An error class says in its docstring what went wrong: it is the message where none is given."""
    classes = [AssayError]
    for each in classes:
        classes += each.__subclasses__()

    assert [] == [each.__name__ for each in classes if not each.__doc__]
