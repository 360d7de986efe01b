"""`assay check suggest`: checks worth having, with what they would have done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.figures import utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.errors import UsageError
from assay.model.assets import AssetKey
from checks.scenes import facts_of
from checks.sources.writing import write
from checks.suggest import suggest

if TYPE_CHECKING:
    from pathlib import Path

    from assay.cli.request import Request
    from checks.suggest import Suggestion


@assay_command("suggest", example="assay check suggest snowflake:acme:shop.marts.orders --write")
@click.argument("asset")
@click.option(
    "--days", default=60, show_default=True, type=click.IntRange(7, 180), help="Try them on so many days."
)
@click.option("--write", "writes", is_flag=True, help="Add them to checks/suggested.yml.")
def command(request: Request, asset: str, days: int, *, writes: bool) -> int:
    """Suggest checks for an asset from its history, each with how often it would have failed.

    Those that would have failed more than once in 60 days are left out.
    """
    settings = request.settings()
    with opened_store(settings) as store, store.read() as session:
        facts = facts_of(session, _key(asset))
        if facts.id is None:
            raise UsageError(
                f"There is no asset {asset}.", hint="The page of an asset shows its key: assay serve."
            )
        found = suggest(session, facts, utc_now(), days)
    file = write(settings.folder, [each.check for each in found]) if writes and found else None
    if request.as_json:
        say_json([_as_dict(each) for each in found])
    else:
        _say(found, file)
    return 0


def _key(text: str) -> AssetKey:
    try:
        return AssetKey.parse(text)
    except ValueError as error:
        raise UsageError(
            str(error),
            hint="Give its whole key, e.g. snowflake:acme:shop.marts.orders; its page in `assay serve` shows it.",
        ) from None


def _as_dict(each: Suggestion) -> dict[str, object]:
    test = each.back_test
    return {
        "name": each.check.name,
        "kind": each.check.kind,
        "severity": each.check.severity,
        "config": dict(each.check.config),
        "why": each.why,
        "back_test": None
        if test is None
        else {
            "days": test.days,
            "looks": test.looks,
            "failures": test.failures,
            "per_30_days": test.per_30_days,
            "held_out": test.held_out,
        },
    }


def _say(found: list[Suggestion], file: Path | None) -> None:
    if not found:
        note("There is too little history to suggest a check, or what there is would be too loud.")
    for each in found:
        options = ", ".join(f"{key}={value}" for key, value in each.check.config.items())
        told = (
            "no history can tell how often it would fail" if each.back_test is None else each.back_test.told()
        )
        click.echo(f"{each.check.kind}  {options}\n  {each.why}\n  {told[:1].upper()}{told[1:]}.")
    if file is not None:
        note(f"Written to {file}.\n→ assay check run")
    elif found:
        note("→ --write adds them to checks/suggested.yml.")
