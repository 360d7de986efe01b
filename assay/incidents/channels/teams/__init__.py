"""Messages as Adaptive Cards in Microsoft Teams."""

from __future__ import annotations

from assay.incidents.channels.teams.channel import TeamsChannel

__all__ = ["TeamsChannel"]
