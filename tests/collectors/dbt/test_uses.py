"""Who says in a project that a model is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.assets import Asset
from assay.model.decisions import DeclaredUse, UseKind, UsesTold

if TYPE_CHECKING:
    from pathlib import Path

    from tests.collectors.dbt.conftest import Kit

ORDERS, STG = "model.shop.orders", "model.shop.stg_orders"


def _manifest(dbt: Kit, **more: object) -> dict[str, object]:
    manifest = dbt.manifest(
        {
            ORDERS: dbt.node(
                ORDERS, access="public", depends_on={"nodes": [STG]}, checksum={"checksum": "abc"}
            ),
            STG: dbt.node(
                STG,
                config={
                    "materialized": "table",
                    "contract": {"enforced": True},
                    "meta": {"assay": {"keep": True}},
                },
            ),
        }
    )
    return {**manifest, **more}


def test_dashboards_metrics_and_promises_are_uses(dbt: Kit, target: Path) -> None:
    """Each of the model it reads, seen through what holds no data; and what a model says of itself."""
    exposure, metric, saved = "exposure.shop.board", "metric.shop.revenue", "saved_query.shop.q"
    semantic = "semantic_model.shop.orders"
    manifest = _manifest(
        dbt,
        exposures={
            exposure: {"name": "board", "resource_type": "exposure", "depends_on": {"nodes": [ORDERS]}}
        },
        metrics={metric: {"name": "revenue", "resource_type": "metric", "depends_on": {"nodes": [semantic]}}},
        semantic_models={
            semantic: {"name": "orders", "resource_type": "semantic_model", "depends_on": {"nodes": [ORDERS]}}
        },
        saved_queries={
            saved: {"name": "q", "resource_type": "saved_query", "depends_on": {"nodes": [metric]}}
        },
    )
    dbt.write(target, manifest=manifest)

    read = dbt.read(target)

    assert sorted((use.asset.name, use.kind.value, use.name) for use in read.of(DeclaredUse)) == [
        ("orders", "exposure", "board"),
        ("orders", "metric", "revenue"),
        ("orders", "public access", "orders"),
        ("orders", "saved query", "q"),
        ("orders", "semantic model", "orders"),
        ("stg_orders", "contract", "stg_orders"),
        ("stg_orders", "keep", "stg_orders"),
    ]
    (told,) = read.of(UsesTold)
    assert {use.source for use in read.of(DeclaredUse)} == {told.source}
    assert {key.name for key in told.assets or ()} >= {"orders", "stg_orders"}


def test_a_private_model_without_promises_declares_nothing(dbt: Kit, target: Path) -> None:
    """Access that is not public, a contract not enforced, a meta that says something else."""
    config = {
        "contract": {"enforced": False},
        "access": "protected",
        "meta": {"keep": "no", "assay": "watch"},
    }
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS, config=config)}))

    assert dbt.read(target).of(DeclaredUse) == []


def test_the_code_of_a_model_is_told_by_its_digest(dbt: Kit, target: Path) -> None:
    """With the time of the manifest, so that a change has a time."""
    dbt.write(target, manifest=_manifest(dbt))
    (orders,) = (asset for asset in dbt.read(target).of(Asset) if asset.key.name == "orders")

    assert orders.meta["code"] == "abc"
    assert orders.meta["code_at_ms"].isdigit()
    assert UseKind.KEEP == "keep"
