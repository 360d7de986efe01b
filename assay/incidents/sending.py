"""Who sends: the dispatcher of the settings, whatever is wrong with some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.incidents.channels.opening import open_channels
from assay.incidents.dispatch import Dispatcher, clock_ms
from assay.incidents.routing import routable
from assay.incidents.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.config import Settings
    from assay.errors import AssayError
    from assay.registry import Registry
    from assay.store.engine import Store


@dataclass(frozen=True, slots=True)
class Sending:
    """A dispatcher, why each channel it lacks could not be built, and what is wrong with the routes."""

    dispatcher: Dispatcher
    unbuilt: Mapping[str, AssayError]
    unrouted: AssayError | None

    @classmethod
    def of(
        cls, settings: Settings, store: Store, registry: Registry, clock: Callable[[], int] = clock_ms
    ) -> Sending:
        """The dispatcher of the settings; what is wrong with one channel or with the routes stops no other."""
        usable, unrouted = routable(settings)
        channels, unbuilt = open_channels(settings, registry)
        return cls(Dispatcher(store, channels, clock, telling=Telling.of(usable)), unbuilt, unrouted)
