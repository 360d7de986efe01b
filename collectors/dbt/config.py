"""The options of a dbt connection."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _target(text: str) -> str:
    if "://" in text and not text.startswith("s3://"):
        raise ValueError("a folder, or s3://bucket/prefix")
    return text


class DbtConfig(BaseModel):
    """Where a project's artifacts are, and whose relations it builds."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["dbt"] = "dbt"
    target: Annotated[str, AfterValidator(_target)] = Field(
        description="A target folder, a folder of such folders (one per invocation), or s3://bucket/prefix.",
        json_schema_extra={"format": "path"},  # taken from where assay.toml stands
    )
    instance: str = Field(
        default="", description="The account whose relations it builds; the only account when left out."
    )
