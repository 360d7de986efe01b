"""Which asset a validation is of, and what its expectations are called as checks."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey, fold_part, split_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assay.model.validations import Validation, Verdict
    from collectors.great_expectations.config import GreatExpectationsConfig

PLATFORM = "great_expectations"


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of one connection: `known` are the assets told one by one, `place` where all others are."""

    connection: str
    known: Mapping[str, AssetKey]
    place: tuple[str, str, tuple[str, ...]] | None

    @classmethod
    def of(cls, connection: str, config: GreatExpectationsConfig) -> Naming:
        """Those a connection's options tell."""
        pairs = (pair.partition("=") for pair in config.assets)
        known = {name.strip(): AssetKey.parse(key.strip()) for name, _, key in pairs}
        if config.relations is None:
            return cls(connection, known, None)
        platform, instance, *path = config.relations.split(":")
        return cls(connection, known, (platform, instance, split_identifier(path[0]) if path else ()))

    def key(self, validation: Validation) -> AssetKey:
        """The asset: the one told for it, else its table where the relations are, else one of the project alone."""
        whole = f"{validation.datasource}/{validation.asset}"
        told = self.known.get(whole) or self.known.get(validation.asset)
        if told is not None:
            return told
        if self.place is None:
            path = tuple(fold_part(part) for part in (validation.datasource, validation.asset) if part)
            return AssetKey(PLATFORM, self.connection, path or ("unknown",))
        platform, instance, above = self.place
        schema = validation.schema if (above[-1:] or ("",))[0].lower() != validation.schema.lower() else ""
        name = validation.table or validation.asset or "unknown"
        path = (
            *above,
            *([schema] if schema else []),
            *(split_identifier(name) if validation.table else (name,)),
        )
        return AssetKey(platform, instance, tuple(fold_part(part) for part in path))

    def suite(self, validation: Validation, key: AssetKey) -> str:
        """What the names of all checks of a suite on an asset begin with."""
        return f"{PLATFORM}:{self.connection}/{'.'.join(key.path)}/{validation.suite}/"

    def checks(self, validation: Validation, key: AssetKey) -> Iterator[tuple[str, Verdict]]:
        """A name for each verdict that stays when a threshold is changed: suite, asset, expectation and column.

        Where a suite asks the same of a column twice, the arguments tell the two apart.
        """
        shared = Counter(verdict.title for verdict in validation.verdicts)
        for verdict in validation.verdicts:
            which = f"#{_digest(verdict.arguments)}" if shared[verdict.title] > 1 else ""
            yield f"{self.suite(validation, key)}{verdict.title}{which}", verdict


def _digest(arguments: Mapping[str, object]) -> str:
    text = json.dumps(arguments, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
