"""What the nodes of a manifest become: assets, names and edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.model.assets import Alias, Asset, AssetKind, Edge

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Kit

ORDERS = "model.shop.orders"


def keys_of(dbt: Kit, target: Path) -> dict[str, str]:
    """The key of each dbt name."""
    return {alias.name: str(alias.asset) for alias in dbt.read(target).of(Alias) if alias.system == "dbt"}


def key_of(dbt: Kit, target: Path, platform: str = "snowflake", **fields: object) -> str:
    """The key of a model told with some fields."""
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS, **fields)}, platform=platform))
    return keys_of(dbt, target)[ORDERS]


@pytest.mark.parametrize(
    ("platform", "told", "key"),
    [
        ("snowflake", "DB.MARTS.ORDERS", "snowflake:acme:db.marts.orders"),
        ("snowflake", "db.marts.Orders", "snowflake:acme:db.marts.orders"),
        ("snowflake", '"DB"."MARTS"."ORDERS"', "snowflake:acme:db.marts.orders"),
        ("snowflake", '"DB"."MARTS"."Orders"', 'snowflake:acme:db.marts."Orders"'),
        ("snowflake", '"DB"."MARTS"."a.""b"""', 'snowflake:acme:db.marts."a.""b"""'),
        ("bigquery", "`my-project`.`marts`.`Orders`", 'bigquery:acme:my-project.marts."Orders"'),
        ("sqlserver", "[db].[dbo].[orders]", "sqlserver:acme:db.dbo.orders"),
        ("spark", "marts.orders", "spark:acme:marts.orders"),
    ],
)
def test_a_relation_is_folded_as_its_warehouse_folds(
    dbt: Kit, target: Path, platform: str, told: str, key: str
) -> None:
    """A name without quotes is the warehouse's own; a quoted mixed-case one is another object."""
    assert key_of(dbt, target, platform, relation_name=told) == key


@pytest.mark.parametrize(
    "told",
    [
        "read_csv('orders.csv')",
        "table(generator(rowcount => 1))",
        "s3://bucket/orders.parquet",
        "'orders.csv'",
        "db..orders",
        "a.b.c.d",
    ],
)
def test_a_relation_that_is_a_function_or_a_path_is_no_table(dbt: Kit, target: Path, told: str) -> None:
    """Such a source lives in dbt's words only, whatever database and schema it names."""
    assert key_of(dbt, target, relation_name=told, database="db", schema="marts") == f"dbt:shop:{ORDERS}"


def test_a_manifest_without_relation_names_is_told_by_database_schema_and_name(
    dbt: Kit, target: Path
) -> None:
    """The alias stands over the name, and Snowflake folds what is not quoted."""
    told = {"relation_name": None, "database": "Db", "schema": "Marts", "alias": "Orders_V2"}

    assert key_of(dbt, target, **told) == "snowflake:acme:db.marts.orders_v2"
    assert key_of(dbt, target, **told, quoting={"identifier": True}).endswith('."Orders_V2"')
    assert key_of(dbt, target, "postgres", **told).endswith('"Db"."Marts"."Orders_V2"')


def test_readers_of_ephemeral_models_read_what_those_read(dbt: Kit, target: Path) -> None:
    """A chain of ephemeral models, even a circle, is seen through to the tables at its end."""
    ephemeral = {"config": {"materialized": "ephemeral"}, "relation_name": None}
    names = [f"model.shop.e{i}" for i in range(3000)]
    chain = {
        name: dbt.node(name, **ephemeral, depends_on={"nodes": [after, names[0]]})
        for name, after in zip(names, [*names[1:], "model.shop.raw"], strict=True)
    }
    orders = dbt.node(ORDERS, depends_on={"nodes": [names[0]]})
    raw = dbt.node("model.shop.raw")
    dbt.write(target, manifest=dbt.manifest({**chain, ORDERS: orders, "model.shop.raw": raw}))

    edges = {(str(edge.upstream), str(edge.downstream)) for edge in dbt.read(target).of(Edge)}

    assert edges == {("snowflake:acme:db.marts.raw", "snowflake:acme:db.marts.orders")}


def test_versions_of_a_model_share_a_bare_name_that_names_none(dbt: Kit, target: Path) -> None:
    """Each version goes by its unique_id; `orders` alone could mean either."""
    nodes = {
        f"model.shop.orders.v{v}": dbt.node(
            f"model.shop.orders.v{v}", name="orders", relation_name=f"db.marts.orders_v{v}"
        )
        for v in (1, 2)
    }
    dbt.write(target, manifest=dbt.manifest(nodes))
    names = keys_of(dbt, target)

    assert names == {
        "model.shop.orders.v1": "snowflake:acme:db.marts.orders_v1",
        "model.shop.orders.v2": "snowflake:acme:db.marts.orders_v2",
    }


