"""One day of statements: what each wrote, read and worked for, computed in the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from assay.model.assets import WATCHER, AssetKey
from costs.mapping.relations import built, key_of_object
from costs.mapping.rules import Session, first_fitting, key_of_rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.config import MappingRule
    from assay.facts.engine import Engine
    from assay.model.time import Window
    from costs.mapping.meanings import Meanings

_OBJECTS = pa.schema(
    [("object_name", pa.string()), ("asset_key", pa.string()), ("hidden", pa.int64()), ("helper", pa.int64())]
)
_RULED = pa.schema(
    [(name, pa.string()) for name in ("user", "role", "warehouse", "application", "tag", "asset_key")]
    + [("place", pa.int64())]
)


@dataclass(frozen=True, slots=True)
class Names:
    """What joins a statement to an asset, apart from the facts themselves.

    `aliases` are dbt's names, `relations` other aliases a rule may use: name -> asset key text.
    """

    account: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[MappingRule] = ()


def prepare(engine: Engine, day: Window, names: Names, meanings: Meanings) -> bool:
    """Make the day's tables `statements`, `touched`, `observed`, `parsed`, `family`, `writes` and `reads`.

    Needs the views queries, access, sessions, weighed and shapes. Returns whether a statement had to be
    guessed at, so that the day hangs on which relations are known.
    """
    by_tag = any(
        "tag" in rule.patterns for rule in names.rules
    )  # tags may be many: told apart only when asked for
    engine.into(
        "statements", "mapping_statements", day_ms=day.start_ms, day_end_ms=day.end_ms, by_tag=int(by_tag)
    )
    engine.into("relations", "mapping_relations")
    engine.table("objects", _objects(engine.step("mapping_objects"), names.account))
    engine.into("touched", "mapping_access")
    engine.into("observed", "mapping_observed")
    guessed = _read_shapes(engine, meanings)
    engine.into("parsed", "mapping_parsed")
    engine.into("family", "mapping_family")
    engine.into("writes", "mapping_writes")
    engine.into("reads", "mapping_reads")
    return guessed


def ladder(engine: Engine, names: Names, run_assets: pa.Table) -> pa.Table:
    """The rows of QUERY_ASSETS of a prepared day; `run_assets` are (query_id, asset_key) told by runs."""
    engine.table("run_assets", run_assets)
    engine.table("tag_assets", _tagged(engine, names))
    engine.table("rule_assets", _ruled(engine, names))
    return engine.step("mapping_ladder")


def rules_met(engine: Engine) -> frozenset[int]:
    """The places of the rules that speak for a statement of the day, after `ladder`."""
    return frozenset(engine.step("mapping_rules_met")["place"].to_pylist())


def edges(engine: Engine) -> pa.Table:
    """The edges of a prepared day: (upstream, downstream, how, seen_ms)."""
    return engine.step("mapping_edges")


def _objects(found: pa.Table, account: str) -> pa.Table:
    rows = [_object(name, account) for name in found["object_name"].to_pylist()]
    return pa.Table.from_pylist([row for row in rows if row is not None], schema=_OBJECTS)


def _object(name: str, account: str) -> dict[str, object] | None:
    """The lookup row of an observed object; the catalog's own objects are none, a placeholder hides one."""
    hidden = not name or name.startswith("$")
    key = None if hidden else key_of_object(name, account)
    if key is None and not hidden:
        return None
    bare = name.rpartition(".")[2].strip('"')
    return {"object_name": name, "asset_key": key, "hidden": int(hidden), "helper": int(built(bare) != bare)}


def _read_shapes(engine: Engine, meanings: Meanings) -> bool:
    contexts = engine.step("mapping_unread")
    wanted = meanings.missing(contexts["parameterized_hash"].to_pylist())
    if wanted:
        engine.table("wanted", pa.table({"parameterized_hash": pa.array(wanted, pa.string())}))
        shapes = engine.step("mapping_shapes")
        for digest, shape in zip(
            shapes["parameterized_hash"].to_pylist(), shapes["shape"].to_pylist(), strict=True
        ):
            meanings.learn(digest, shape)
    table, guessed = meanings.table(contexts)
    engine.table("meanings", table)
    return guessed


def _tagged(engine: Engine, names: Names) -> pa.Table:
    """The nodes tags name and their assets; our own statements work for the watcher, so that it tells its cost."""
    found = engine.step("mapping_nodes")["node_id"].to_pylist()
    known = {**names.aliases, WATCHER: str(AssetKey(WATCHER, names.account, ("collector",)))}
    pairs = [(node, known[node]) for node in sorted(found) if node in known]
    return pa.table(
        {
            "node_id": pa.array([node for node, _ in pairs], pa.string()),
            "asset_key": pa.array([key for _, key in pairs], pa.string()),
        }
    )


def _ruled(engine: Engine, names: Names) -> pa.Table:
    """The sessions rules speak for: where a statement came from, its asset, and the place of the rule."""
    assets = {**names.relations, **names.aliases}
    keys = [key_of_rule(rule.asset, assets, names.account) for rule in names.rules]
    rows = []
    for row in engine.step("mapping_sessions").to_pylist() if names.rules else ():
        place = first_fitting(Session(**row), names.rules)
        if place is not None:
            rows.append({**row, "asset_key": keys[place], "place": place})
    return pa.Table.from_pylist(rows, schema=_RULED)
