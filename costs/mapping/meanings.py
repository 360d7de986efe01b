"""What the shapes of a day mean: each shape is parsed once, each name completed by its session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assay.model.assets import fold_part
from costs.mapping.relations import NOTHING_KNOWN, Known, built, is_company_data, key_of, qualified
from costs.mapping.statement import Parsed, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costs.mapping.moves import Move
    from costs.mapping.relations import Path

MEANINGS = pa.schema(
    [
        (name, pa.string())
        for name in ("parameterized_hash", "database", "schema", "access", "asset_key", "target_key")
    ]
    + [("helper", pa.int64())]
)
"""What a shape does in a session: it reads, writes or maybe reads `asset_key`, or moves it on to `target_key`."""


_SCHEMA_DEPTH = 2


class Meanings:
    """The parsed shapes of one account; keeps what it parsed, so a shape costs its parse once a pass."""

    def __init__(self, account: str, known: Known = NOTHING_KNOWN) -> None:
        self._account = account
        self._known = known
        self._parsed: dict[str, Parsed] = {}

    def missing(self, hashes: Sequence[str]) -> list[str]:
        """The hashes whose shape was not yet learnt, in order, each once."""
        return sorted({digest for digest in hashes if digest not in self._parsed})

    def learn(self, parameterized_hash: str, shape: str) -> None:
        """Parse a shape and keep what it says."""
        self._parsed[parameterized_hash] = parse(shape, self._known)

    def table(self, contexts: pa.Table) -> tuple[pa.Table, bool]:
        """The rows of MEANINGS for (parameterized_hash, database, schema) contexts.

        Also whether any depends on the relations known: an opaque shape, or a name without a database.
        """
        rows: list[tuple[str, str, str, str, str, str, int]] = []
        guessed = False
        for context in contexts.to_pylist():
            digest, database, schema = context["parameterized_hash"], context["database"], context["schema"]
            parsed = self._parsed.get(digest, Parsed())
            resolved, unresolved = self._resolve(parsed, database, schema)
            guessed = guessed or parsed.opaque or unresolved
            rows.extend(
                (digest, database, schema, access, key, "", helper) for access, key, helper in resolved
            )
            if parsed.move:
                ways = self._ways(parsed.move, database, schema)
                rows.extend((digest, database, schema, "move", *way, 0) for way in ways)
                guessed = guessed or bool(parsed.move.container)
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(MEANINGS)
        arrays = [
            pa.array(list(column), type_) for column, type_ in zip(columns, MEANINGS.types, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=MEANINGS), guessed

    def _resolve(self, parsed: Parsed, database: str, schema: str) -> tuple[list[tuple[str, str, int]], bool]:
        """The (access, asset key, helper) of a shape in a session; the surest access of a relation only."""
        found: dict[tuple[str, str], int] = {}
        unresolved = False
        for path in parsed.writes:
            for key, helper in self._keys(qualified(path, database, schema), path):
                found["write", key] = min(helper, found.get(("write", key), 1))
        for path in parsed.reads:
            whole = qualified(path, database, schema)
            for key, helper in self._keys(whole, path):
                found.setdefault(("read", key), helper)
            for key in self._namesakes(path) if whole is None else ():
                found.setdefault(("maybe", key), 0)
            unresolved = unresolved or whole is None
        for path in parsed.maybe:
            if ("read", key := key_of(path, self._account)) not in found:
                found.setdefault(("maybe", key), 0)
        return [(access, key, helper) for (access, key), helper in found.items()], unresolved

    def _ways(self, move: Move, database: str, schema: str) -> Iterator[tuple[str, str]]:
        """The keys a move leads from and to; of a whole schema or database, of each relation known on both sides."""
        if move.container:
            yield from self._ways_within(move, database)
            return
        for source, target in move.ways:
            ends = [self._keys(qualified(path, database, schema), path) for path in (source, target)]
            for (start, _), (end, _) in zip(*ends, strict=False):
                if start != end:
                    yield start, end

    def _ways_within(self, move: Move, database: str) -> Iterator[tuple[str, str]]:
        depth = 1 if move.container == "database" else _SCHEMA_DEPTH
        for ends in move.ways:
            start, end = ((fold_part(database), *path)[-depth:] for path in ends)
            for path in sorted(self._known.inside.get(start, ())):
                target = (*end, *path[depth:])
                if target in self._known.inside.get(end, ()):
                    yield key_of(path, self._account), key_of(target, self._account)

    def _keys(self, whole: Path | None, written: Path) -> Iterator[tuple[str, int]]:
        """The key of a relation that is the company's own, and whether a build's helper named it."""
        if whole is not None and is_company_data(whole):
            yield key_of(whole, self._account), int(built(written[-1]) != written[-1])

    def _namesakes(self, path: Path) -> list[str]:
        """The known relations an incomplete name may mean."""
        return [
            key_of(candidate, self._account)
            for candidate in self._known.by_word.get(path[-1].lower(), ())
            if candidate[-1] == path[-1]
        ]
