"""What a check of expectations is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from checks.base import CheckError, QueryConfig

PROJECT_FILE = "great_expectations.yml"
_PLACES = ("", "gx", "great_expectations")


class ExpectationsConfig(QueryConfig):
    """A checkpoint as it is, or a suite on the asset's own rows."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"project": "../quality", "checkpoint": "orders_daily"},
                {"project": "../quality", "suite": "orders"},
            ]
        }
    )

    project: str = Field(
        min_length=1,
        description="The project's folder, as seen from the Assay folder; gx/ is looked for in it",
    )
    checkpoint: str = Field(default="", description="The checkpoint to run, on the data it names itself")
    suite: str = Field(default="", description="The suite to run on the asset's rows, read by its connection")
    give_rows: bool = Field(
        default=False, description="Give the checkpoint the asset's rows as its dataframe"
    )
    max_rows: int = Field(
        default=100_000, ge=1, description="The most rows of the asset to give: more are an error, no sample"
    )
    batch: dict[str, Any] = Field(
        default_factory=dict, description="Batch parameters, such as year and month"
    )
    parameters: dict[str, Any] = Field(default_factory=dict, description="Values of the suite's $PARAMETERs")
    imports: tuple[str, ...] = Field(
        default=(), description="Modules of the project's plugins to import first: expectations of its own"
    )
    python: str = Field(
        default="", description="The Python of the project's own environment; Assay's when left out"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.checkpoint) == bool(self.suite):
            raise ValueError("give either a checkpoint or a suite")
        if self.suite and (self.give_rows or self.batch):
            raise ValueError("give_rows and batch are for a checkpoint; a suite runs on the asset's rows")
        if self.where and not self.needs_rows:
            raise ValueError("where narrows the asset's rows; this checkpoint reads data of its own")
        return self

    @property
    def needs_rows(self) -> bool:
        """Whether the asset's rows are read by Assay and handed over."""
        return bool(self.suite) or self.give_rows

    def root(self, folder: Path | None) -> Path:
        """The folder with the project's file; CheckError when there is none: an empty one must not be made."""
        home = (folder or Path()) / Path(self.project).expanduser()
        found = next((home / place for place in _PLACES if (home / place / PROJECT_FILE).is_file()), None)
        if found is None:
            raise CheckError(
                f"There is no Great Expectations project in {home}.",
                hint=f"Give the folder that holds gx/{PROJECT_FILE}.",
            )
        return found.resolve()
