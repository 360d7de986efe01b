"""The layers settings come from, laid over each other: assay.toml, then the environment, then flags."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from assay.config.lines import key_lines
from assay.config.plain_secrets import refuse_secrets
from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PREFIX = "ASSAY_"


@dataclass(frozen=True, slots=True)
class Layers:
    """The settings laid over each other, and where each dotted key was said last."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path, environ: Mapping[str, str], overrides: Mapping[str, object]) -> Layers:
        """Read the layers; ConfigError when the file is no TOML or holds what looks like a secret."""
        layers = cls()
        if file.is_file():
            layers._lay_file(file)
        for name, value in sorted(environ.items()):
            if key := layers._key_of_variable(name):
                layers._lay(key, _parsed(name, value), f"environment {name}")
        for dotted, given in overrides.items():
            layers._lay(dotted, given, "command line")
        refuse_secrets({dotted: str(given) for dotted, given in overrides.items()}, layers.origin)
        return layers

    def origin(self, dotted: str) -> str:
        """Where a key was said: its own place, else that of a key inside it or around it, else 'default'."""
        inside = next(
            (place for key, place in self.origins.items() if key.startswith(f"{dotted}.")), "default"
        )
        while dotted:
            if dotted in self.origins:
                return self.origins[dotted]
            dotted = dotted.rpartition(".")[0]
        return inside

    def _lay_file(self, file: Path) -> None:
        text = _text_of(file)
        try:
            values = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(
                f"{file} is not valid TOML: {error}", hint="Mend that line; texts stand in double quotes."
            ) from None
        for dotted, line in key_lines(text).items():
            self.origins[dotted] = f"{file.name} line {line}"
        leaves = dict(flat(values))
        for dotted, value in leaves.items():
            self._lay(dotted, value, self.origins.get(dotted, file.name))
        refuse_secrets(leaves, self.origin)

    def _lay(self, dotted: str, value: object, origin: str) -> None:
        *tables, last = dotted.split(".")
        place = self.values
        for table in tables:
            inner = place.setdefault(table, {})
            if not isinstance(inner, dict):
                raise ConfigError(f"{origin}: {table} holds a value, so {dotted} cannot stand in it.")
            place = inner
        place[last] = value
        self.origins[dotted] = origin

    def _key_of_variable(self, name: str) -> str:
        """The dotted key a variable such as ASSAY_MONEY__CURRENCY sets; '' for any other variable."""
        if not name.startswith(PREFIX) or "__" not in name:
            return ""
        parts = name.removeprefix(PREFIX).lower().split("__")
        if parts[0] == "connections" and len(parts) > 1:
            names = self.values.get("connections", {})
            parts[1] = next((n for n in names if n.replace("-", "_") == parts[1]), parts[1])
        return ".".join(parts)


def flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its dotted key; a list is a leaf, and so is an empty table."""
    for key, value in values.items():
        dotted = f"{above}{key}"
        if isinstance(value, dict) and value:
            yield from flat(value, f"{dotted}.")
        else:
            yield dotted, value


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{file} cannot be read: {error}", hint="It must be a UTF-8 text you may read."
        ) from None


def _parsed(name: str, value: str) -> object:
    """A variable's value: JSON where it starts like a list or table, else the text itself."""
    if not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ConfigError(
            f"The variable {name} is not valid JSON: {error}", hint="Write a JSON list or a plain text."
        ) from None
