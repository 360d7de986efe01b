"""What every command is given: the folder it works on, how it answers, and the settings behind it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.config import Settings
from assay.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

Body = Callable[..., int]
"""A command's own function: given a Request and its options, it gives the exit code."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a command: its folder, whether it answers in JSON, and the settings said by flag."""

    folder: Path
    as_json: bool = False
    overrides: Mapping[str, object] = field(default_factory=dict)

    def settings(self, *, required: bool = True) -> Settings:
        """The folder's settings; ConfigError when it is no Assay folder and must be one."""
        settings = Settings.load(self.folder, self.overrides)
        if required and not settings.exists and settings.origin("store.url") == "default":
            raise ConfigError(
                f"{self.folder.absolute()} is no Assay folder: it has no assay.toml.",
                hint=f"Run `assay init --dir {self.folder}`, or name another folder with --dir.",
            )
        return settings


def common(function: Body, *, folder: str = ".") -> Body:
    """Add the options all commands share; what they say is given to the function as a Request."""
    shared = (
        click.option("--debug", is_flag=True, expose_value=False, help="Show the trace of an error."),
        click.option(
            "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting, before all others."
        ),
        click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout."),
        click.option(
            "--dir",
            "folder",
            type=click.Path(file_okay=False, path_type=Path),
            default=folder,
            envvar="ASSAY_DIR",
            show_default=True,
            help="The Assay folder (or ASSAY_DIR).",
        ),
    )

    @functools.wraps(function)
    def run(folder: Path, pairs: tuple[str, ...], *, as_json: bool, **options: Any) -> int:  # noqa: ANN401 - the command's own options
        return function(Request(folder, as_json, overrides_of(pairs)), **options)

    body: Body = run
    for option in shared:
        body = option(body)
    return body


def command(name: str, *, example: str, folder: str = ".") -> Callable[[Body], click.Command]:
    """Make a function a command with the options all commands share and an example under its help."""

    def wrap(function: Body) -> click.Command:
        return click.command(name, epilog=example_text(example))(common(function, folder=folder))

    return wrap


def example_text(example: str) -> str:
    """The epilog of a command's help."""
    return f"\b\nExample:\n  {example}"


def overrides_of(pairs: tuple[str, ...]) -> dict[str, object]:
    """The settings said as KEY=VALUE; UsageError for any other form."""
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise UsageError(
                f"--set {pair} is not of the form KEY=VALUE.", hint="e.g. --set money.currency=EUR"
            )
        found[key.strip()] = value
    return found
