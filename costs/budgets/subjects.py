"""What a budget is of, which assets that covers, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.model.assets import WATCHER
from assay.store.tables import AssetRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from assay.config.decisions import BudgetSettings
    from assay.config.delivery import OwnerSettings


class SubjectKind(StrEnum):
    """What sort of thing a budget is of."""

    ASSET = "asset"
    OWNER = "owner"
    GROUP = "group"
    TAG = "tag"
    WAREHOUSE = "warehouse"
    EVERYTHING = "everything"

    @property
    def is_of_assets(self) -> bool:
        """Whether it is told by assets, rather than by what the meters name."""
        return self not in {SubjectKind.WAREHOUSE, SubjectKind.EVERYTHING}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a budget is of: a kind, and a name or glob ('' for everything)."""

    kind: SubjectKind
    pattern: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.pattern}".rstrip()

    @classmethod
    def of(cls, budget: BudgetSettings) -> Subject:
        """What the settings say a budget is of; they allow one thing."""
        named = ((kind, getattr(budget, kind.value, "")) for kind in SubjectKind)
        return next((cls(kind, name) for kind, name in named if name), cls(SubjectKind.EVERYTHING))


@dataclass(frozen=True, slots=True)
class KnownAsset:
    """What decides whether a budget covers an asset."""

    key: str
    owner: str = ""
    group: str = ""
    tags: tuple[str, ...] = ()


def known_assets(session: Session, owners: Sequence[OwnerSettings] = ()) -> list[KnownAsset]:
    """Every asset but Assay's own, with its owner: the first rule of the settings that fits, else its source's word."""
    rows = session.execute(select(AssetRow.key, AssetRow.owner, AssetRow.tags, AssetRow.meta))
    return [
        KnownAsset(key, _ruled(key, tags, owners) or owner, str(meta.get("group", "")), tuple(tags))
        for key, owner, tags, meta in rows
        if not key.startswith(f"{WATCHER}:")
    ]


def _ruled(key: str, tags: Sequence[str], owners: Sequence[OwnerSettings]) -> str:
    fits = (rule.owner for rule in owners if fit(rule.asset, key) and _any_fits(rule.tag, tags))
    return next(fits, "")


def _any_fits(pattern: str, tags: Sequence[str]) -> bool:
    return pattern == "*" or any(fit(pattern, tag) for tag in tags or ("",))


def fit(pattern: str, text: str) -> bool:
    """Whether a glob fits, without regard to case, as routes and owner rules read theirs."""
    return fnmatchcase(text.lower(), pattern.lower())


def covered(subject: Subject, assets: Iterable[KnownAsset]) -> frozenset[str]:
    """The keys of the assets the subject covers."""
    return frozenset(asset.key for asset in assets if _covers(subject, asset))


def _covers(subject: Subject, asset: KnownAsset) -> bool:
    if subject.kind is SubjectKind.TAG:
        return any(fit(subject.pattern, tag) for tag in asset.tags)
    said = {
        SubjectKind.ASSET: asset.key,
        SubjectKind.OWNER: asset.owner,
        SubjectKind.GROUP: asset.group,
    }.get(subject.kind, "")
    return bool(said) and fit(subject.pattern, said)


def told_to(budget: BudgetSettings, subject: Subject, assets: Iterable[KnownAsset]) -> str:
    """Who is told: whom the budget names, the owner it is of, else the one owner all its assets have ('' for none)."""
    if budget.told_to or subject.kind is SubjectKind.OWNER:
        return budget.told_to or subject.pattern
    owners = {asset.owner for asset in assets if _covers(subject, asset)}
    return owners.pop() if len(owners) == 1 else ""
