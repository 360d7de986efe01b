"""What a collector is whose system can be read from files that a person exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import PurePath


@runtime_checkable
class Exportable(Protocol):
    """A collector whose class writes the script of its own export."""

    @classmethod
    def export_script(cls, folder: PurePath, days: int) -> str:
        """The statements that bring all that is read, of the last `days`, to files in `folder` (a whole path)."""
