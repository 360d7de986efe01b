"""Where a node lies in its warehouse, folded as the warehouse folds names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.model.assets import fold_part
from collectors.dbt.loose import mapping, text

if TYPE_CHECKING:
    from collectors.dbt.loose import Json

_NAME = r'(?:"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|[\w$-]+)'
_RELATION = re.compile(rf"{_NAME}(?:\.{_NAME}){{0,2}}")
_PART = re.compile(r'"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]|([\w$-]+)')
_KEEP_CASE = {"bigquery"}
"""Platforms whose names keep their case without quotes."""


def relation_of(node: Json, platform: str) -> tuple[str, ...]:
    """The folded path of a node's relation: as dbt tells it, else of database, schema and name; () for none.

    A source may be told as a function call or a file's path (``read_csv('x.csv')``): that is no relation.
    """
    told = text(node.get("relation_name")).strip()
    return _split(told, platform) if told else _assembled(node, platform)


def _split(told: str, platform: str) -> tuple[str, ...]:
    if not _RELATION.fullmatch(told):
        return ()
    return tuple(
        _folded(bare, platform) if bare else fold_part(quoted.replace('""', '"') or ticked or bracketed)
        for quoted, ticked, bracketed, bare in _PART.findall(told)
    )


def _folded(bare: str, platform: str) -> str:
    """A name without quotes, as the warehouse understands it: Orders is ORDERS to Snowflake, so the same asset."""
    return fold_part(bare) if platform in _KEEP_CASE else bare.lower()


def _assembled(node: Json, platform: str) -> tuple[str, ...]:
    name = text(node.get("alias")) or text(node.get("identifier")) or text(node.get("name"))
    schema = text(node.get("schema"))
    if not (schema and name):
        return ()
    quoting = mapping(node.get("quoting")) or mapping(mapping(node.get("config")).get("quoting"))
    told = {"database": text(node.get("database")), "schema": schema, "identifier": name}
    return tuple(
        part.lower() if platform == "snowflake" and quoting.get(which) is not True else fold_part(part)
        for which, part in told.items()
        if part
    )
