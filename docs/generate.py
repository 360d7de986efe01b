"""Write docs/reference from the program itself: `make docs`. A test fails when the two differ."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.app import COMMANDS, app
from assay.config import MappingRule, write_new
from assay.config.delivery import ChannelSettings, OwnerSettings, RouteSettings
from assay.config.settings import Settings
from assay.registry import CHANNELS, CHECKS, COLLECTORS, Registry
from assay.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel

    from collectors.base import SourceStream

_TELLING = {
    "[channels.NAME]": ChannelSettings,
    "[[routes]]": RouteSettings,
    "[[alerts.owners]]": OwnerSettings,
}
REFERENCE = Path(__file__).parent / "reference"
WRITTEN = "*Written from the program by `make docs`.*"


def cli() -> str:
    """Every command with its options and an example."""
    context = click.Context(app, info_name="assay")
    lines = ["# Commands", "", WRITTEN, ""]
    for section, commands in COMMANDS.items():
        lines += [f"## {section}", ""]
        for name in commands:
            command = _found(app, context, name)
            lines += _command(command, click.Context(command, info_name=name, parent=context))
    return _joined(lines)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield from [f"### `{context.command_path}`", "", _paragraphs(command.help or ""), ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = _found(command, context, name)
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))
        return
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Argument):
            yield f"* `{parameter.human_readable_name.upper()}`"
        elif (record := parameter.get_help_record(context)) and "--help" not in record[0]:
            yield f"* `{record[0]}`" + (f" — {_one_line(record[1])}" if record[1] else "")
    yield from ["", "", ""]


def _found(group: click.Group, context: click.Context, name: str) -> click.Command:
    command = group.get_command(context, name)
    if command is None:
        raise LookupError(f"{name} is listed but is no command")
    return command


def configuration() -> str:
    """Every setting of assay.toml."""
    lines = ["# Settings", "", WRITTEN, "", _CONFIGURATION, ""]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and hasattr(section, "model_fields"):
            lines += [f"## `[{name}]`", "", _paragraphs(section.__doc__ or ""), "", *_fields(section), ""]
    lines += [
        "## `[[mapping.rules]]`",
        "",
        _paragraphs(MappingRule.__doc__ or ""),
        "",
        *_fields(MappingRule),
        "",
    ]
    lines += ["## `[connections.NAME]`", "", _CONNECTIONS, ""]
    for name, model in _TELLING.items():
        lines += [f"## `{name}`", "", _paragraphs(model.__doc__ or ""), "", *_fields(model), ""]
    return _joined(lines)


def collectors() -> str:
    """Every collector: its options, and what it reads."""
    lines = ["# Collectors", "", WRITTEN, ""]
    registry = Registry()
    for kind in registry.names(COLLECTORS):
        collector = registry.collector(kind)
        lines += [f"## `{kind}`", "", _paragraphs(collector.__doc__ or ""), "", "### Options", ""]
        lines += [*_fields(collector.config_class), "", "### What it reads", ""]
        lines += ["| stream | source | lag | read again | needs |", "|---|---|---|---|---|"]
        lines += [_stream(stream) for stream in collector.streams]
        lines.append("")
    return _joined(lines)


def channels() -> str:
    """Every kind of channel and its options."""
    lines = ["# Channels", "", WRITTEN, "", _CHANNELS, ""]
    registry = Registry()
    for kind in registry.names(CHANNELS):
        channel = registry.load(CHANNELS, kind)
        told = _paragraphs(sys.modules[channel.__module__].__doc__ or "")
        lines += [f"## `{kind}`", "", told, "", *_fields(channel.config_class), ""]
    return _joined(lines)


def checks() -> str:
    """Every kind of check: an example and its options."""
    lines = ["# Checks", "", WRITTEN, "", _CHECKS, ""]
    registry = Registry()
    for kind in registry.names(CHECKS):
        found = registry.load(CHECKS, kind)
        lines += [f"## `{kind}`", "", _one_line((found.__doc__ or "").partition("\n\n")[0]), ""]
        for example in found.config_class.model_json_schema().get("examples", []):
            options = ", ".join(f"{name}: {json.dumps(value)}" for name, value in example.items())
            lines += [f"e.g. `{options}`", ""]
        lines += [*_fields(found.config_class), ""]
    return _joined(lines)


def _stream(stream: SourceStream) -> str:
    grant = f"`{stream.grant.format(role='ASSAY')}`" if stream.grant else ""
    needs = "; ".join(filter(None, (grant, stream.edition))) or "nothing"
    return (
        f"| `{stream.name}` | `{stream.source}` | {_span(stream.lag)} | {_span(stream.look_back)} | {needs} |"
    )


def _span(span: timedelta) -> str:
    """A stretch of time in words."""
    minutes = span // timedelta(minutes=1)
    for unit, size in (("d", 1440), ("h", 60), ("min", 1)):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {unit}"
    return "none"


def pages() -> str:
    """Every address the dashboard answers."""
    from web import create_app  # noqa: PLC0415 - Flask is loaded for this page alone

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_new(folder)
        with Store.create(f"sqlite:///{folder}/.assay/assay.db"):
            dashboard = create_app(folder)
    rules = sorted(
        (rule.rule, rule.endpoint, "POST " if "POST" in (rule.methods or ()) else "")
        for rule in dashboard.url_map.iter_rules()
        if rule.endpoint != "static"
    )
    lines = ["# Addresses", "", WRITTEN, "", _PAGES, "", "| address | what it tells |", "|---|---|"]
    for rule, endpoint, method in rules:
        view = dashboard.view_functions[endpoint]
        text = sys.modules[view.__module__].__doc__ if endpoint.endswith(".page") else view.__doc__
        says = _one_line((text or "").partition("\n\n")[0])
        lines.append(f"| `{method}{rule}` | {says} |")
    return _joined([*lines, ""])


def _fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if name == "kind" or field.description == "Tests only.":
            continue
        default = (
            ""
            if field.is_required()
            else f" Default: `{_written(field.get_default(call_default_factory=True))}`."
        )
        yield f"* `{name}` — {_sentence(field.description or 'A pattern')}{default}"


def _written(value: Any) -> str:  # noqa: ANN401 - any default
    return (
        "none"
        if value is None or value in ((), {})
        else f'"{value}"'
        if isinstance(value, str)
        else str(value)
    )


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(text: str) -> str:
    return "\n\n".join(_one_line(part) for part in text.split("\n\n"))


def _joined(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


_CONFIGURATION = """
Settings stand in `assay.toml` of the Assay folder. A flag (`--set money.currency=EUR`) comes before the environment
(`ASSAY_MONEY__CURRENCY=EUR`), that before the file, that before the default. `assay config show` tells each value and
where it comes from; `assay config schema` prints the JSON schema for an editor. An unknown key is refused with the
nearest one that exists.
""".strip()
_CONNECTIONS = """
One table for each connection: its `kind`, and the options of that kind (see [collectors](collectors.md)).
`assay connect KIND` writes it. Secrets stand as references, `env:NAME` or `file:PATH`; a value that looks like a secret
is refused.
""".strip()
_CHANNELS = """
A channel is a table `[channels.NAME]` with its `kind`; beside the options below each takes `weekly_budget` and
`per_second` (see [settings](configuration.md)). [Get alerts](../how-to/get-alerts.md) shows each at work.
""".strip()
_CHECKS = """
[Declare checks](../how-to/declare-checks.md) shows where checks are written. Each has a `name`, which its results are
kept by, and beside the options of its kind:

* `asset` — Its key, `platform:instance:database.schema.table`.
* `kind` — One of the kinds below.
* `severity` — `error`, or `warn`. Default: `"error"`.
* `owner` — Who is told when it fails; else the asset's owner is. Default: `""`.
* `description` — What it promises, for whoever reads the alert. Default: `""`.
* `every` — How often a cycle runs it: `1h`, `1d`, `1w`, or `cycle` for every one. Default: once a day
  for what asks a warehouse or is Python, else `cycle`.
""".strip()
_PAGES = """
Each page and its JSON twin take the same questions in the URL: `days`, or `from` and `to` (UTC days), and
`unit=credits`. The dashboard answers on this machine alone. What changes something is a POST from a form of its own
pages; a form of any other site is refused.
""".strip()

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "configuration.md": configuration,
    "collectors.md": collectors,
    "channels.md": channels,
    "checks.md": checks,
    "pages.md": pages,
}


def main() -> None:
    """Write every page of the reference that the program tells."""
    for name, text in PAGES.items():
        (REFERENCE / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
