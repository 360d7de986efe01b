"""`assay check`: run checks, list them, suggest new ones."""

from __future__ import annotations

import importlib
import importlib.util

import click

from assay.cli.request import example_text

PARTS = {
    "run": "Run checks; exit 1 when one fails, 4 when one cannot be run.",
    "list": "List the declared checks and where each is written.",
    "suggest": "Suggest checks for an asset, each with its back-test.",
    "score": "Score a file of series with the detector.",
    "backtest": "Replay history with the detector.",
}
"""The subcommands with their first line of help; each is in a module of its own, ``check_<name>``."""


class Parts(click.Group):
    """Finds a subcommand's module by its name and imports it when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The subcommands there are."""
        return [name for name in PARTS if importlib.util.find_spec(_module(name))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(_module(cmd_name)).command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, PARTS[name]) for name in self.list_commands(ctx)])


@click.group("check", cls=Parts, epilog=example_text("assay check run 'shop.marts.*'"))
def command() -> None:
    """Run the checks of assets, list them, and have new ones suggested."""


def _module(name: str) -> str:
    return f"assay.cli.check_{name}"
