"""Session rules: the last rung, by which a company says what a user, role, warehouse or program works for."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey, split_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RULE_PLATFORM = "rule"
_RELATION_PARTS = 3


@dataclass(frozen=True, slots=True)
class MappingRule:
    """Queries whose session fits every pattern work for `asset`.

    Patterns are globs (``*``, ``?``, ``[ab]``), whatever the case; user names are compared as they are
    stored (hashed unless the configuration says plain). `asset` is an asset key, an alias, a
    relation or a name of its own.
    """

    asset: str
    user: str = "*"
    role: str = "*"
    warehouse: str = "*"
    application: str = "*"

    def fits(self, session: Session) -> bool:
        """Whether the session matches every pattern of the rule."""
        return (
            _fits(self.user, session.user)
            and _fits(self.role, session.role)
            and _fits(self.warehouse, session.warehouse)
            and _fits(self.application, session.application)
        )


@dataclass(frozen=True, slots=True)
class Session:
    """Where a query came from; '' is unknown."""

    user: str = ""
    role: str = ""
    warehouse: str = ""
    application: str = ""


def _fits(pattern: str, value: str) -> bool:
    return fnmatchcase(value.lower(), pattern.lower())


def asset_for(session: Session, rules: Sequence[MappingRule]) -> str | None:
    """The asset name of the first rule the session fits, or None."""
    return next((rule.asset for rule in rules if rule.fits(session)), None)


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
