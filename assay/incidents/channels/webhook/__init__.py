"""Messages as signed JSON to an address of yours."""

from __future__ import annotations

from assay.incidents.channels.webhook.channel import WebhookChannel, signature

__all__ = ["WebhookChannel", "signature"]
