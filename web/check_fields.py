"""A form for a kind of check, made from the JSON schema of its config, and what the form says as options."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel
    from werkzeug.datastructures import MultiDict

PREFIX = "option."
"""Before the name of an option in the form, so that no option is taken for a field all checks have."""

_LAST = ("where", "timeout_s")
_CODE = ("sql", "where")
_UNITS = {"h": "hours", "min": "minutes", "s": "seconds"}
_HINTS = {"list": "One a line.", "pairs": "One a line, as name: type."}


@dataclass(frozen=True, slots=True)
class Field:
    """An option as a field: `shape` is text, code, number, flag, choice, choices, list or pairs."""

    key: str
    label: str
    about: str
    shape: str
    required: bool = False
    choices: Sequence[str] = ()
    value: str = ""
    checked: Sequence[str] = ()
    least: float | None = None
    most: float | None = None
    example: str = ""

    @property
    def name(self) -> str:
        """The field's name in the form."""
        return PREFIX + self.key


def fields_of(config_class: type[BaseModel], said: MultiDict[str, str]) -> list[Field]:
    """The fields of a kind's options with what the form said, or their defaults; those seldom changed last."""
    schema = config_class.model_json_schema()
    required = set(schema.get("required", ()))
    names = sorted(schema["properties"], key=lambda name: (name in _LAST, name not in required))
    example: Mapping[str, Any] = next(iter(schema.get("examples", ())), {})
    return [
        _field(name, schema["properties"][name] | _example(name, example), said, required=name in required)
        for name in names
    ]


def options_of(config_class: type[BaseModel], said: MultiDict[str, str]) -> dict[str, Any]:
    """What the form says, for the config class to judge; an empty field leaves the option at its default."""
    found: dict[str, Any] = {}
    for field in fields_of(config_class, said):
        value = _option(field, said)
        if value or field.shape == "flag":
            found[field.key] = value
    return found


def _field(name: str, schema: Mapping[str, Any], said: MultiDict[str, str], *, required: bool) -> Field:
    kind = _one_of(schema)
    shape = _shape(name, kind)
    default = schema.get("default")
    key = PREFIX + name
    checked = said.getlist(key) if said else _defaults(default)
    return Field(
        key=name,
        label=label(name),
        about=". ".join(filter(None, (str(schema.get("description", "")), _HINTS.get(shape)))),
        shape=shape,
        required=required,
        choices=tuple(map(str, kind.get("enum") or kind.get("items", {}).get("enum") or ())),
        value=said.get(key, _written(default)),
        example=_written(next(iter(schema.get("examples", ())), None)),
        checked=tuple(checked),
        least=kind.get("minimum", kind.get("exclusiveMinimum")),
        most=kind.get("maximum"),
    )


def _example(name: str, example: Mapping[str, Any]) -> dict[str, Any]:
    return {"examples": [example[name]]} if name in example else {}


def label(name: str) -> str:
    """The option's name as words, its unit in full: max_age_h is max age, hours."""
    words, _, unit = name.rpartition("_")
    return f"{words.replace('_', ' ')}, {_UNITS[unit]}" if unit in _UNITS else name.replace("_", " ")


def _written(value: object) -> str:
    """A value as it is written into its field; lists and tables a line each."""
    if isinstance(value, list):
        return "\n".join(map(_written, value))
    if isinstance(value, dict):
        return "\n".join(f"{name}: {one}" for name, one in value.items())
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _one_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, or the first of several that is not null."""
    several = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return several[0] if several else schema


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    items = schema.get("items", {})
    by_type = {
        "array": "choices" if "enum" in items else "list",
        "object": "pairs",
        "boolean": "flag",
        "integer": "number",
        "number": "number",
    }
    plain = "choice" if "enum" in schema else "code" if name in _CODE else "text"
    return by_type.get(str(schema.get("type")), plain)


def _defaults(default: object) -> list[str]:
    if isinstance(default, list):
        return [str(one) for one in default]
    return ["on"] if default is True else []


def _option(field: Field, said: MultiDict[str, str]) -> Any:  # noqa: ANN401 - an option of any type
    text = said.get(field.name, "").strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    match field.shape:
        case "flag":
            return field.name in said
        case "choices":
            return said.getlist(field.name)
        case "list":
            return [_plain(line) for line in lines]
        case "pairs":
            parted = (line.rpartition(":") if ":" in line else (line, "", "") for line in lines)
            return {name.strip(): kind.strip() for name, _, kind in parted}
        case _:
            return text


def _plain(line: str) -> object:
    """A line as the number or truth value it spells, else as text; quotes make a number a text."""
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return value if isinstance(value, str | int | float) else line
