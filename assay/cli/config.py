"""`assay config`: the settings with their origins, and their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.request import command as assay_command
from assay.cli.request import example_text
from assay.cli.say import note, say_json
from assay.cli.table import say_table
from assay.config import Settings
from assay.registry import COLLECTORS, PluginError, Registry

if TYPE_CHECKING:
    from assay.cli.request import Request


@click.group("config", epilog=example_text("assay config show"))
def command() -> None:
    """Show the settings with their origins, or their schema."""


@assay_command("show", example="assay config show --set money.currency=EUR")
def show(request: Request) -> int:
    """Show every setting, its value and where it comes from. Secrets are references and stay so."""
    rows = list(request.settings().shown())
    if request.as_json:
        say_json({key: {"value": value, "origin": origin} for key, value, origin in rows})
    else:
        say_table("", ("setting", "value", "from"), rows)
    return 0


@assay_command("schema", example="assay config schema > assay.schema.json")
def schema(request: Request) -> int:
    """Print the JSON schema of assay.toml, with the options of every installed kind of connection."""
    del request
    whole = Settings.model_json_schema()
    whole["properties"]["connections"]["additionalProperties"] = {"oneOf": _kinds(Registry(), whole["$defs"])}
    say_json(whole)
    return 0


def _kinds(registry: Registry, definitions: dict[str, Any]) -> list[dict[str, str]]:
    """Add the schema of each kind's options to the definitions; references to them."""
    places = []
    for kind in registry.names(COLLECTORS):
        try:
            one = registry.collector(kind).config_class.model_json_schema()
        except PluginError as error:
            note(f"note: without the options of {kind}: {error.message}")
            continue
        definitions.update(one.pop("$defs", {}))
        one["properties"]["kind"] = {"const": kind}
        one["required"] = sorted({*one.get("required", ()), "kind"})
        definitions[f"connection.{kind}"] = one
        places.append({"$ref": f"#/$defs/connection.{kind}"})
    return places


for _command in (show, schema):
    command.add_command(_command)
