"""The options of a Great Expectations connection."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic reads the annotation when it runs
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assay.model.assets import AssetKey


def _prefix(text: str) -> str:
    parts = text.split(":")
    if len(parts) not in {2, 3} or not all(parts):
        raise ValueError("want platform:instance, or platform:instance:database.schema")
    return text


def _pair(text: str) -> str:
    name, sign, key = text.partition("=")
    if not (name.strip() and sign):
        raise ValueError("want DATASOURCE/ASSET=platform:instance:database.schema.table")
    AssetKey.parse(key.strip())
    return text


class GreatExpectationsConfig(BaseModel):
    """Where the results are, and whose relations they speak of."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["great_expectations"] = "great_expectations"
    path: Path = Field(
        description="A folder of validation results at any depth, such as a project's uncommitted/validations."
    )
    relations: Annotated[str, AfterValidator(_prefix)] | None = Field(
        default=None, description="Where the tables are that results name, e.g. snowflake:acme:shop.marts."
    )
    assets: tuple[Annotated[str, AfterValidator(_pair)], ...] = Field(
        default=(), description="Exceptions to it: DATASOURCE/ASSET=platform:instance:database.schema.table."
    )
