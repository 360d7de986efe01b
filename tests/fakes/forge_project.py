"""A small dbt project in a repository, and the changes that remove two of its models."""

from __future__ import annotations

PROJECT = {
    "dbt_project.yml": b"name: shop\nversion: '1.0'\n",
    "models/orders.sql": b"select 1 as id\n",
    "models/old.sql": b"select * from {{ ref('orders') }}\n",
    "models/older.sql": b"select * from {{ ref('old') }}\n",
    "models/schema.yml": b"models:\n  - name: orders\n  - name: old\n  - name: older\n",
    "models/latin.sql": "select 'caf\u00e9' as name\n".encode("latin-1"),
    ".github/workflows/ci.yml": b"on: push\n",
}
KEPT = b"models:\n  - name: orders\n"
CHANGES: dict[str, bytes | None] = {
    "models/old.sql": None,
    "models/older.sql": None,
    "models/schema.yml": KEPT,
}
