"""No secret of a channel comes into a log, an error, a message or the store, whatever goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.hook import Hook, Reply, running_hook
from structlog.testing import capture_logs

from assay.config import Settings
from assay.errors import ConfigError
from assay.incidents.channels.opening import open_channels
from assay.incidents.telling import Telling
from assay.incidents.trying import try_channels
from assay.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from delivery.conftest import World

SECRET = "very-secret-part"  # noqa: S105 - made up
KINDS = {
    "slack": 'token = "env:A_SECRET"\nchannel = "C1"\napi_url = "{url}"\non_premise = true',
    "hooked": 'kind_ = "slack"\nwebhook = "env:A_URL"\non_premise = true',
    "webhook": 'url = "env:A_URL"\nsigning_secret = "env:A_SECRET"\non_premise = true',
    "pagerduty": 'routing_key = "env:A_SECRET"\nurl = "{url}"\non_premise = true',
    "teams": 'url = "env:A_URL"\non_premise = true',
}
TROUBLES = (
    Reply(400, b"no: very-secret-part"),
    Reply(403, b"token very-secret-part is not known"),
    Reply(500, b"trace with very-secret-part"),
    Reply(cut=True),
)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A server that repeats what it was told in confidence."""
    with running_hook() as running:
        monkeypatch.setenv("A_URL", running.url)
        monkeypatch.setenv("A_SECRET", SECRET)
        yield running


def settings_of(folder: Path, name: str, options: str) -> Settings:
    """Settings with one channel."""
    kind = "slack" if name == "hooked" else name
    table = options.replace('kind_ = "slack"\n', "")
    (folder / "assay.toml").write_text(f'[channels.{name}]\nkind = "{kind}"\n{table}\n')
    return Settings.load(folder, environ={})


@pytest.mark.parametrize("name", KINDS)
def test_a_server_that_repeats_a_secret_brings_it_nowhere(
    small_world: World, hook: Hook, tmp_path: Path, name: str
) -> None:
    """Refused, failing or cut: neither the log nor the store nor what is told holds the secret."""
    url = hook.url.replace(SECRET, "open")
    settings = settings_of(tmp_path, name, KINDS[name].format(url=url))
    channels, problems = open_channels(settings, Registry())
    assert problems == {}
    small_world.routing = type(small_world.routing)(default=(name,))
    seen: list[object] = []
    with capture_logs() as lines:
        for place, trouble in enumerate(TROUBLES):
            hook.replies.append(trouble)
            seen += try_channels(small_world.store, channels, clock=small_world.clock)
            small_world.open(f"t{place}")
            small_world.clock.pass_s(30)
            hook.replies.append(trouble)
            channels[name].name = name
            seen.append(small_world.dispatcher(channels[name]).pump())
            small_world.clock.pass_s(3600)

    stored = [vars(row) for row in small_world.rows()]
    assert len(hook.requests) >= 2 * len(TROUBLES)
    assert any(row["error"] for row in stored)
    for told in (lines, stored, seen, vars(channels[name])):
        assert SECRET not in repr(told)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "hooked"])
def test_a_secret_written_into_the_settings_is_refused_and_not_repeated(tmp_path: Path, name: str) -> None:
    """A secret is named by reference; the error tells how, without its value."""
    written = KINDS[name].format(url="https://x").replace("env:A_SECRET", SECRET).replace("env:A_URL", SECRET)
    told = _refusal(tmp_path, name, written)

    assert "holds a secret" in told or "by reference" in told
    assert SECRET not in told


def _refusal(folder: Path, name: str, options: str) -> str:
    """What is told of a channel that is refused, whether with the settings or when it is built."""
    try:
        _, problems = open_channels(settings_of(folder, name, options), Registry())
    except ConfigError as error:
        return str(error)
    return str(problems[name])


def test_a_route_to_a_channel_that_is_not_there_is_told_with_its_place(tmp_path: Path) -> None:
    """Before anything is sent, and with the nearest name."""
    (tmp_path / "assay.toml").write_text(
        '[channels.team]\nkind = "file"\npath = "x"\n[[routes]]\nchannels = ["taem"]\n'
    )
    with pytest.raises(ConfigError, match=r"Did you mean team\?"):
        Telling.of(Settings.load(tmp_path, environ={}))
