"""A profile to throw away: what dbt must be told to parse a project, and nothing that opens a door."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "assay"
"""The profile's name; `--profile` puts it in the place of the project's own."""

_FIELDS: dict[str, dict[str, str]] = {
    "duckdb": {"path": "':memory:'"},
    "snowflake": {
        "account": "none", "user": "none", "password": "none", "role": "none", "warehouse": "none",
        "database": "none",
    },
    "postgres": {"host": "127.0.0.1", "user": "none", "password": "none", "port": "5432", "dbname": "none"},
    "redshift": {"host": "127.0.0.1", "user": "none", "password": "none", "port": "5439", "dbname": "none"},
    "bigquery": {"method": "oauth", "project": "none"},
    "databricks": {"host": "none", "http_path": "none", "token": "none", "catalog": "none"},
    "spark": {"method": "thrift", "host": "127.0.0.1"},
}  # fmt: skip
_ENV_VAR = re.compile(r"""\benv_var\(\s*['"](\w+)['"]""")
_PLACEHOLDER = "1"
"""What a variable of the project's is said to be: it reads as text and as a number."""


def profile(adapter: str) -> str:
    """A profiles.yml of one profile for an adapter; nothing in it connects anywhere."""
    fields = {"type": adapter, "schema": "none", "threads": "1", **_FIELDS.get(adapter, {})}
    if adapter == "bigquery":
        fields["dataset"] = fields.pop("schema")
    lines = "".join(f"      {name}: {value}\n" for name, value in fields.items())
    return f"{NAME}:\n  target: parse\n  outputs:\n    parse:\n{lines}"


def adapters(wanted: str) -> tuple[str, ...]:
    """The adapters to try: the project's own, then any other that may be installed."""
    return tuple(dict.fromkeys([wanted, *_FIELDS] if wanted in _FIELDS else _FIELDS))


def placeholders(texts: Iterable[str]) -> dict[str, str]:
    """A value for each variable of the environment the project asks for: its real ones are not handed on."""
    return {name: _PLACEHOLDER for text in texts for name in _ENV_VAR.findall(text)}
