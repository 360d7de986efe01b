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

    `parts` are the subcommands with their first line of help; one whose module is not there is not listed. With a
    `default`, the group called without the name of a subcommand is that one.
    """

    def __init__(
        self,
        name: str,
        parts: Mapping[str, str],
        *,
        default: str = "",
        **attributes: Any,  # noqa: ANN401 - click's own
    ) -> None:
        super().__init__(name, **attributes)
        self.prefix = f"assay.cli.{name}_"
        self.parts = parts
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default subcommand's name before arguments that begin with none, and do not ask for help."""
        begins = args[0] if args else ""
        is_option = not begins or begins.startswith("-")
        if self.default and is_option and begins not in {"-h", "--help"}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

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
