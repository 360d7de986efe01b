"""Who calls the program."""

from __future__ import annotations

import getpass


def caller() -> str:
    """The user as the system knows them; '' where it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
