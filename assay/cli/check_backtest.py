"""`assay check backtest`: what the detector would have told with other settings."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace as changed
from typing import TYPE_CHECKING

import click

from assay.cli.figures import utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.cycle.horizons import read_until
from assay.cycle.sources import open_sources
from assay.model.time import from_ms
from assay.registry import Registry
from checks.anomaly.replay import replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request
    from checks.anomaly.replay import Alert, Replay

SHOWN = 40


@assay_command("backtest", example="assay check backtest 'snowflake:acme:*' --set detector.min_effect=0.5")
@click.argument("pattern", default="*")
@click.option(
    "--days", default=90, show_default=True, type=click.IntRange(1, 365), help="Replay so many days."
)
def command(request: Request, pattern: str, days: int) -> int:
    """Replay history: what the detector would have told, each day judged by the days before it.

    PATTERN is a glob over asset keys. With --set detector.KEY=VALUE the replay is compared with what the folder's own
    settings tell. Nothing is recorded.
    """
    settings = request.settings()
    began = time.perf_counter()
    with opened_store(settings) as store, store.read() as session:
        horizons = read_until(session, open_sources(settings, Registry())[0])
        asked = replay(session, utc_now(), settings.detector, days, pattern, horizons)
        base = None
        if request.overrides:
            own = changed(request, overrides={}).settings()
            base = replay(session, utc_now(), own.detector, days, pattern, horizons)
    seconds = time.perf_counter() - began
    if request.as_json:
        say_json(_as_dict(asked, base, seconds))
    else:
        _say(asked, base, seconds)
    return 0


def _as_dict(asked: Replay, base: Replay | None, seconds: float) -> dict[str, object]:
    told = _facts(asked) | {"seconds": round(seconds, 3)}
    if base is not None:
        told |= {"against": _facts(base), **{side: _alerts(of) for side, of in _apart(asked, base).items()}}
    return told


def _facts(found: Replay) -> dict[str, object]:
    return {
        "days": found.days,
        "assets": found.assets,
        "series": found.series,
        "points": found.points,
        "alerts_per_asset_month": round(found.per_asset_month, 4),
        "judged_wrong": {"points": found.wrong, "flagged": found.wrong_found},
        "judged_expected": {"points": found.spared, "flagged": found.spared_flagged},
        "alerts": _alerts(found.alerts),
    }


def _alerts(alerts: Sequence[Alert]) -> list[dict[str, object]]:
    return [
        {"at": from_ms(each.at_ms), "asset": each.asset, "metric": each.metric, "why": each.why}
        for each in alerts
    ]


def _apart(asked: Replay, base: Replay) -> dict[str, list[Alert]]:
    """The alerts only one of the two tells."""
    names = [{(each.at_ms, each.asset, each.metric) for each in of.alerts} for of in (base, asked)]
    return {
        "new": [each for each in asked.alerts if (each.at_ms, each.asset, each.metric) not in names[0]],
        "gone": [each for each in base.alerts if (each.at_ms, each.asset, each.metric) not in names[1]],
    }


def _say(asked: Replay, base: Replay | None, seconds: float) -> None:
    if asked.alerts:
        rows = [_row(each) for each in reversed(asked.alerts[-SHOWN:])]
        say_table("", ("when", "asset", "metric", "why"), rows)
    if len(asked.alerts) > SHOWN:
        note(f"{len(asked.alerts) - SHOWN} earlier alerts are not shown; --json gives all.")
    metrics = ", ".join(
        f"{count} {metric}" for metric, count in Counter(a.metric for a in asked.alerts).most_common()
    )
    click.echo(
        f"{len(asked.alerts)} alerts in {asked.days} days of {asked.assets} assets ({asked.series} series): "
        f"{asked.per_asset_month:.3f} of an asset in a month{f'; {metrics}' if metrics else ''}. {seconds:.2f} s."
    )
    if asked.wrong or asked.spared:
        click.echo(
            f"Judged really wrong: {asked.wrong_found} of {asked.wrong} points flagged; "
            f"expected once: {asked.spared_flagged} of {asked.spared}."
        )
    if base is not None:
        sides = _apart(asked, base)
        click.echo(
            f"Against the folder's settings ({len(base.alerts)} alerts): "
            f"{len(sides['new'])} new, {len(sides['gone'])} gone."
        )


def _row(each: Alert) -> tuple[str, ...]:
    return (f"{from_ms(each.at_ms):%Y-%m-%d %H:%M}", each.asset, each.metric, each.why)
