"""The channels of the settings, built; one that cannot be built is a problem and the others work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import AssayError
from assay.registry import CHANNELS

if TYPE_CHECKING:
    from assay.config import Settings
    from assay.incidents.channels.base import Channel
    from assay.registry import Registry


def open_channels(settings: Settings, registry: Registry) -> tuple[dict[str, Channel], dict[str, AssayError]]:
    """The channels by name, and why each of the others could not be built."""
    channels: dict[str, Channel] = {}
    problems: dict[str, AssayError] = {}
    for name, channel in sorted(settings.channels.items()):
        try:
            kind = registry.load(CHANNELS, channel.kind)
            channels[name] = kind(name, settings.channel_config(name, kind.config_class))
        except AssayError as error:
            problems[name] = error
    return channels, problems
