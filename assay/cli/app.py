"""The program itself: the list of its commands, and what becomes of an error."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from assay import __version__
from assay.cli.say import say_error
from assay.errors import AssayError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130

COMMANDS: dict[str, dict[str, str]] = {
    "First minute": {
        "demo": "Show all of Assay on a made-up company, without any account.",
        "init": "Make a folder an Assay folder: settings, store and place for facts.",
        "connect": "Add or change a connection, and test it.",
        "grants": "Print the script that lets Assay read a system, and no more.",
        "doctor": "Examine the installation, the store and every connection.",
    },
    "Every day": {
        "run": "Run one whole cycle: collect, map, cost, check, tell.",
        "collect": "Only read what is new from the connections.",
        "costs": "Tell what assets, warehouses, users, tags, services or days cost.",
        "unused": "Tell which assets nobody needs, why, and in which order they can go.",
        "cleanup": "Let what nobody reads leave the dbt project, by a pull request.",
        "waste": "Tell what is spent for nothing, the change to make, and what it saves.",
        "savings": "Tell what each change promised to save, and what it was measured to save.",
        "reconcile": "Check that the parts of every cell add up to the bill.",
        "check": "Run the checks of assets, list them, and have new ones suggested.",
        "incidents": "See what is wrong, act on it, and judge it.",
        "alerts": "Send alerts, see which were sent, and keep silent for a while.",
        "backfill": "Tell what a backfill costs before it runs, and what quotes came to.",
        "budgets": "Tell how each budget stands in its month, and what the month is likely to come to.",
        "export": "Write the ledger to a file.",
        "serve": "Serve the dashboard on this machine, and work beside it.",
        "worker": "Run cycles in their rhythm and send what is due, without the dashboard.",
    },
    "Care": {
        "config": "Show the settings with their origins, or their schema.",
        "db": "Upgrade, check or back up the metadata store.",
    },
}  # fmt: skip
"""The commands by what they are for, with their first line of help: `--help` loads none of them."""

_HELP = {name: text for section in COMMANDS.values() for name, text in section.items()}


@dataclass(slots=True)
class Shell:
    """What holds for the whole call: whether errors show their trace."""

    debug: bool = False


def is_debugging() -> bool:
    """Whether the call under way asked for --debug."""
    context = click.get_current_context(silent=True)
    shell = context.find_object(Shell) if context else None
    return shell is not None and shell.debug


class LazyGroup(click.Group):
    """Finds a command's module by its name and imports it when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands, in the order of their sections."""
        return list(_HELP)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command of that name, or None."""
        if cmd_name not in _HELP:
            return None
        found: click.Command = importlib.import_module(f"assay.cli.{cmd_name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command called; UsageError with the nearest name when there is none."""
        if args and args[0] not in _HELP and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], _HELP, n=1)
            meant = f"Did you mean `assay {close[0]}`?" if close else "`assay --help` lists the commands."
            raise UsageError(f"There is no command {args[0]}.", hint=meant)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands under their sections."""
        width = max(map(len, _HELP))
        for section, commands in COMMANDS.items():
            with formatter.section(section):
                formatter.write_dl([(name.ljust(width), text) for name, text in commands.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try it: assay demo      Every command: --help, --json, --dir",
)
@click.version_option(__version__, prog_name="assay", message="%(prog)s %(version)s")
def app() -> None:
    """What every data asset costs, whether it is sound, and whether anyone needs it."""


def run(arguments: Sequence[str]) -> int:
    """Run the program; every error becomes its message on stderr and its exit code."""
    if "_ASSAY_COMPLETE" in os.environ:
        app.main(prog_name="assay")
    shell = Shell(debug="--debug" in arguments)
    try:
        with app.make_context("assay", list(arguments), obj=shell) as context:
            code = app.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return INTERRUPTED
    except click.ClickException as error:
        return _of_click(error, shell)
    except Exception as error:  # noqa: BLE001 - the last door: nobody is shown a trace unasked
        return _told(error, shell)
    return code if isinstance(code, int) else 0


def _told(error: Exception, shell: Shell) -> int:
    """Print what, why and the next step; the trace only where it was asked for."""
    if shell.debug:
        traceback.print_exception(error)
    if isinstance(error, AssayError):
        say_error(error.message, error.hint)
        return error.exit_code
    again = "It is told above." if shell.debug else "Run it again with --debug and report what it prints."
    say_error(f"This is a mistake in Assay: {type(error).__name__}: {error}", again)
    return 1


def _of_click(error: click.ClickException, shell: Shell) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "assay"
    return _told(UsageError(error.format_message(), hint=f"`{path} --help` tells what it takes."), shell)


def _drop_stdout() -> None:
    """Nobody reads stdout any more: keep Python from saying so when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
