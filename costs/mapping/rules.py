"""Session rules: the last rung, by which a company says what a program, tag, role or user works for.

A rule's patterns are globs (``*``, ``?``, ``[ab]``), whatever the case. User names are compared as they are
stored: hashed, unless the configuration says plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey, split_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.config import MappingRule

RULE_PLATFORM = "rule"
_RELATION_PARTS = 3


@dataclass(frozen=True, slots=True)
class Session:
    """Where a query came from; '' is unknown."""

    user: str = ""
    role: str = ""
    warehouse: str = ""
    application: str = ""
    tag: str = ""


def fits(rule: MappingRule, session: Session) -> bool:
    """Whether the session matches every pattern of the rule."""
    return all(_fits(pattern, getattr(session, name)) for name, pattern in rule.patterns.items())


def _fits(pattern: str, value: str) -> bool:
    return fnmatchcase(value.lower(), pattern.lower())


def first_fitting(session: Session, rules: Sequence[MappingRule]) -> int | None:
    """The place of the first rule the session fits, or None."""
    return next((place for place, rule in enumerate(rules) if fits(rule, session)), None)


def key_of_rule(asset: str, aliases: Mapping[str, str], account: str) -> str:
    """The key a rule's asset name stands for.

    An alias, a key's own text or a relation db.schema.name; any other name is an asset of its own, of
    platform ``rule``.
    """
    if asset in aliases:
        return aliases[asset]
    try:
        return str(AssetKey.parse(asset))
    except ValueError:
        if len(split_identifier(asset)) == _RELATION_PARTS:
            return str(AssetKey.of_relation("snowflake", account, asset))
        return str(AssetKey(RULE_PLATFORM, account, (asset,)))
