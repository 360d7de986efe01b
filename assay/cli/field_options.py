"""The fields of a pydantic config class as options of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import click

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

_HIDDEN = ("kind",)
_INTERNAL = "Tests only"


def options_of(config_class: type[BaseModel]) -> list[click.Option]:
    """One option per field; what is not given stays unset, so that the class's own default holds."""
    return [_option(name, field) for name, field in config_class.model_fields.items() if name not in _HIDDEN]


def flag_of(name: str) -> str:
    """How a field is given on the command line."""
    return f"--{name.replace('_', '-')}"


def _option(name: str, field: FieldInfo) -> click.Option:
    flag = flag_of(name)
    described = field.description or ""
    return click.Option(
        [f"{flag}/--no-{flag[2:]}" if _holds(field.annotation, bool) else flag, name],
        type=_type(field.annotation),
        multiple=_is_many(field.annotation),
        default=None,
        help=described,
        hidden=described.startswith(_INTERNAL),
    )


def _type(annotation: Any) -> click.ParamType[Any] | None:  # noqa: ANN401 - any annotation may come
    if choices := _choices(annotation):
        return click.Choice(choices)
    if _holds(annotation, bool):
        return click.BOOL
    return click.INT if _holds(annotation, int) else click.STRING


def _choices(annotation: Any) -> list[str]:  # noqa: ANN401 - as above
    """The values of a Literal, alone or as a part of a union."""
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    return next((found for arg in get_args(annotation) if (found := _choices(arg))), [])


def _holds(annotation: Any, wanted: type) -> bool:  # noqa: ANN401 - as above
    """Whether the annotation is `wanted`, alone or as a part of a union."""
    return annotation is wanted or wanted in get_args(annotation)


def _is_many(annotation: Any) -> bool:  # noqa: ANN401 - as above
    return get_origin(annotation) in {list, tuple, set, frozenset} or any(
        _is_many(arg) for arg in get_args(annotation) if get_origin(annotation) is not Literal
    )
