"""Messages in Slack."""

from __future__ import annotations

from assay.incidents.channels.slack.channel import SlackChannel

__all__ = ["SlackChannel"]
