"""The options of a dbt connection."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")


def _target(text: str) -> str:
    if not text or ("://" in text and not _BUCKET.fullmatch(text)):
        raise ValueError("want a folder, or s3://bucket/prefix")
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