def test_a_bare_name_leads_to_the_one_node_that_has_it(dbt: Kit, target: Path) -> None:
    """A model may be called as the project calls it; a source of the same name does not blur it."""
    source = "source.shop.raw.orders"
    nodes = {ORDERS: dbt.node(ORDERS)}
    sources = {source: dbt.node(source, relation_name="db.raw.orders")}
    dbt.write(target, manifest=dbt.manifest(nodes, sources=sources))

    assert keys_of(dbt, target)["orders"] == "snowflake:acme:db.marts.orders"


def test_tests_of_sources_and_unit_tests_name_what_they_test(dbt: Kit, target: Path) -> None:
    """A generic test on a source, a unit test and a singular test are each told of their table."""
    source, generic, unit = "source.shop.raw.orders", "test.shop.not_null_raw.1", "unit_test.shop.orders.adds"
    nodes = {
        ORDERS: dbt.node(ORDERS),
        generic: dbt.node(generic, depends_on={"nodes": ["macro.x", source]}),
        "test.shop.alone.2": dbt.node("test.shop.alone.2"),
    }
    sources = {source: dbt.node(source, relation_name="db.raw.orders")}
    units = {unit: dbt.node(unit, tested_node_unique_id=ORDERS)}
    dbt.write(target, manifest=dbt.manifest(nodes, sources=sources, unit_tests=units))
    names = keys_of(dbt, target)

    assert names[generic] == "snowflake:acme:db.raw.orders"
    assert names[unit] == "snowflake:acme:db.marts.orders"
    assert "test.shop.alone.2" not in names


def test_exposures_are_assets_of_dbt_downstream_of_what_they_read(dbt: Kit, target: Path) -> None:
    """A dashboard has an owner, no table, and an edge from each model it depends on."""
    board = "exposure.shop.board"
    told = dbt.node(
        board, depends_on={"nodes": [ORDERS]}, owner={"name": "Ada", "email": ["ada@example.com"]}
    )
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}, exposures={board: told}))
    read = dbt.read(target)
    asset = next(asset for asset in read.of(Asset) if asset.kind is AssetKind.EXPOSURE)

    assert (str(asset.key), asset.owner) == ("dbt:shop:exposure.shop.board", "Ada")
    assert [(str(e.upstream), str(e.downstream)) for e in read.of(Edge)] == [
        ("snowflake:acme:db.marts.orders", "dbt:shop:exposure.shop.board")
    ]


def test_an_owner_is_the_models_own_else_its_groups(dbt: Kit, target: Path) -> None:
    """Meta stands over the group; a group's owner is its name, else its first e-mail."""
    groups = {"group.shop.f": {"name": "finance", "owner": {"email": ["fin@example.com", "x@example.com"]}}}
    names = {"model.shop.a": {"group": "finance"}, "model.shop.b": {"config": {"meta": {"owner": "Ben"}}}}
    nodes = {name: dbt.node(name, **fields) for name, fields in names.items()}
    dbt.write(target, manifest=dbt.manifest(nodes, groups=groups))

    owners = {asset.key.name: asset.owner for asset in dbt.read(target).of(Asset)}

    assert owners == {"a": "fin@example.com", "b": "Ben"}


def test_analyses_and_hooks_are_no_assets(dbt: Kit, target: Path) -> None:
    """What builds no data is not listed."""
    names = ["analysis.shop.try", "operation.shop.hook-0", "sql_operation.shop.q"]
    dbt.write(target, manifest=dbt.manifest({name: dbt.node(name) for name in names}))

    assert dbt.read(target).records == []


def test_a_materialization_of_the_projects_own_is_a_model(dbt: Kit, target: Path) -> None:
    """An unknown materialization is still a model, and its name is kept."""
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS, config={"materialized": "by_period"})}))
    (asset,) = dbt.read(target).of(Asset)

    assert (asset.kind, asset.meta["materialized"]) == (AssetKind.MODEL, "by_period")


def test_the_catalogs_types_are_kept_when_only_the_manifest_is_new(dbt: Kit, target: Path) -> None:
    """A manifest that declares some columns does not wipe out what the catalog told of all."""
    columns = {"id": {"name": "id", "description": "Key."}}
    told = {"ID": {"name": "ID", "type": "NUMBER"}, "AT": {"name": "AT", "type": "DATE"}}
    catalog = {"nodes": {ORDERS: {"columns": told}}, "sources": {}}
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS, columns=columns)}), catalog=catalog)
    (first, _) = dbt.read(target).of(Asset)

    assert [(c.name, c.type, c.description) for c in first.columns] == [
        ("id", "NUMBER", "Key."),
        ("at", "DATE", ""),
    ]
