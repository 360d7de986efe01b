"""`assay init`: make a folder an Assay folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.config import write_new
from assay.store.engine import Store

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("init", example="assay init --dir ~/assay")
def command(request: Request) -> int:
    """Make a folder an Assay folder: settings, store and place for facts.

    What stands already is kept: run it again after an upgrade and only the store's schema moves.
    """
    made = make_folder(request)
    if request.as_json:
        say_json({"dir": str(request.folder.absolute()), "created": made})
        return 0
    where = request.folder.absolute()
    click.echo(f"{'Made' if made else 'Kept'} {where / 'assay.toml'}; the store is ready.")
    click.echo(f"→ assay connect snowflake --name acme --export FOLDER --dir {request.folder}")
    return 0


def make_folder(request: Request) -> bool:
    """Write assay.toml where there is none, bring the store to head, and tell whether the folder is new."""
    made = write_new(request.folder)
    settings = request.settings()
    settings.work_folder.mkdir(parents=True, exist_ok=True)
    ignore = settings.work_folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
    Store.create(settings.store.url).close()
    return made
