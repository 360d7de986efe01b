"""A small company with a dbt project in git, of which two models hang together and are read by nobody.

`orders` is read by a BI tool every day. `old_orders` is built from it and `old_report` from that; `lonely` stands alone
and is incremental. The store holds 120 days of history, and the artifacts a manifest of the repository's files.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from assay.model.assets import Alias, Asset, AssetKey, AssetKind, Edge, EdgeSource
from assay.model.time import DAY_MS, day_start_ms, to_ms
from assay.store import assets
from assay.store.engine import Store
from assay.store.tables import (
    AssetRow,
    AssetSummaryRow,
    CollectionRow,
    DayStateRow,
    UsageRow,
    WatermarkRow,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
CREDIT = 1_000_000_000
FILES = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n",
    "models/orders.sql": "select 1 as id\n",
    "models/old_orders.sql": "select id from {{ ref('orders') }}\n",
    "models/old_report.sql": "select id from {{ ref('old_orders') }}\n",
    "models/lonely.sql": "{{ config(materialized='incremental') }}\nselect 1 as id\n",
    "models/schema.yml": (
        "# what we sell\nmodels:\n  - name: orders\n    columns:\n      - name: id\n        data_tests: [unique]\n"
        "  # nobody knows what this is\n  - name: old_orders\n    description: Orders as they were\n"
        "  - name: old_report\n    columns:\n      - name: id\n        data_tests: [unique]\n"
    ),
    "README.md": "See old_report for details.\n",
}
COSTS = {"orders": 30, "old_orders": 7, "old_report": 5, "lonely": 2}
PARENTS = {"old_orders": ["orders"], "old_report": ["old_orders"]}


def key(model: str) -> AssetKey:
    """The asset a model builds."""
    return AssetKey("snowflake", "acme", ("shop", "marts", model))


def node(model: str) -> str:
    """What dbt calls a model."""
    return f"model.shop.{model}"


@dataclass(frozen=True, slots=True)
class Company:
    """Where it all is: the Assay folder, and the checkout of its repository."""

    folder: Path
    checkout: Path

    @property
    def url(self) -> str:
        """The store's URL."""
        return f"sqlite:///{self.folder / '.assay' / 'assay.db'}"

    def git(self, *arguments: str, at: datetime = LONG_AGO) -> str:
        """What git prints in the checkout; commits are made at that moment."""
        return git(self.checkout, *arguments, at=at)

    def commit(self, files: Mapping[str, str], at: datetime = LONG_AGO) -> None:
        """Write files and commit them."""
        for path, text in files.items():
            file = self.checkout / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change", at=at)

    def configure(self, section: str, line: str) -> None:
        """Add a line to a section of the settings."""
        settings = self.folder / "assay.toml"
        settings.write_text(settings.read_text().replace(f"{section}\n", f"{section}\n{line}\n"))

    def rewrite_manifest(self, change: Mapping[str, Any]) -> None:
        """Write the manifest with other fields of some models."""
        write_manifest(self.folder, change)


