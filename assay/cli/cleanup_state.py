"""`assay cleanup state`: what the models a pull request changes cost today, for continuous integration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cleanup.artifacts import chosen, newest_manifest
from assay.cleanup.base import of_checkout
from assay.cleanup.changes import Change, Kind, between, by_files
from assay.cleanup.forges import forge_of, say_once
from assay.cleanup.manifests import Manifest
from assay.cleanup.state import DAYS, Standing, State, state
from assay.cleanup.state_comment import MARKER, comment
from assay.cli.limits import nano_of_limit
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.errors import ConfigError, MalformedInputError, UsageError
from assay.model.money import to_credits, to_currency
from assay.model.time import DAY_MS, day_of, from_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cli.request import Request
    from assay.config import Settings
    from assay.config.decisions import RepositorySettings

OVER = 1
"""The exit code when what is changed costs more than --fail-over."""


@assay_command("state", example="assay cleanup state --base prod/manifest.json --head target --fail-over 50")
@click.option(
    "--base", required=True, metavar="REF|MANIFEST", help="A commit, a manifest.json or its folder."
)
@click.option(
    "--head", default="HEAD", show_default=True, metavar="REF|MANIFEST", help="The same after the change."
)
@click.option("--repository", default="", metavar="NAME", help="Which of [cleanup.repositories].")
@click.option(
    "--checkout",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="Where commits are looked up.",
)
@click.option("--fail-over", metavar="CREDITS", help="Exit 1 when what is changed costs more in 30 days.")
@click.option(
    "--post", type=click.IntRange(min=1), metavar="NUMBER", help="Put it on this pull request, once."
)
def command(  # noqa: PLR0913, PLR0917 - click gives each option by its name
    request: Request,
    base: str,
    head: str,
    repository: str,
    checkout: Path,
    fail_over: str | None,
    post: int | None,
) -> int:
    """Tell what the models a pull request changes cost today: as Markdown for a comment, or --json.

    With two manifests, models also count as changed by their configuration or a macro; with two commits by their
    files. Cost, builds and readers are of the 30 days known last. --post keeps one comment up to date on the forge.
    """
    settings = request.settings()
    limit = nano_of_limit(fail_over, "--fail-over")
    changes = changed(settings, base, head, repository, checkout)
    with opened_store(settings) as store, store.read() as session:
        told = state(session, changes)
    text = comment(told, limit)
    if request.as_json:
        say_json(as_dict(told, limit))
    else:
        click.echo(text)
    if post is not None:
        forge = forge_of(_one(settings, repository))
        say_once(forge, post, MARKER, text)
        note(f"#{post} says so.")
    return OVER if is_over(told, limit) else 0


def changed(settings: Settings, base: str, head: str, repository: str, checkout: Path) -> list[Change]:
    """The models that differ between two manifests, or between two commits of the checkout."""
    files = _manifest_at(base), _manifest_at(head)
    if files[0] is not None and files[1] is not None:
        return between(_read(files[0]), _read(files[1]))
    if files[0] is not None or files[1] is not None:
        raise UsageError("--base and --head must be of one sort.", hint="Give two manifests, or two commits.")
    one = _one(settings, repository)
    manifest = newest_manifest(settings, one, one.project)
    if manifest is None:
        raise MalformedInputError(
            "There is no manifest that says which file is which model.",
            hint="Let dbt write one where its connection's target points, or give two manifests.",
        )
    before, after = (_blobs(checkout, one.folder, revision) for revision in (base, head))
    return by_files(manifest, before, after, one.folder)


def _blobs(checkout: Path, folder: str, revision: str) -> Mapping[str, str]:
    with of_checkout(checkout, folder, revision) as found:
        if not found.sha:
            raise UsageError(
                f"{checkout} is no git repository, so {revision} means nothing there.",
                hint="Name a clone with --checkout, or give two manifests.",
            )
        return dict(found.identities())


def _manifest_at(told: str) -> Path | None:
    """The manifest a path means; None when it is none and so names a commit."""
    for path in (Path(told), Path(told) / "manifest.json", Path(told) / "target" / "manifest.json"):
        if path.is_file():
            return path
    return None


def _read(path: Path) -> Manifest:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise MalformedInputError(
            f"{path} cannot be read: {error}.", hint="Let dbt write it again."
        ) from None
    if not isinstance(told, dict) or not isinstance(told.get("nodes"), dict):
        raise MalformedInputError(
            f"{path} is no manifest of dbt: it has no `nodes`.", hint="Name a manifest.json."
        )
    return Manifest(told)


def _one(settings: Settings, repository: str) -> RepositorySettings:
    """The repository that is meant: the one named, else the only one."""
    known = chosen(settings, repository)
    if len(known) != 1:
        raise ConfigError(
            f"{len(known)} repositories are set; which is meant is not said.",
            hint="Give --repository NAME of a [cleanup.repositories.NAME].",
        )
    return next(iter(known.values()))


def is_over(told: State, limit_nano: int | None) -> bool:
    """Whether what is changed costs more than the limit."""
    return limit_nano is not None and told.nano_of(Kind.CHANGED) > limit_nano


def as_dict(told: State, limit_nano: int | None) -> dict[str, Any]:
    """The answer as `--json` gives it."""
    micro, currency = told.money
    return {
        "days": DAYS,
        "until": None if told.until_ms is None else str(day_of(told.until_ms - DAY_MS)),
        "nano_credits_per_month": told.nano_per_month,
        "changed_nano_credits_per_month": told.nano_of(Kind.CHANGED),
        "money_per_month": None if micro is None else to_currency(micro),
        "currency": currency or None,
        "downstream": told.downstream,
        "downstream_nano_credits_per_month": told.downstream_nano,
        "limit_credits": None if limit_nano is None else to_credits(limit_nano),
        "over": is_over(told, limit_nano),
        "models": [_model_dict(each) for each in told.standings],
    }


def _model_dict(each: Standing) -> dict[str, Any]:
    return {
        "model": each.change.unique_id,
        "path": each.change.path or None,
        "change": each.change.kind,
        "what": list(each.change.what),
        "asset": each.asset or None,
        "nano_credits_per_month": each.nano_per_month,
        "money_per_month": None if each.micro_per_month is None else to_currency(each.micro_per_month),
        "currency": each.currency or None,
        "builds_per_month": each.builds,
        "readers": dict(each.readers),
        "last_read": None if each.last_read_ms is None else from_ms(each.last_read_ms),
        "downstream": each.downstream,
        "downstream_nano_credits_per_month": each.downstream_nano,
    }
