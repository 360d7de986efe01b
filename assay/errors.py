"""The exception tree: each error says what is wrong, why, and the next step."""

from __future__ import annotations

import inspect
from typing import ClassVar


class AssayError(Exception):
    """Something went wrong."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        self.message = message or inspect.getdoc(type(self)) or ""
        self.hint = hint
        super().__init__(f"{self.message}\n→ {hint}" if hint else self.message)


class StoppedError(AssayError):
    """The work was stopped before its end; what it did is kept and the next time it goes on from there."""


class UsageError(AssayError):
    """The command was given something it cannot use."""

    exit_code = 2


class ConfigError(AssayError):
    """The configuration cannot be used."""

    exit_code = 3


class StoreError(AssayError):
    """The metadata store cannot be used."""

    exit_code = 3


class SourceError(AssayError):
    """A source gave something that cannot be read."""

    exit_code = 4


class ConnectionFailedError(SourceError):
    """The source did not answer."""


class MissingGrantError(SourceError):
    """The role may not read this view."""


class MalformedInputError(SourceError):
    """The source's data has not the form it should have."""
