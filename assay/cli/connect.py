"""`assay connect <kind>`: one option per field of the kind's config class, so every plug-in has its own."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.field_options import flag_of, options_of
from assay.cli.findings import Examined, examine, say_findings
from assay.cli.request import Request, common, example_text
from assay.cli.say import note, say_json
from assay.config import FILE_NAME, change_connection
from assay.config.settings import folder_fields
from assay.cycle.sources import open_sources
from assay.errors import ConfigError, SourceError, UsageError
from assay.registry import COLLECTORS, PluginError, Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collectors.base import Collector

_EXAMPLES = {
    "snowflake": "assay connect snowflake --name acme --export ~/acme-export",
    "dbt": "assay connect dbt --name shop --target ~/shop/target",
    "duckdb": "assay connect duckdb --name lake --path ~/lake",
    "postgres": "assay connect postgres --name shop --host db.example --database shop --user assay --password env:PGPW",
    "great_expectations": "assay connect great_expectations --name quality --path ~/quality/gx/uncommitted/validations",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A connection as it was asked for, not yet tried."""

    name: str
    kind: str
    options: Mapping[str, object]

    def keys(self) -> dict[str, object]:
        """Its settings by dotted key."""
        given = {"kind": self.kind, **self.options}
        return {f"connections.{self.name}.{key}": value for key, value in given.items()}


class KindGroup(click.Group):
    """A command for every installed kind of collector, made from its config class."""

    registry = Registry()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The kinds there are."""
        return self.registry.names(COLLECTORS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:  # noqa: ARG002 - click's signature
        """The command for a kind; PluginError with the valid ones when there is none."""
        return kind_command(self.registry, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the kinds by what they do; one that cannot be imported says so and hides no other."""
        with formatter.section("Kinds"):
            formatter.write_dl([(kind, self._does(kind)) for kind in self.registry.names(COLLECTORS)])

    def _does(self, kind: str) -> str:
        try:
            collector_class = self.registry.collector(kind)
            return inspect.cleandoc(collector_class.__doc__ or collector_class.title).splitlines()[0]
        except PluginError as error:
            return error.message


@click.group("connect", cls=KindGroup, epilog=example_text(_EXAMPLES["snowflake"]))
def command() -> None:
    """Add or change a connection, and test it."""


def kind_command(registry: Registry, kind: str) -> click.Command:
    """The command that connects a system of that kind."""
    collector_class = registry.collector(kind)
    config_class = collector_class.config_class

    def body(request: Request, name: str, *, no_test: bool, **given: object) -> int:
        options = {key: value for key, value in given.items() if value not in {None, ()}}
        placed = _placed(options, request.folder, config_class)
        draft = Draft(name, kind, {**_said_by_set(request, name), **placed})
        return connect(registry, request, draft, test=not no_test)

    callback = common(body)
    return click.Command(
        kind,
        callback=callback,
        params=[
            click.Option(["--name"], required=True, help="What the connection is called here, e.g. acme."),
            click.Option(["--no-test"], is_flag=True, help="Save it without trying it."),
            *options_of(config_class),
            *reversed(getattr(callback, "__click_params__", ())),
        ],
        help=f"Add or change a {collector_class.title} connection. Write a secret as env:NAME or file:PATH.",
        epilog=example_text(_EXAMPLES.get(kind, f"assay connect {kind} --name NAME")),
    )


def _said_by_set(request: Request, name: str) -> dict[str, object]:
    """Options of the connection said by --set: they are tried with the others, so they are written with them."""
    above = f"connections.{name}."
    return {
        key.removeprefix(above): value for key, value in request.overrides.items() if key.startswith(above)
    }


def connect(registry: Registry, request: Request, draft: Draft, *, test: bool = True) -> int:
    """Read the options as the collector would, try them, and write them to assay.toml.

    Raises ConfigError when they do not fit, SourceError when nothing needed of the source can be read.
    """
    _same_kind(request, draft)
    settings = Request(request.folder, overrides={**request.overrides, **draft.keys()}).settings()
    _all_given(settings.connection(draft.name).options, registry.collector(draft.kind))
    sources, problems = open_sources(settings, registry, only=[draft.name])
    if problems:
        raise ConfigError(problems[0].message, hint=problems[0].hint)
    examined = examine(sources[0]) if test else None
    if examined is not None and examined.useless:
        if not request.as_json:
            say_findings(examined.findings)
        raise _unreadable(examined)
    change_connection(request.folder, draft.name, draft.kind, draft.options)
    _say(request, draft, examined)
    return 0


def _all_given(options: Mapping[str, object], collector_class: type[Collector]) -> None:
    """UsageError names the first option that must be given and is not, as it is given here."""
    for name, field in collector_class.config_class.model_fields.items():
        if field.is_required() and name not in options:
            flag = flag_of(name)
            raise UsageError(f"{flag} is missing.", hint=f"Give {flag}: {field.description}")


def _same_kind(request: Request, draft: Draft) -> None:
    """Options are added to those that stand: of another kind they would fit neither."""
    said = {key: value for key, value in request.overrides.items() if not key.startswith("connections.")}
    standing = Request(request.folder, overrides=said).settings().connections.get(draft.name)
    if standing is not None and standing.kind != draft.kind:
        raise ConfigError(
            f"The connection {draft.name} is one of kind {standing.kind}.",
            hint=f"Give another --name, or remove [connections.{draft.name}] from {FILE_NAME} first.",
        )


def _placed(options: Mapping[str, object], folder: Path, config_class: Any) -> dict[str, object]:  # noqa: ANN401 - a plug-in's class
    """The options as written: a folder inside the Assay folder as seen from it, any other in full."""
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


def _unreadable(examined: Examined) -> SourceError:
    first = next((finding for finding in examined.findings if not finding.ok), None)
    told = f"{first.name}: {first.detail}" if first else "it told nothing"
    steps = [*(first.fix.splitlines() if first else ()), "or save it all the same: --no-test"]
    return SourceError(
        f"{examined.connection} cannot be read, so it is not written. {told}", hint="\n  ".join(steps)
    )


def _say(request: Request, draft: Draft, examined: Examined | None) -> None:
    if request.as_json:
        findings = examined.as_dicts() if examined else []
        tested = examined is not None
        say_json({"name": draft.name, "kind": draft.kind, "tested": tested, "findings": findings})
        return
    if examined:
        say_findings(examined.findings)
    click.echo(f"Wrote connection {draft.name} to {request.folder / FILE_NAME}.")
    note(f"→ assay run --dir {request.folder}")
