"""The options of a Snowflake connection: an allow-list. Secrets are references; there is no password."""

from __future__ import annotations

import os
import re
from pathlib import Path  # noqa: TC003 - pydantic reads the annotation when it runs
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from assay.errors import ConfigError
from assay.secrets import SecretRef

TEST_HOSTS = "ASSAY_ALLOW_INSECURE_TEST_HOSTS"
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+){0,3}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$.@-]*")


def _reference(text: str) -> str:
    try:
        return str(SecretRef.parse(text))
    except ConfigError as error:
        raise ValueError(f"{error.message}: {error.hint}") from None


def _account(text: str) -> str:
    low = text.strip().lower()
    if not _ACCOUNT.fullmatch(low):
        raise ValueError(
            "not an account: write organization-account, or the locator (xy12345.eu-west-1), without host"
        )
    return low


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("not a plain name: letters, digits, _ $ . @ and - only")
    return text


def _token_url(text: str) -> str:
    if not text.startswith("https://"):
        raise ValueError("the token address must begin with https://")
    return text


Reference = Annotated[str, AfterValidator(_reference)]
Name = Annotated[str, AfterValidator(_name)]
METHODS = ("private_key", "access_token", "oauth_token", "oauth_client_id", "workload_identity")


class SnowflakeConfig(BaseModel):
    """A connection: `export`, a folder of exported views, or a live account with one way to sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["snowflake"] = "snowflake"
    account: Annotated[str, AfterValidator(_account)] | None = Field(
        default=None, description="The account; the connection's own name when left out."
    )
    export: Path | None = Field(default=None, description="A folder of exported ACCOUNT_USAGE views.")
    user: Name | None = Field(default=None, description="The service user.")
    role: Name | None = Field(
        default=None, description="The role it works in; the one `assay grants snowflake` makes is ASSAY."
    )
    warehouse: Name | None = Field(default=None, description="The warehouse that runs our queries.")
    private_key: Reference | None = Field(
        default=None, description="Key pair: reference to the private key (PEM)."
    )
    private_key_passphrase: Reference | None = Field(
        default=None, description="Reference to the key's passphrase."
    )
    access_token: Reference | None = Field(
        default=None, description="Reference to a programmatic access token."
    )
    oauth_token: Reference | None = Field(default=None, description="Reference to an OAuth access token.")
    oauth_client_id: Name | None = Field(default=None, description="OAuth client credentials: the client.")
    oauth_client_secret: Reference | None = Field(
        default=None, description="Reference to the client's secret."
    )
    oauth_token_url: Annotated[str, AfterValidator(_token_url)] | None = Field(
        default=None, description="Where the client gets its token (https)."
    )
    oauth_scope: str | None = Field(default=None, description="The scope asked for.")
    workload_identity: Literal["AWS", "AZURE", "GCP"] | None = Field(
        default=None, description="Workload identity of this cloud: no stored secret at all."
    )
    user_names: Literal["hashed", "plain"] = Field(default="hashed", description="How user names are kept.")
    user_names_salt: Reference | None = Field(default=None, description="Reference to the salt of the hash.")
    history_days: int = Field(default=90, ge=1, le=365, description="How far back the first live read goes.")
    page_rows: int = Field(default=100_000, ge=1, le=1_000_000, description="Rows of one live page.")
    statement_timeout_s: int = Field(
        default=600, ge=10, le=3600, description="Longest run of one of our queries."
    )
    host: str | None = Field(default=None, description="Tests only.")
    port: int | None = Field(default=None, description="Tests only.")
    protocol: Literal["http", "https"] | None = Field(default=None, description="Tests only.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.host or self.port or self.protocol) and os.environ.get(TEST_HOSTS) != "1":
            raise ValueError(
                f"host, port and protocol follow from the account; tests may set them under {TEST_HOSTS}=1"
            )
        chosen = [method for method in METHODS if getattr(self, method) is not None]
        if self.export is not None:
            if chosen or self.user:
                raise ValueError("give either export (a folder) or a live account's sign-in, not both")
            return self
        return self._live(chosen)

    def _live(self, chosen: list[str]) -> Self:
        if len(chosen) != 1:
            raise ValueError(f"give export (a folder), or exactly one way to sign in: {', '.join(METHODS)}")
        if not self.user and chosen[0] not in {"workload_identity", "oauth_client_id", "oauth_token"}:
            raise ValueError(f"user is missing: {chosen[0]} signs in as one")
        if self.oauth_client_id and not (self.oauth_client_secret and self.oauth_token_url):
            raise ValueError("OAuth client credentials need oauth_client_secret and oauth_token_url too")
        return self

    def references(self) -> tuple[SecretRef, ...]:
        """Every secret this connection refers to."""
        texts = (
            self.private_key, self.private_key_passphrase, self.access_token, self.oauth_token,
            self.oauth_client_secret, self.user_names_salt,
        )  # fmt: skip
        return tuple(SecretRef.parse(text) for text in texts if text)
