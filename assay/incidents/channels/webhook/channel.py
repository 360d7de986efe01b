"""Messages as JSON to an address of yours, signed so that the receiver can tell they are ours and new."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from assay.incidents.channels.base import HttpConfig, Reference, post, secret
from assay.incidents.document import as_document

if TYPE_CHECKING:
    from assay.incidents.blocks import Message

SIGNATURE, TIMESTAMP, KEY = "X-Assay-Signature", "X-Assay-Timestamp", "Idempotency-Key"


class WebhookConfig(HttpConfig):
    """The address, and the secret both sides know."""

    url: Reference = Field(
        description="Where its URL is kept; it may hold a token", examples=["env:HOOK_URL"]
    )
    signing_secret: Reference = Field(
        description="Where the secret of the signature is kept", examples=["env:HOOK_SECRET"]
    )


def signature(signing_secret: str, timestamp: str, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA256 of ``timestamp.body`` in hex. A receiver refuses a timestamp older than 5 min."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(signing_secret.encode(), signed, hashlib.sha256).hexdigest()


class WebhookChannel:
    """POSTs each message; the dedupe key is in the header Idempotency-Key."""

    kind: ClassVar[str] = "webhook"
    title: ClassVar[str] = "Signed webhook"
    config_class: ClassVar[type[WebhookConfig]] = WebhookConfig
    follows: bool = True

    def __init__(self, name: str, config: WebhookConfig) -> None:
        self.name = name
        self.config = config

    def send(self, message: Message, previous_ref: str) -> str:
        """Send it; any answer of 2xx is a yes."""
        url, key = secret(self.config.url), secret(self.config.signing_secret)
        body = json.dumps(as_document(message), ensure_ascii=False).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "assay",
            KEY: message.key,
            TIMESTAMP: timestamp,
            SIGNATURE: signature(key, timestamp, body),
        }
        post(self.config, url, body, headers, (url, key))
        return previous_ref or message.key
