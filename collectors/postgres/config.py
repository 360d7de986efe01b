"""The options of a PostgreSQL connection. The password is a reference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assay.errors import ConfigError
from assay.secrets import SecretRef


def _reference(text: str) -> str:
    try:
        return str(SecretRef.parse(text))
    except ConfigError as error:
        raise ValueError(f"{error.message}: {error.hint}") from None


class PostgresConfig(BaseModel):
    """Which database, and who reads it. What is left out is taken as psql takes it (PGPASSFILE and its like)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["postgres"] = "postgres"
    database: str = Field(min_length=1, examples=["shop"], description="The database.")
    host: str = Field(default="localhost", description="Its host, or the folder of its socket.")
    port: int = Field(default=5432, ge=1, le=65535, description="Its port.")
    user: str | None = Field(default=None, description="The role that reads; see `assay grants postgres`.")
    password: Annotated[str, AfterValidator(_reference)] | None = Field(
        default=None, description="Reference to the role's password."
    )
    sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = Field(
        default="prefer", description="How the connection is encrypted, in libpq's words."
    )
    statement_timeout_s: int = Field(
        default=600, ge=1, le=3600, description="Longest run of one of our queries."
    )
