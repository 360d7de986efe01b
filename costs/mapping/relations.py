"""Relations as statements name them, and the asset keys they stand for."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey, fold_part, split_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Path = tuple[str, ...]
"""A relation's folded parts: (name,), (schema, name) or (database, schema, name); '' is a default."""

PLATFORM = "snowflake"
_DEPTH = 3
_WORD = re.compile(r"[\w$]+")
_BUILD_SUFFIX = re.compile(r"__dbt_(tmp|backup|new)\w*$", re.IGNORECASE)
_SYSTEM_DATABASES = frozenset({"snowflake"})
_SYSTEM_SCHEMAS = frozenset({"information_schema"})
_NO_TABLE = frozenset({"dual"})


def built(name: str) -> str:
    """The relation a build's helper stands for: dbt builds ``orders__dbt_tmp`` to swap it into ``orders``."""
    return _BUILD_SUFFIX.sub("", name) or name


def is_company_data(path: Path) -> bool:
    """Whether a complete path is a relation of the company's own, not of the warehouse's catalog."""
    return path[0] not in _SYSTEM_DATABASES and path[1] not in _SYSTEM_SCHEMAS


def qualified(path: Path, database: str, schema: str) -> Path | None:
    """Complete a path with the session's database and schema; None where these are not known.

    An empty schema between two given parts (``db..t``) is PUBLIC. `database` and `schema` come as the
    warehouse writes them.
    """
    parts = ("",) * (_DEPTH - len(path)) + path
    if parts[0] and not parts[1]:
        parts = (parts[0], "public", parts[2])
    whole = (parts[0] or fold_part(database), parts[1] or fold_part(schema), built(parts[2]))
    if not all(whole) or (len(path) == 1 and path[0] in _NO_TABLE):
        return None
    return whole


def key_of(path: Path, account: str) -> str:
    """The text of the asset key of a complete path."""
    return str(AssetKey(PLATFORM, account, path))


def key_of_object(object_name: str, account: str) -> str | None:
    """The asset key of an object as ACCESS_HISTORY names it; None for placeholders and the catalog's own."""
    if not object_name or object_name.startswith("$"):
        return None
    path = tuple(fold_part(part) for part in split_identifier(object_name))
    if len(path) != _DEPTH or not is_company_data(path):
        return None
    return key_of((path[0], path[1], built(path[2])), account)


@dataclass(frozen=True, slots=True)
class Known:
    """The relations that exist, by the last part of their names: what an unreadable statement may mean.

    `inside` are those of each database and schema.
    """

    by_word: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    odd: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    inside: Mapping[Path, frozenset[Path]] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Iterable[str]) -> Known:
        """From the texts of asset keys; those that are no relation of three parts are left out."""
        by_word: dict[str, list[Path]] = defaultdict(list)
        odd: dict[str, list[Path]] = defaultdict(list)
        inside: dict[Path, set[Path]] = defaultdict(set)
        for text in sorted(set(keys)):
            path = AssetKey.parse(text).path
            if len(path) == _DEPTH:
                name = path[-1].lower()
                (by_word if _WORD.fullmatch(name) else odd)[name].append(path)
                inside[path[:1]].add(path)
                inside[path[:2]].add(path)
        return cls(
            {k: tuple(v) for k, v in by_word.items()},
            {k: tuple(v) for k, v in odd.items()},
            {k: frozenset(v) for k, v in inside.items()},
        )

    def named_in(self, text: str) -> tuple[Path, ...]:
        """The relations whose last name occurs as a word in `text`, whatever its case."""
        lowered = text.lower()
        found = [path for word in set(_WORD.findall(lowered)) for path in self.by_word.get(word, ())]
        found += [path for name, paths in self.odd.items() if name in lowered for path in paths]
        return tuple(sorted(found))


NOTHING_KNOWN = Known()
