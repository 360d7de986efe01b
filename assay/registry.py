"""The plug-ins: collectors, checks and channels, found by entry point and imported when first asked for."""

from __future__ import annotations

import difflib
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

COLLECTORS = "assay.collectors"
CHECKS = "assay.checks"
CHANNELS = "assay.channels"

_WORDS = {COLLECTORS: "collector", CHECKS: "check", CHANNELS: "channel"}


class Point(Protocol):
    """Where a plug-in is found: an entry point of a package, or what a test puts in its place."""

    @property
    def name(self) -> str:
        """What it is asked for by."""

    @property
    def value(self) -> str:
        """Where it lives, ``package.module:name``."""

    def load(self) -> Any:  # noqa: ANN401 - whatever lives there
        """Import it."""


class PluginError(ConfigError):
    """A plug-in is missing or cannot be imported."""


def installed(group: str) -> Iterable[Point]:
    """The entry points of a group in this environment."""
    return entry_points(group=group)


class Registry:
    """What plug-ins there are. One that cannot be imported is an error of its own; the others work."""

    def __init__(self, found: Callable[[str], Iterable[Point]] = installed) -> None:
        self._found = found
        self._loaded: dict[tuple[str, str], Any] = {}

    def names(self, group: str) -> list[str]:
        """The names registered in a group, sorted; nothing is imported."""
        return sorted({point.name for point in self._found(group)})

    def load(self, group: str, name: str) -> Any:  # noqa: ANN401 - a group holds what its users say it holds
        """The plug-in itself; PluginError when there is none of that name or its import fails."""
        if (group, name) not in self._loaded:
            self._loaded[group, name] = self._import(group, name)
        return self._loaded[group, name]

    def collector(self, kind: str) -> Any:  # noqa: ANN401 - a class of the form of collectors.base.Collector
        """The collector class of that kind."""
        return self.load(COLLECTORS, kind)

    def _import(self, group: str, name: str) -> object:
        point = next((point for point in self._found(group) if point.name == name), None)
        if point is None:
            raise self._missing(group, name)
        try:
            return point.load()
        except Exception as error:
            raise PluginError(
                f"The {_WORDS.get(group, 'plug-in')} {name} ({point.value}) cannot be imported: {error}",
                hint="Reinstall the package it comes from; `assay doctor` shows what is installed.",
            ) from error

    def _missing(self, group: str, name: str) -> PluginError:
        valid = self.names(group)
        close = difflib.get_close_matches(name, valid, n=1)
        meant = f"Did you mean {close[0]}? " if close else ""
        return PluginError(
            f"There is no {_WORDS.get(group, 'plug-in')} of kind {name}.",
            hint=f"{meant}Valid: {', '.join(valid) or 'none is installed'}.",
        )