def git(folder: Path, *arguments: str, at: datetime = LONG_AGO) -> str:
    """What git prints in a folder, whoever runs the tests."""
    stamp = f"{int(at.timestamp())} +0000"
    place = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "PATH": "/usr/bin:/bin:/usr/local/bin",
    }
    who = {f"GIT_{role}_{what}": said for role in ("AUTHOR", "COMMITTER")
           for what, said in (("NAME", "ann"), ("EMAIL", "ann@example.org"), ("DATE", stamp))}  # fmt: skip
    command = ["git", "-C", str(folder), "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, env=place | who, capture_output=True, text=True, check=True).stdout


def make(root: Path) -> Company:
    """Make the company below a folder."""
    company = Company(root / "assay", root / "shop")
    company.checkout.mkdir(parents=True)
    company.git("init", "-q")
    company.commit(FILES)
    company.folder.mkdir()
    (company.folder / "assay.toml").write_text(
        '[connections.acme]\nkind = "snowflake"\nexport = "export"\naccount = "acme"\n'
        '[connections.shop]\nkind = "dbt"\ntarget = "target"\n'
        '[cleanup]\nmode = "delete"\ndbt = ""\n'
        '[cleanup.repositories.shop]\nname = "acme/shop"\ntoken = "env:SHOP_TOKEN"\n',
        encoding="utf-8",
    )
    write_manifest(company.folder, {})
    (company.folder / ".assay").mkdir()
    with Store.create(company.url) as store, store.write() as session:
        _fill(session)
    return company


def write_manifest(folder: Path, change: Mapping[str, Any]) -> None:
    """The manifest dbt would write of the files, with some models' fields changed."""
    told = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "generated_at": NOW.isoformat(), "project_name": "shop", "adapter_type": "snowflake",
        },
        "nodes": {node(name): _node(name) | change.get(name, {}) for name in COSTS} | {
            "test.shop.unique_old_report_id": {
                "resource_type": "test", "name": "unique_old_report_id", "package_name": "shop",
                "original_file_path": "models/schema.yml", "depends_on": {"nodes": [node("old_report")]},
                "attached_node": node("old_report"),
            },
        } | {i: each for i, each in change.items() if "." in i},
    }  # fmt: skip
    target = folder / "target"
    target.mkdir(exist_ok=True)
    (target / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


def _node(name: str) -> dict[str, Any]:
    text = FILES[f"models/{name}.sql"].strip()
    return {
        "resource_type": "model",
        "name": name,
        "package_name": "shop",
        "original_file_path": f"models/{name}.sql",
        "checksum": {"name": "sha256", "checksum": hashlib.sha256(text.encode()).hexdigest()},
        "config": {"materialized": "incremental" if name == "lonely" else "table"},
        "database": "shop",
        "schema": "marts",
        "alias": name,
        "relation_name": f"shop.marts.{name}",
        "depends_on": {"nodes": [node(parent) for parent in PARENTS.get(name, [])]},
    }


def _fill(session: Session) -> None:
    now_ms, today = to_ms(NOW), day_start_ms(NOW.date())
    models = [
        Asset(
            key(name),
            kind=AssetKind.INCREMENTAL if name == "lonely" else AssetKind.TABLE,
            created_at=LONG_AGO,
            meta={
                "dbt": node(name),
                "path": f"models/{name}.sql",
                "materialized": _node(name)["config"]["materialized"],
            },
        )
        for name in COSTS
    ]
    assets.save_assets(session, models, now_ms)
    assets.save_aliases(session, [Alias("dbt", node(name), key(name)) for name in COSTS], now_ms)
    edges = [
        Edge(key(up), key(down), EdgeSource.DBT, LONG_AGO) for down, ups in PARENTS.items() for up in ups
    ]
    assets.save_edges(session, edges, to_ms(LONG_AGO))
    ids = assets.find_ids(session, [key(name) for name in COSTS])
    _days(session, ids[str(key("orders"))], range(today - 120 * DAY_MS, today + 1, DAY_MS))
    for stream in ("query_history", "access_history", "object_dependencies"):
        session.add(WatermarkRow(connection="acme", stream=stream, value_ms=now_ms, updated_ms=now_ms))
        session.add(_line(stream, now_ms))
    session.add(_line("tables", now_ms))
    for name, credit in COSTS.items():
        session.add(_summary(ids[str(key(name))], credit * CREDIT, today + DAY_MS))


def _days(session: Session, orders: int, days: range) -> None:
    """Days whose queries are known: on each, a BI tool reads the orders."""
    for day in days:
        session.add(
            DayStateRow(
                connection="acme", step="mapping", day_ms=day, fingerprint="", computed_ms=day + DAY_MS
            )
        )
        session.add(_read(orders, day, "bi_tool"))


def live_on(company: Company, until: datetime) -> None:
    """Let the company live on to a moment: its queries are known up to then."""
    today = day_start_ms(NOW.date())
    with Store.open(company.url) as store, store.write() as session:
        orders = assets.find_ids(session, [key("orders")])[str(key("orders"))]
        _days(session, orders, range(today + DAY_MS, day_start_ms(until.date()) + 1, DAY_MS))
        session.execute(update(WatermarkRow).values(value_ms=to_ms(until)))


def _read(asset_id: int, day_ms: int, reader: str) -> UsageRow:
    return UsageRow(
        asset_id=asset_id, day_ms=day_ms, connection="acme", reader_class=reader, tool="", reads=1, readers=1,
        last_read_ms=day_ms,
    )  # fmt: skip


def _line(stream: str, at_ms: int) -> CollectionRow:
    return CollectionRow(
        connection="acme", stream=stream, started_ms=at_ms - DAY_MS, ended_ms=at_ms, status="ok", rows=9
    )


def _summary(asset_id: int, nano: int, until_ms: int) -> AssetSummaryRow:
    return AssetSummaryRow(
        asset_id=asset_id, until_ms=until_ms, nano_credits=nano, before_nano_credits=0, micro_currency=None,
        currency="", reads=0, runs=30, failed_runs=0, upstream=0, downstream=0,
    )  # fmt: skip


def read(company: Company, model: str, at: datetime = NOW) -> None:
    """Somebody reads a model."""
    with Store.open(company.url) as store, store.write() as session:
        ids = assets.find_ids(session, [key(model)])
        session.add(_read(ids[str(key(model))], day_start_ms(at.date()), "person"))


def load(company: Company, table: str) -> None:
    """Somebody loads a table that dbt names as a source."""
    told = Asset(
        key(table), kind=AssetKind.SOURCE, created_at=LONG_AGO, meta={"dbt": f"source.shop.raw.{table}"}
    )
    with Store.open(company.url) as store, store.write() as session:
        assets.save_assets(session, [told], to_ms(LONG_AGO))
        session.execute(
            update(AssetRow).where(AssetRow.key == str(key(table))).values(last_seen_ms=to_ms(NOW))
        )
