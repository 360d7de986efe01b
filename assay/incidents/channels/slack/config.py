"""The options of a Slack channel: a bot's token and where it posts, or the URL of an incoming webhook."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from assay.incidents.channels.base import ChannelConfig, HttpConfig, Reference

API = "https://slack.com/api/"


class Mention(ChannelConfig):
    """Who in Slack an owner is."""

    owner: str = Field(min_length=1)
    id: str = Field(pattern="^[USW][A-Z0-9]+$", description="The id of a user (U…) or user group (S…)")


class SlackConfig(HttpConfig):
    """One way in: `token` and `channel` (edits in place, threads), or `webhook` (posts only)."""

    token: Reference | None = Field(
        default=None, description="Where the bot's token is kept", examples=["env:SLACK_TOKEN"]
    )
    channel: str = Field(default="", description="The channel's id, e.g. C0123456789, or its #name")
    webhook: Reference | None = Field(
        default=None, description="Where the incoming webhook's URL is kept", examples=["env:SLACK_WEBHOOK"]
    )
    mentions: tuple[Mention, ...] = Field(default=(), description="Owners who are called by name")
    api_url: str = Field(default=API, description="Tests only.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.token is None) == (self.webhook is None):
            raise ValueError("give either a token and a channel, or a webhook")
        if self.token is not None and not self.channel:
            raise ValueError("a token needs the channel it posts in")
        return self

    def mention(self, owner: str) -> str:
        """The id of an owner in Slack; '' when there is none."""
        return next((m.id for m in self.mentions if m.owner.lower() == owner.lower()), "")
