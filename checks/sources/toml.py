"""Checks in assay.toml: ``[checks.<name>]`` tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.config import FILE_NAME
from assay.errors import AssayError
from assay.model.checks import CheckSource
from checks.sources.declaring import Declared, declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.config import Settings
    from assay.registry import Registry


def from_settings(settings: Settings, registry: Registry) -> Iterator[Declared | AssayError]:
    """Every check of the settings, or why it cannot be used."""
    for name, written in settings.checks.items():
        given = {key: value for key, value in written if key in written.model_fields_set}
        try:
            yield declare(name, given, registry, _Places(settings, name), CheckSource.CONFIG)
        except AssayError as error:
            yield error


class _Places:
    """Where the keys of one table were written."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings = settings
        self._above = f"checks.{name}"

    def __call__(self, key: str) -> str:
        """The place of a key, else of the table, else the file."""
        dotted = f"{self._above}.{key}" if key else self._above
        while dotted and (place := self._settings.origin(dotted)) == "default":
            dotted = dotted.rpartition(".")[0]
        return place if dotted else FILE_NAME
