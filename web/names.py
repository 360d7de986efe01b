"""What pages call an asset: a table by its name, what a rule names by its tool first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assay.model.assets import AssetKind
from costs.mapping.relations import PLATFORM

if TYPE_CHECKING:
    from flask import Flask

_NEVER_READ = {AssetKind.EXPOSURE, AssetKind.TEST, AssetKind.OTHER}
"""Dashboards, tests, pipes and procedures hold no rows to read."""


class Named(Protocol):
    """A row or a line of an asset."""

    @property
    def name(self) -> str:
        """The last part of its key."""

    @property
    def container(self) -> str:
        """The parts before it."""

    @property
    def platform(self) -> str:
        """Where it lives."""

    @property
    def kind(self) -> str:
        """What it is."""


READER_NAMES = {
    "bi_tool": "BI tools",
    "person": "People",
    "export": "Exports",
    "unknown": "Unknown readers",
    "pipeline": "Pipelines",
    "monitor": "Monitors",
}
"""How pages name the classes of readers, in the order they are stacked."""


def init(app: Flask) -> None:
    """Give templates the names."""
    for told in (name_of, place_of, kind_of, holds_rows):
        app.add_template_global(told)
    app.jinja_env.globals["reader_names"] = READER_NAMES


def name_of(asset: Named) -> str:
    """`orders` for a table; `looker dashboards` for looker.dashboards, since every tool has dashboards."""
    return f"{asset.container or asset.platform} {asset.name}" if _is_rules(asset) else asset.name


def place_of(asset: Named) -> str:
    """Where it stands, for beside its name."""
    return asset.platform if _is_rules(asset) else asset.container


def kind_of(asset: Named) -> str:
    """What it is; nothing where only a rule knows."""
    return "" if _is_rules(asset) else asset.kind


def holds_rows(kind: str) -> bool:
    """Whether assets of this kind can be read at all."""
    return kind not in _NEVER_READ


def _is_rules(asset: Named) -> bool:
    """Whether a rule of the settings made it, and no source tells of it."""
    return asset.kind == AssetKind.OTHER and asset.platform != PLATFORM
