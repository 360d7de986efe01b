"""What somebody wrote made a check: the keys all checks share, then the options of its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assay.config.faults import nearest, short
from assay.errors import AssayError, ConfigError
from assay.model.assets import AssetKey
from assay.model.checks import Check, CheckSource, Severity
from assay.registry import CHECKS
from checks.rhythm import every_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.registry import Registry
    from checks.base import CheckConfig, CheckType

    PlaceOf = Callable[[str], str]
    """Where a key was written, e.g. ``checks/orders.yml line 7``; of '' the check itself."""

ModelT = TypeVar("ModelT", bound=BaseModel)
NAME = re.compile(r"[A-Za-z0-9_][\w.:\- ]{0,199}")
RESERVED = ("assay.", "detector:", "dbt:", "great_expectations:")
"""What the names of checks begin with that nobody declares: Assay's own, and those read from other tools."""


class DeclarationError(ConfigError):
    """A declared check cannot be used."""

    def __init__(self, message: str = "", *, hint: str = "", key: str = "") -> None:
        super().__init__(message, hint=hint)
        self.key = key


class Declaration(BaseModel):
    """The keys that every declared check has; all others are the options of its kind."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    asset: str = Field(min_length=1, description="platform:instance:db.schema.table")
    kind: str = Field(min_length=1, description="The name of a kind of check, e.g. freshness")
    severity: Severity = Severity.ERROR
    owner: str = ""
    description: str = ""
    every: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A check and the place it was written at."""

    check: Check
    place: str


def declare(
    name: str, given: Mapping[str, Any], registry: Registry, place_of: PlaceOf, source: CheckSource
) -> Declared:
    """The check that was written; DeclarationError naming the place and the key where it cannot be used."""
    if not NAME.fullmatch(name):
        raise DeclarationError(
            f"{place_of('')}: {name!r} is no name of a check.",
            hint="Use letters, digits, spaces and . : _ -, at most 200.",
            key="name",
        )
    if begins := next((each for each in RESERVED if name.casefold().startswith(each)), ""):
        raise DeclarationError(
            f"{place_of('')}: {name!r} begins with {begins}, as do only checks that nobody declares.",
            hint="Choose another name: the results of a check are kept by it.",
            key="name",
        )
    said = _valid(Declaration, given, name, place_of)
    kind = _kind(said.kind, registry, name, place_of)
    options = _valid(kind.config_class, said.model_extra or {}, name, place_of)
    check = Check(
        name=name,
        asset=_asset(said.asset, name, place_of),
        kind=said.kind,
        cause=kind.cause,
        severity=said.severity,
        config=dumped(options),
        source=source,
        owner=said.owner,
        description=said.description,
    )
    rhythm = _rhythm(said.every, kind(check, options), name, place_of)
    return Declared(replace(check, every_ms=rhythm), place_of(""))


def dumped(config: CheckConfig) -> dict[str, Any]:
    """The options as JSON values, without those left at their default."""
    return config.model_dump(mode="json", exclude_defaults=True)


def _asset(text: str, name: str, place_of: PlaceOf) -> AssetKey:
    try:
        return AssetKey.parse(text)
    except ValueError as error:
        raise DeclarationError(
            f"{place_of('asset')}: check {name}: {error}.",
            hint="The page of an asset shows its key: assay serve.",
            key="asset",
        ) from None


def _rhythm(said: str, one: CheckType, name: str, place_of: PlaceOf) -> int:
    try:
        return every_ms(said, one)
    except ValueError as error:
        raise DeclarationError(
            f"{place_of('every')}: check {name}: {error}.", hint="Or cycle: it runs every time.", key="every"
        ) from None


def _kind(kind: str, registry: Registry, name: str, place_of: PlaceOf) -> type[CheckType]:
    try:
        found: type[CheckType] = registry.load(CHECKS, kind)
    except AssayError as error:
        raise DeclarationError(
            f"{place_of('kind')}: check {name}: {error.message}", hint=error.hint, key="kind"
        ) from None
    return found


def _valid(model: type[ModelT], given: Mapping[str, Any], name: str, place_of: PlaceOf) -> ModelT:
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise _fault(error, model, name, place_of) from None


def _fault(error: ValidationError, model: type[BaseModel], name: str, place_of: PlaceOf) -> DeclarationError:
    """The first of what is wrong; a misspelt key explains a missing one, so it goes before."""
    problems = error.errors(include_url=False, include_input=False)
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"])
    where = f"{place_of(key)}: check {name}"
    if first["type"] == "extra_forbidden":
        hint = nearest(key, sorted(model.model_fields))
        return DeclarationError(f"{where}: unknown key {short(key)}.", hint=hint, key=key)
    if first["type"] == "missing":
        return DeclarationError(f"{where}: {key} is not set.", hint=f"Add {key} to the check.", key=key)
    why = first["msg"].removeprefix("Value error, ")
    said = f"{key}: {why}" if key else why
    return DeclarationError(f"{where}: {said}.", hint="Mend the value.", key=key)
