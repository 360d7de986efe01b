"""GitHub's own description of its API as a judge: what was asked and answered must be as it says."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import graphql
from jsonschema import Draft7Validator

if TYPE_CHECKING:
    from fakes.forge_server import Exchange

DATA = Path(__file__).parents[1] / "data" / "forges"
_WITH_SLASHES = {"ref", "basehead"}
UNLISTED = {401, 403, 404, 409, 422, 429, 500, 502, 503}
"""Errors that any call may be answered with; GitHub's description lists them for some."""


@functools.cache
def described() -> dict[str, Any]:
    """The extract of GitHub's OpenAPI description."""
    return dict(json.loads((DATA / "github_rest.json").read_text(encoding="utf-8")))


@functools.cache
def schema() -> graphql.GraphQLSchema:
    """The extract of GitHub's GraphQL schema."""
    return graphql.build_schema((DATA / "github.graphql").read_text(encoding="utf-8"))


@functools.cache
def _operations() -> list[tuple[str, re.Pattern[str], str]]:
    def pattern(path: str) -> re.Pattern[str]:
        pieces = re.split(r"\{(\w+)\}", path)
        return re.compile(
            "".join(
                re.escape(piece) if place % 2 == 0 else (".+" if piece in _WITH_SLASHES else "[^/]+")
                for place, piece in enumerate(pieces)
            )
        )

    named = [(key, *key.split(" ", 1)) for key in described()["operations"]]
    return sorted(
        ((method, pattern(path), key) for key, method, path in named), key=lambda one: one[2].count("{")
    )


def operation(method: str, path: str) -> str:
    """The operation that a call is; '' when it is none of those described."""
    found = (key for verb, pattern, key in _operations() if verb == method and pattern.fullmatch(path))
    return next(found, "")


@functools.cache
def _validator(key: str, part: str, status: str) -> Draft7Validator | None:
    told = described()["operations"][key]
    found = told["request"] if part == "request" else told["responses"].get(status)
    return None if found is None else Draft7Validator(found | {"components": described()["components"]})


def violations(exchange: Exchange) -> list[str]:
    """In what an exchange is not as GitHub describes it."""
    if exchange.path.startswith("/download/"):
        return []  # another host's affair, where the archives lie
    if exchange.path == "/graphql":
        return [f"/graphql: {fault}" for fault in _graphql_faults(exchange)]
    key = operation(exchange.method, exchange.path)
    if not key:
        return [f"{exchange.method} {exchange.path} is no operation that is described"]
    told = described()["operations"][key]
    faults = [f"no query {name!r}" for name in parse_qs(exchange.query) if name not in told["query"]]
    if exchange.status < 400:
        faults += _faults(_validator(key, "request", ""), exchange.request, "request")
    if exchange.status < 300 and exchange.answer and told["responses"].get(str(exchange.status)) is None:
        faults.append("the answer has a body")
    if str(exchange.status) in told["responses"]:
        faults += _faults(_validator(key, "response", str(exchange.status)), exchange.answer, "answer")
    elif exchange.status not in UNLISTED:
        faults.append(f"no answer {exchange.status}")
    return [f"{key}: {fault}" for fault in faults]


def _faults(validator: Draft7Validator | None, body: bytes, what: str) -> list[str]:
    if validator is None:
        return []
    if not body:
        return [] if what == "request" else [f"{what} has no body"]
    return [
        f"{what} {error.json_path}: {error.message[:200]}"
        for error in validator.iter_errors(json.loads(body))
    ]


def _graphql_faults(exchange: Exchange) -> list[str]:
    if exchange.status >= 400:
        return []
    asked = json.loads(exchange.request)
    document = graphql.parse(asked["query"])
    faults = [error.message for error in graphql.validate(schema(), document)]
    (mutation,) = (node for node in document.definitions if isinstance(node, graphql.OperationDefinitionNode))
    values = graphql.get_variable_values(schema(), mutation.variable_definitions or (), asked["variables"])
    if isinstance(values, list):
        faults += [error.message for error in values]
    return faults


def filled(key: str, status: int, value: Any) -> Any:  # noqa: ANN401 - as json's own
    """An answer with everything that the description requires of it and no test asks for, as plain as it may be.

    AssertionError when the answer tells something the description does not know: a client must not rely on it.
    """
    told = described()["operations"][key]["responses"][str(status)]
    return value if told is None else _filled(told, value, key)


def _filled(told: dict[str, Any], value: Any, where: str) -> Any:  # noqa: ANN401 - as json's own
    told = _chosen(told, value)
    if told.get("type") == "array" and isinstance(value, list):
        return [_filled(told["items"], one, f"{where}[]") for one in value]
    if not isinstance(value, dict) or "properties" not in told:
        return value
    known = told["properties"]
    assert value.keys() <= known.keys(), f"{where}: {sorted(value.keys() - known.keys())} is not described"
    whole = {name: _filled(known[name], one, f"{where}.{name}") for name, one in value.items()}
    missing = [name for name in told.get("required", ()) if name not in whole]
    return whole | {name: _plainest(known[name]) for name in missing}


def _chosen(told: dict[str, Any], value: Any) -> dict[str, Any]:  # noqa: ANN401 - as json's own
    """The schema itself behind references and choices."""
    if "$ref" in told:
        name = told["$ref"].rpartition("/")[2]
        return _chosen(described()["components"]["schemas"][name], value)
    choices = told.get("anyOf") or told.get("oneOf")
    if choices:
        wanted = "null" if value is None else "object" if isinstance(value, dict) else None
        chosen = [_chosen(one, value) for one in choices]
        return next((one for one in chosen if wanted is None or one.get("type") == wanted), chosen[0])
    if "allOf" in told:
        merged: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        for one in (_chosen(each, value) for each in told["allOf"]):
            merged["properties"] |= one.get("properties", {})
            merged["required"] += one.get("required", [])
        return merged
    return told


def _plainest(told: dict[str, Any]) -> Any:  # noqa: ANN401, PLR0911 - as json's own; one for each of its types
    if any(one.get("type") == "null" for one in told.get("anyOf", ())):
        return None
    told = _chosen(told, {})
    if "enum" in told:
        return told["enum"][0]
    match told.get("type"):
        case "string":
            return {"date-time": "2026-01-01T00:00:00Z", "uri": "https://github.example/"}.get(
                told.get("format", ""), "-"
            )
        case "integer" | "number":
            return told.get("minimum", 1)
        case "boolean":
            return False
        case "array":
            return [_plainest(told["items"]) for _ in range(told.get("minItems", 0))]
        case "null":
            return None
    return _filled(told, {}, "")
