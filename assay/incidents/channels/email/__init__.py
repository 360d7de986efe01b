"""Messages as mail."""

from __future__ import annotations

from assay.incidents.channels.email.channel import EmailChannel

__all__ = ["EmailChannel"]
