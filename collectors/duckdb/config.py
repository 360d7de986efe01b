"""The options of a DuckDB connection."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic reads the annotation when it runs
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class DuckdbConfig(BaseModel):
    """Where the tables are."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["duckdb"] = "duckdb"
    path: Path = Field(
        description="A DuckDB file, or a folder in which each Parquet file, or folder of such, is a table."
    )
