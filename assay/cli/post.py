"""What the commands that send need: the folder's channels and its rules of telling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.say import say_error
from assay.incidents.sending import Sending
from assay.registry import Registry

if TYPE_CHECKING:
    from assay.config import Settings
    from assay.incidents.dispatch import Dispatcher
    from assay.store.engine import Store


def dispatcher(settings: Settings, store: Store) -> Dispatcher:
    """The dispatcher of the folder; what of its channels and routes cannot be used is told on stderr."""
    sending = Sending.of(settings, store, Registry())
    for name, problem in sending.unbuilt.items():
        say_error(f"{name}: {problem.message}", problem.hint)
    if sending.unrouted is not None:
        say_error(sending.unrouted.message, sending.unrouted.hint)
    return sending.dispatcher
