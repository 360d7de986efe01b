"""Which connection answers queries of an asset, with the settings read as every command reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from assay.config import Settings
from assay.cycle.sources import open_sources
from assay.cycle.warehouses import opener
from assay.errors import ConnectionFailedError
from assay.model.assets import AssetKey
from assay.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from assay.model.warehouses import Warehouse

    Opener = Callable[[AssetKey], AbstractContextManager[Warehouse] | None]

DUCKDB = '[connections.shop]\nkind = "duckdb"\npath = "shop.duckdb"\n'
DBT = '[connections.jaffle]\nkind = "dbt"\ntarget = "target"\n'
SNOWFLAKE = '[connections.acme]\nkind = "snowflake"\nexport = "export"\n'
ORDERS = AssetKey.parse("duckdb:shop:shop.main.orders")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An Assay folder with a DuckDB file."""
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute("CREATE TABLE orders AS SELECT 7 AS n")
    return tmp_path


def _sources(folder: Path, *connections: str) -> tuple[Opener, dict[str, str]]:
    (folder / "assay.toml").write_text("\n".join(connections))
    sources, problems = open_sources(Settings.load(folder), Registry())
    assert [] == problems
    instances = {source.name: getattr(source.collector, "config", None) for source in sources}
    return opener(sources), {name: getattr(config, "instance", "") for name, config in instances.items()}


def test_the_connection_of_an_assets_platform_and_name_answers(folder: Path) -> None:
    """Only when it is asked is anything opened."""
    open_warehouse, _ = _sources(folder, DUCKDB)
    opening = open_warehouse(ORDERS)
    assert opening is not None
    with opening as warehouse:
        assert [(7,)] == warehouse.query(f"SELECT n FROM {warehouse.relation(ORDERS)}")


@pytest.mark.parametrize(
    "key", ["duckdb:other:shop.main.orders", "postgres:shop:shop.public.orders", "snowflake:acme:db.s.orders"]
)
def test_nobody_answers_for_another_or_for_an_export(folder: Path, key: str) -> None:
    """A folder of exported views holds no rows of anybody's tables."""
    open_warehouse, _ = _sources(folder, DUCKDB, SNOWFLAKE)
    assert open_warehouse(AssetKey.parse(key)) is None


def test_a_source_that_is_gone_is_told_when_it_is_opened(folder: Path) -> None:
    """By the error that says what to do."""
    (folder / "shop.duckdb").unlink()
    opening = _sources(folder, DUCKDB)[0](ORDERS)
    assert opening is not None
    with pytest.raises(ConnectionFailedError), opening:
        pass


def test_a_project_that_builds_in_the_only_database_shares_its_assets(folder: Path) -> None:
    """Where no account bills, the one connection that answers queries is whose relations dbt builds."""
    assert "shop" == _sources(folder, DUCKDB, DBT)[1]["jaffle"]
    assert "acme" == _sources(folder, DUCKDB, SNOWFLAKE, DBT)[1]["jaffle"]
