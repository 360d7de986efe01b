"""Who acts, where nobody signs in."""

from __future__ import annotations

import getpass


def caller() -> str:
    """Whoever runs this process, as the system knows them; '' where it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
