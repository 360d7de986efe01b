"""Words on the terminal: results on stdout, all else on stderr, colour only where it is wanted."""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from typing import TextIO


def colour_wanted(stream: TextIO) -> bool:
    """Whether the stream is a terminal whose owner has not set NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say_error(message: str, hint: str = "") -> None:
    """An error and its next step, on stderr."""
    _styled("error: ", message, "red")
    if hint:
        _styled("→ ", hint, "cyan")


def note(text: str) -> None:
    """A remark beside the result, on stderr."""
    click.echo(text, err=True)


def _styled(head: str, text: str, colour: str) -> None:
    styled = click.style(head, fg=colour, bold=True) if colour_wanted(sys.stderr) else head
    click.echo(styled + text, err=True, color=True)


def say_json(value: object) -> None:
    """A result as JSON on stdout; decimals are written as text, exactly."""
    click.echo(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever json does not know
    return str(value) if isinstance(value, Decimal) else getattr(value, "isoformat", lambda: str(value))()
