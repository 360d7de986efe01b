"""The sections on who is told of an incident: channels, routes, and how often."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assay.config.models import Section


class ChannelSettings(BaseModel):
    """A place messages go to: its kind, what holds for every kind, and the options of its own config class."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(description="The name of a channel, e.g. slack or email", min_length=1)
    weekly_budget: int | None = Field(
        default=None, ge=1, description="Messages in seven days; alerts.weekly_budget when left out"
    )
    per_second: float = Field(default=1.0, gt=0, description="How many messages a second it takes")

    @property
    def options(self) -> dict[str, Any]:
        """The options as written, to be read by the kind's config class."""
        return dict(self.model_extra or {})


class RouteSettings(Section):
    """Incidents that match every given pattern go to `channels`; patterns are globs without case."""

    channels: tuple[str, ...] = Field(description="Names of channels", min_length=1)
    asset: str = "*"
    tag: str = "*"
    owner: str = "*"
    cause: str = "*"
    severity: str = "*"
    impact: str = "*"
    digest: bool = Field(default=False, description="Told in the digest only")
    proceed: bool = Field(default=False, description="Ask the routes after this one, too")


class OwnerSettings(Section):
    """Assets that match belong to `owner`, whatever their own system says."""

    owner: str = Field(min_length=1)
    asset: str = "*"
    tag: str = "*"


class AlertSettings(Section):
    """When and how often incidents are told."""

    channels: tuple[str, ...] = Field(
        default=(), description="Who is told where no route fits; empty: every channel"
    )
    fallback: str = Field(default="", description="The channel that is told what another would not take")
    owners: tuple[OwnerSettings, ...] = Field(default=(), description="The first that fits decides")
    group_wait_s: int = Field(default=30, ge=0, description="How long a new incident waits for others")
    group_from: int = Field(
        default=4, ge=2, description="From how many incidents of one owner and cause they are one message"
    )
    repeat_h: float = Field(default=4.0, ge=0, description="Remind of what nobody acknowledged; 0: never")
    weekly_budget: int = Field(default=30, ge=1, description="Messages a channel is sent in seven days")
    grave_pass: bool = Field(
        default=True, description="An error of high impact is told whatever the budget says"
    )
    digest_hour: int = Field(default=8, ge=0, le=23, description="Hour (UTC) of the daily digest")
    link: str = Field(default="", description="Address of the dashboard, e.g. https://assay.example")
