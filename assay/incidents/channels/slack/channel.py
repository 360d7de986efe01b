"""Messages in Slack: one per incident, edited in place, its changes told in its thread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from assay.incidents.blocks import REMINDER
from assay.incidents.channels.base import AGAIN, DeliveryError, post, secret
from assay.incidents.channels.slack.config import SlackConfig
from assay.incidents.channels.slack.render import blocks, colour, fallback, reply
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from assay.incidents.blocks import Message

_SPOKEN = frozenset(
    {
        Transition.WORSENED,
        Transition.REOPENED,
        Transition.UNSNOOZED,
        Transition.RESOLVED,
        Transition.COMMENTED,
        REMINDER,
    }
)
"""Changes that are said in the thread, beside the edit: an edit alone calls nobody."""

_PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_LONGEST_PART = 100
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


class SlackChannel:
    """Posts through a bot's token, or through an incoming webhook, which can neither edit nor answer in a thread."""

    kind: ClassVar[str] = "slack"
    title: ClassVar[str] = "Slack"
    config_class: ClassVar[type[SlackConfig]] = SlackConfig

    def __init__(self, name: str, config: SlackConfig) -> None:
        self.name = name
        self.config = config

    @property
    def follows(self) -> bool:
        """A bot edits what it posted; a webhook would only post more."""
        return self.config.token is not None

    def send(self, message: Message, previous_ref: str) -> str:
        """Post it, or edit what was posted; the reference is ``channel:ts``."""
        if self.config.webhook is not None:
            return self._hook(message, previous_ref)
        if previous_ref:
            return self._edited(message, previous_ref)
        return self._posted(message)

    def _hook(self, message: Message, previous_ref: str) -> str:
        url = secret(self.config.webhook or "")
        post(self.config, url, _json(self._content(message)), _headers(), (url,))
        return previous_ref or message.key

    def _posted(self, message: Message) -> str:
        metadata = {"event_type": "assay_alert", "event_payload": {"dedupe_key": message.key}}
        answer = self._call(
            "chat.postMessage",
            {"channel": self.config.channel, **self._content(message), "metadata": metadata, **_QUIET},
        )
        return _reference(answer.get("channel"), answer.get("ts"))

    def _edited(self, message: Message, previous_ref: str) -> str:
        channel, _, ts = previous_ref.partition(":")
        try:
            self._call("chat.update", {"channel": channel, "ts": ts, **self._content(message)})
        except _GoneError:
            return self._posted(message)  # somebody deleted it: the trouble is still there
        if message.transition in _SPOKEN:
            metadata = {"event_type": "assay_change", "event_payload": {"dedupe_key": message.key}}
            said = {"channel": channel, "thread_ts": ts, "text": reply(message), "metadata": metadata}
            self._call("chat.postMessage", {**said, **_QUIET})
        return previous_ref

    def _content(self, message: Message) -> dict[str, Any]:
        mention = self.config.mention(message.owner)
        return {
            "text": fallback(message),
            "attachments": [{"color": colour(message), "blocks": blocks(message, mention)}],
        }

    def _call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a method of the API; DeliveryError when Slack says no."""
        token = secret(self.config.token or "")
        url = self.config.api_url.rstrip("/") + "/" + method
        answer = post(self.config, url, _json(body), _headers(token), (token,))
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise DeliveryError("Slack's answer is no JSON.", hint=AGAIN, ambiguous=True)
        if not told.get("ok"):
            raise _refusal(str(told.get("error", "unknown")))
        return told


def _reference(channel: object, ts: object) -> str:
    """``channel:ts`` of what was posted; '' where the answer does not say: what follows is then posted anew."""
    parts = (channel, ts)
    is_told = all(isinstance(part, str) and 0 < len(part) < _LONGEST_PART for part in parts)
    return f"{channel}:{ts}" if is_told else ""


class _GoneError(DeliveryError):
    """What was to be edited is there no more."""


_QUIET = {"unfurl_links": False, "unfurl_media": False}


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _headers(token: str = "") -> dict[str, str]:
    sent = {"Content-Type": "application/json; charset=utf-8"}
    return sent | {"Authorization": f"Bearer {token}"} if token else sent


def _refusal(code: str) -> DeliveryError:
    word = code if code.replace("_", "").isalnum() else "unknown"
    if word in _GONE:
        return _GoneError(f"Slack said {word}.", permanent=True)
    hints = {
        "not_in_channel": "Invite the bot to the channel.",
        "channel_not_found": "Check the channel's id, and invite the bot to it.",
        "missing_scope": "Give the bot the scope chat:write.",
    }
    return DeliveryError(
        f"Slack said {word}.",
        hint=hints.get(word, "Check the bot's token and its scopes."),
        permanent=word not in _PASSING,
    )
