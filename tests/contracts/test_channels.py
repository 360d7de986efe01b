"""What holds for every channel there is, or will be: found by entry point, so that none is forgotten."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from assay.incidents.blocks import Message
from assay.incidents.channels.base import ChannelConfig, DeliveryError
from assay.model.incidents import IncidentState
from assay.model.time import from_ms
from assay.registry import CHANNELS, Registry

if TYPE_CHECKING:
    from pathlib import Path

KINDS = Registry().names(CHANNELS)
MESSAGE = Message(
    "1:opened:1:x", "1:x", "opened", "orders lost half its rows", IncidentState.OPEN, from_ms(0)
)


def options(kind: str, folder: Path, port: int) -> dict[str, Any]:
    """What such a channel must be told, so that it speaks to a port where nobody listens."""
    (folder / "secret").write_text(f"http://127.0.0.1:{port}/")
    kept, url = f"file:{folder / 'secret'}", f"http://127.0.0.1:{port}/"
    return {
        "email": {"host": "localhost", "port": port, "tls": "none", "sender": "a@example.com", "to": ["b@c.d"]},
        "file": {"path": folder / "none" / "alerts.jsonl"},
        "pagerduty": {"routing_key": kept, "url": url, "on_premise": True},
        "slack": {"token": kept, "channel": "C1", "api_url": url, "on_premise": True},
        "teams": {"url": kept, "on_premise": True},
        "webhook": {"url": kept, "signing_secret": kept, "on_premise": True},
    }[kind]  # fmt: skip


@pytest.fixture(params=KINDS)
def given(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Any, dict[str, Any]]:
    """The class of a channel, and options with which it reaches nobody."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return Registry().load(CHANNELS, request.param), options(request.param, tmp_path, port)


def test_it_says_what_it_is(given: tuple[Any, dict[str, Any]]) -> None:
    """Its kind is the name it is found by; its title and docstring are for people."""
    channel_class, _ = given

    assert channel_class.kind in KINDS
    assert channel_class.title
    assert channel_class.__doc__
    assert issubclass(channel_class.config_class, ChannelConfig)


def test_its_options_are_an_allow_list_and_never_repeated(given: tuple[Any, dict[str, Any]]) -> None:
    """A misspelt one is refused, and no value of it is told."""
    channel_class, known = given
    with pytest.raises(ValidationError) as caught:
        channel_class.config_class.model_validate({**known, "no_such_option": "very-secret"})

    assert "no_such_option" in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_a_place_that_cannot_be_reached_is_a_delivery_error(given: tuple[Any, dict[str, Any]]) -> None:
    """Nothing else is raised, it may be tried again, and it is not in doubt."""
    channel_class, known = given
    channel = channel_class("x", channel_class.config_class.model_validate(known))
    with pytest.raises(DeliveryError) as caught:
        channel.send(MESSAGE, "")

    assert isinstance(channel.follows, bool)
    assert caught.value.hint
    assert not caught.value.permanent
    assert not caught.value.ambiguous
