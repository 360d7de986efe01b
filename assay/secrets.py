"""References to secrets: the config names where a secret is, and it is read only when it is used.

A reference is ``env:NAME`` or ``file:PATH``. Its value is never shown by repr, an error, a log or the store.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from assay.errors import ConfigError

_SCHEMES = ("env", "file")


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is; not the secret itself, so it may be shown and stored."""

    scheme: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``env:NAME`` or ``file:PATH``.

        ConfigError for anything else, which is not repeated: it may be a secret.
        """
        scheme, colon, name = text.partition(":")
        if not (colon and name.strip()) or scheme not in _SCHEMES:
            raise ConfigError(
                "a secret must be given by reference, not by its value",
                hint="write env:NAME for an environment variable or file:PATH for a file",
            )
        return cls(scheme, name.strip())

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"

    def resolve(self) -> str:
        """The secret, read now. ConfigError when it is not there, is empty or cannot be read."""
        value = self._from_environment() if self.scheme == "env" else self._from_file()
        if not value.strip():
            raise ConfigError(
                f"the secret {self} is empty", hint=f"put the secret there, then try again: {self}"
            )
        return value

    def warning(self) -> str:
        """What is unsafe about where the secret is kept: a file that others may read; '' when nothing is."""
        if self.scheme != "file":
            return ""
        try:
            mode = Path(self.name).expanduser().stat().st_mode
        except OSError:
            return ""
        if not mode & (stat.S_IRWXG | stat.S_IRWXO):
            return ""
        return f"the file {self.name} may be read by others: chmod 600 {self.name}"

    def _from_environment(self) -> str:
        value = os.environ.get(self.name)
        if value is None:
            raise ConfigError(
                f"the environment variable {self.name} is not set", hint=f"export {self.name}=…"
            )
        return value

    def _from_file(self) -> str:
        try:
            return Path(self.name).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigError(
                f"the secret file {self.name} cannot be read: {reason}",
                hint="give the path of a text file that this user may read",
            ) from None
