"""`assay db`: the schema and the backup of the metadata store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.backup import back_up
from assay.cli.request import command as assay_command
from assay.cli.request import example_text
from assay.cli.say import say_json
from assay.cli.stores import opened_store
from assay.store import health, migrate

if TYPE_CHECKING:
    from assay.cli.request import Request


@click.group("db", epilog=example_text("assay db backup assay-backup.db"))
def command() -> None:
    """Upgrade, check or back up the metadata store."""


@assay_command("upgrade", example="assay db upgrade --dir ~/assay")
def upgrade(request: Request) -> int:
    """Bring the store's schema to the one this program needs."""
    url = request.settings().store.url
    before = migrate.current(url)
    migrate.upgrade(url)
    return _say_revision(request, before, migrate.head())


@assay_command("current", example="assay db current")
def current(request: Request) -> int:
    """Tell the store's revision and the one this program needs; exit 1 when they differ."""
    found, head = migrate.current(request.settings().store.url), migrate.head()
    if request.as_json:
        say_json({"revision": found, "head": head})
    else:
        click.echo(f"{found or 'empty'} (this program needs {head})")
    return 0 if found == head else 1


@assay_command("check", example="assay db check")
def check(request: Request) -> int:
    """Check that the store is whole and its schema this program's; exit 1 with what is wrong."""
    settings = request.settings()
    with opened_store(settings) as store:
        faults = health.faults(store)
    migrate.check(settings.store.url)
    if request.as_json:
        say_json({"faults": faults})
    else:
        click.echo("\n".join(faults) if faults else "The store is whole and its schema is this program's.")
    return 1 if faults else 0


@assay_command("backup", example="assay db backup assay-backup.db")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
def backup(request: Request, file: Path, *, force: bool) -> int:
    """Write a whole copy of a SQLite store to FILE, also while a cycle runs."""
    bytes_written = back_up(request.settings().store.url, file, force=force)
    if request.as_json:
        say_json({"file": str(file), "bytes": bytes_written})
    else:
        click.echo(
            f"Wrote {file} ({bytes_written:,} bytes). The files of facts are kept apart: copy them too."
        )
    return 0


for _command in (upgrade, current, check, backup):
    command.add_command(_command)


def _say_revision(request: Request, before: str | None, after: str) -> int:
    if request.as_json:
        say_json({"before": before, "revision": after})
    elif before == after:
        click.echo(f"The store is at {after} already.")
    else:
        click.echo(f"The store went from {before or 'empty'} to {after}.")
    return 0
