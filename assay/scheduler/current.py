"""The settings as they stand now, so that a change needs no new start of the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.soundness import policy_of
from assay.errors import AssayError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.config import Settings
    from assay.incidents.policy import Policy

_log = telemetry.logger("worker")


class Current:
    """Reads the settings anew each time it is asked; while they cannot be read, those that last could be stand."""

    def __init__(self, load: Callable[[], Settings]) -> None:
        self._load = load
        self._last = load()
        self._told = ""

    def __call__(self) -> Settings:
        """The settings."""
        try:
            self._last = self._load()
        except AssayError as error:
            if error.message != self._told:
                _log.error("the settings cannot be read, the last good ones stand", why=error.message)
            self._told = error.message
        else:
            self._told = ""
        return self._last

    def policy(self) -> Policy:
        """How incidents are opened and told, as the settings say now."""
        return policy_of(self())[0]
