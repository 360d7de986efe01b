"""A command made of subcommands, each in a module of its own that is imported when it is called."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class Parts(click.Group):
    """Finds the subcommand NAME of the group in the module ``assay.cli.<group>_<name>``.

    `parts` are the subcommands with their first line of help; one whose module is not there is not listed.
    """

    def __init__(self, name: str, parts: Mapping[str, str], **attributes: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(name, **attributes)
        self.prefix = f"assay.cli.{name}_"
        self.parts = parts

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The subcommands there are."""
        return [name for name in self.parts if importlib.util.find_spec(self.prefix + name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(self.prefix + cmd_name).command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.parts[name]) for name in self.list_commands(ctx)])
