"""`assay connect <kind>`: one option per field of the kind's config class, so that every plug-in has its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.field_options import options_of
from assay.cli.findings import Examined, examine, say_findings
from assay.cli.request import Request, common, example_text
from assay.cli.say import note, say_json
from assay.config import FILE_NAME, add_connection
from assay.config.settings import folder_fields
from assay.cycle.sources import open_sources
from assay.errors import ConfigError, SourceError
from assay.registry import COLLECTORS, Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXAMPLES = {
    "snowflake": "assay connect snowflake --name acme --export ~/acme-export",
    "dbt": "assay connect dbt --name shop --target ~/shop/target",
}


class KindGroup(click.Group):
    """A command for every installed kind of collector, made from its config class."""

    registry = Registry()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The kinds there are."""
        return self.registry.names(COLLECTORS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:  # noqa: ARG002 - click's signature
        """The command that connects a system of that kind; PluginError with the valid ones when there is none."""
        return _command(self.registry, cmd_name, self.registry.collector(cmd_name))


@click.group("connect", cls=KindGroup)
def command() -> None:
    """Add or change a connection, and test it."""


def _command(registry: Registry, kind: str, collector_class: Any) -> click.Command:  # noqa: ANN401 - a plug-in's class
    config_class = collector_class.config_class

    def body(request: Request, name: str, *, no_test: bool, **given: object) -> int:
        options = {key: value for key, value in given.items() if value not in {None, ()}}
        return _connect(
            registry, request, kind, name, _placed(options, request.folder, config_class), test=not no_test
        )

    example = _EXAMPLES.get(kind, f"assay connect {kind} --name NAME")
    made = click.Command(
        kind,
        callback=common(body),
        params=[
            click.Option(["--name"], required=True, help="What the connection is called here, e.g. acme."),
            click.Option(["--no-test"], is_flag=True, help="Save it without trying it."),
            *options_of(config_class),
        ],
        help=f"Add or change a {collector_class.title} connection. Secrets are given as env:NAME or file:PATH.",
        epilog=example_text(example),
    )
    made.params = [*made.params, *reversed(getattr(made.callback, "__click_params__", []))]
    return made


def _placed(options: Mapping[str, object], folder: Path, config_class: Any) -> dict[str, object]:  # noqa: ANN401 - a plug-in's class
    """The options as they are written: a folder as seen from the Assay folder where it lies in it, else in full."""
    folders = folder_fields(config_class)
    return {
        key: _as_written(str(value), folder) if key in folders else value for key, value in options.items()
    }


def _as_written(path: str, folder: Path) -> str:
    if "://" in path:
        return path
    whole = Path(path).expanduser().absolute()
    base = folder.absolute()
    return str(whole.relative_to(base)) if whole.is_relative_to(base) else str(whole)


def _connect(
    registry: Registry, request: Request, kind: str, name: str, options: dict[str, object], *, test: bool
) -> int:
    """Read the options as the collector would, try them, and write them to assay.toml."""
    request.settings()
    keys = {f"connections.{name}.{key}": value for key, value in {"kind": kind, **options}.items()}
    settings = Request(request.folder, overrides={**request.overrides, **keys}).settings()
    sources, problems = open_sources(settings, registry, only=[name])
    if problems:
        raise ConfigError(problems[0].message, hint=problems[0].hint)
    examined = examine(sources[0]) if test else None
    if examined is not None and not any(finding.ok for finding in examined.findings):
        raise _unreadable(examined)
    add_connection(request.folder, name, kind, options)
    _say(request, kind, name, examined)
    return 0


def _unreadable(examined: Examined) -> SourceError:
    first = next(iter(examined.findings), None)
    told = f"{first.name}: {first.detail}" if first else "it told nothing"
    fix = f"{first.fix} " if first and first.fix else ""
    return SourceError(
        f"Nothing of {examined.connection} can be read. {told}",
        hint=f"{fix}(--no-test saves it all the same.)",
    )


def _say(request: Request, kind: str, name: str, examined: Examined | None) -> None:
    if request.as_json:
        findings = examined.as_dicts() if examined else []
        say_json({"name": name, "kind": kind, "tested": examined is not None, "findings": findings})
        return
    if examined:
        say_findings(examined.findings)
    click.echo(f"Wrote connection {name} to {request.folder / FILE_NAME}.")
    note(f"→ assay run --dir {request.folder}")
