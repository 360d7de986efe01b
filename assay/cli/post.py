"""What the commands that send need: the folder's channels and its rules of telling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.say import say_error
from assay.incidents.channels.opening import open_channels
from assay.incidents.dispatch import Dispatcher
from assay.incidents.telling import Telling
from assay.registry import Registry

if TYPE_CHECKING:
    from assay.config import Settings
    from assay.store.engine import Store


def dispatcher(settings: Settings, store: Store) -> Dispatcher:
    """The dispatcher of the folder; a channel that cannot be built is told on stderr, and the others work."""
    telling = Telling.of(settings)
    channels, problems = open_channels(settings, Registry())
    for name, problem in problems.items():
        say_error(f"{name}: {problem.message}", problem.hint)
    return Dispatcher(store, channels, telling=telling)
