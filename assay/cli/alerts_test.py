"""`assay alerts test`: a sample through each channel, and what came back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from assay.cli.request import command as assay_command
from assay.cli.say import say_error, say_json
from assay.cli.stores import opened_store
from assay.config.faults import nearest
from assay.errors import ConfigError
from assay.incidents.channels.opening import open_channels
from assay.incidents.routing import routable
from assay.incidents.telling import Telling
from assay.incidents.trying import Tried, try_channels
from assay.registry import Registry

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.config import Settings


@assay_command("test", example="assay alerts test team")
@click.argument("channel", default="")
def command(request: Request, channel: str) -> int:
    """Send a test through each channel, or only through CHANNEL; exit 1 when one does not take it.

    It goes the way every message goes, is tried once, and says that it is a test. In PagerDuty it is resolved at once.
    Routes that cannot be used are told, too, with exit code 3: the channels are tried all the same.
    """
    settings = request.settings()
    wanted = _wanted(settings, channel)
    usable, misrouted = routable(settings)
    channels, problems = open_channels(settings, Registry())
    tried = [
        Tried(name, settings.channels[name].kind, False, error=problem.message, hint=problem.hint)
        for name, problem in problems.items()
        if name in wanted
    ]
    chosen = {name: found for name, found in channels.items() if name in wanted}
    with opened_store(settings) as store:
        for one in try_channels(store, chosen, Telling.of(usable)):
            tried.append(one)
            if not request.as_json:
                _say(one)
    if request.as_json:
        say_json([asdict(one) for one in tried])
    else:
        for one in tried[: len(tried) - len(chosen)]:
            _say(one)
    if misrouted is not None:
        say_error(
            f"The channels were tried, but the routes cannot be used: {misrouted.message}", misrouted.hint
        )
        return misrouted.exit_code
    return 0 if all(one.delivered for one in tried) else 1


def _wanted(settings: Settings, channel: str) -> list[str]:
    """The channels to try; ConfigError when there are none, or none of that name."""
    known = sorted(settings.channels)
    if not known:
        raise ConfigError(
            "No channel is described yet.",
            hint='Write a table into assay.toml, e.g. [channels.team] with kind = "file", path = "alerts.jsonl".',
        )
    if channel and channel not in known:
        raise ConfigError(f"There is no channel {channel}.", hint=nearest(channel, known))
    return [channel] if channel else known


def _say(tried: Tried) -> None:
    if tried.delivered:
        ref = f", as {tried.ref}" if tried.ref else ""
        click.echo(f"{tried.channel} ({tried.kind}) took it in {tried.seconds:.1f} s{ref}.")
    else:
        say_error(f"{tried.channel} ({tried.kind}): {tried.error}", tried.hint)
