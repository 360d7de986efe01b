"""What docs/how-to/get-alerts.md shows is what works."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from assay.config import Settings
from assay.incidents.channels.opening import open_channels
from assay.incidents.channels.webhook import signature
from assay.incidents.routing import Routing, Subject
from assay.incidents.telling import Telling
from assay.registry import CHANNELS, Registry

PAGE = (Path(__file__).parents[3] / "docs/how-to/get-alerts.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The examples of the page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder with all that the page shows."""
    (tmp_path / "assay.toml").write_text("\n".join(blocks("toml")), encoding="utf-8")
    return Settings.load(tmp_path, environ={})


def test_every_channel_of_the_page_can_be_built_and_none_is_missing(settings: Settings) -> None:
    """Its options are those of the channel, and each kind there is has its example."""
    channels, problems = open_channels(settings, Registry())

    assert problems == {}
    assert {channel.kind for channel in channels.values()} == set(Registry().names(CHANNELS))


def test_the_routes_of_the_page_do_what_it_says(settings: Settings) -> None:
    """A grave incident of finance calls the one on call as well; a warning waits for the digest."""
    routing = Routing.of(settings)
    key = "snowflake:acme:shop.marts.fin_orders"
    owner = routing.owner(Subject(key, owner="ann"))
    grave = routing.targets(Subject(key, owner=owner, severity="error", impact="high"))
    slight = routing.targets(Subject("snowflake:acme:shop.raw.orders", severity="warn", impact="low"))

    assert owner == "finance"
    assert [(target.channel, target.digest) for target in grave] == [("oncall", False), ("team", False)]
    assert [(target.channel, target.digest) for target in slight] == [("mail", True)]


def test_the_figures_of_the_page_are_the_defaults() -> None:
    """A table that lies about a default is worse than none."""
    alerts, telling = Settings().alerts, Telling()
    said = dict(re.findall(r"\| `(\w+)`, ([\w]+)", PAGE))

    assert {
        name: str(getattr(alerts, name)).lower().removesuffix(".0") for name in said if name != "fallback"
    } == {name: value for name, value in said.items() if name != "fallback"}
    assert len(said) == 7
    assert (telling.budget, telling.group_from) == (alerts.weekly_budget, alerts.group_from)


def test_the_receiver_of_the_page_takes_what_is_signed() -> None:
    """And refuses another secret, another body, and what is old."""
    found: dict[str, Any] = {}
    exec(blocks("python")[0], found)  # noqa: S102 - the page's own example
    is_ours, now = found["is_ours"], str(int(time.time()))
    old = str(int(time.time()) - 400)
    signed = signature("secret", now, b"{}")

    assert is_ours("secret", now, signed, b"{}")
    assert not is_ours("other", now, signed, b"{}")
    assert not is_ours("secret", now, signed, b"[]")
    assert not is_ours("secret", old, signature("secret", old, b"{}"), b"{}")
