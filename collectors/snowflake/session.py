"""One session with a live account: who signs in and how, what is asked, and pages as Arrow.

The only home of the Snowflake connector, which is imported when a session is opened.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from assay.errors import ConfigError
from assay.model.time import to_ms
from assay.secrets import SecretRef
from collectors.snowflake import failures

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from snowflake.connector import SnowflakeConnection

    from collectors.snowflake.config import SnowflakeConfig

QUERY_TAG = '{"app":"assay"}'
LOGIN_TIMEOUT_S = 20


class Session:
    """An open session. `secrets` are the values to strike out of any message."""

    def __init__(self, connection: SnowflakeConnection, secrets: tuple[str, ...]) -> None:
        self._connection = connection
        self.secrets = secrets

    def rows(self, sql: str, parameters: dict[str, str | int] | None = None) -> pa.Table:
        """What a statement gives, as Arrow. Raises the connector's own errors."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetch_arrow_all(force_return_table=True)

    def first_rows(self, sql: str, limit: int) -> list[tuple[Any, ...]]:
        """The first rows of what a statement gives. Raises the connector's own errors."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchmany(limit))

    def names_and_rows(self, sql: str) -> list[dict[str, Any]]:
        """What a SHOW statement gives: rows by lower-case column name. Raises the connector's own errors."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column[0].lower() for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def now_ms(self) -> int:
        """The source's own clock: it alone decides how far a view is read."""
        moment = self.rows("SELECT SYSDATE() AS now").column(0)[0].as_py()
        return to_ms(moment.replace(tzinfo=UTC))


@contextmanager
def open_session(config: SnowflakeConfig, account: str) -> Iterator[Session]:
    """Sign in, and sign out at the end. ConnectionFailedError when the account does not answer or refuses."""
    from snowflake import connector  # noqa: PLC0415 - heavy, and only a live connection needs it

    options, secrets = sign_in(config)
    try:
        connection = connector.connect(**_fixed(config, account), **options)
    except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold what was given
        raise failures.of_connect(error, account, secrets) from None
    try:
        yield Session(connection, secrets)
    finally:
        connection.close()


def _fixed(config: SnowflakeConfig, account: str) -> dict[str, Any]:
    """The options every session has, and those of a test's double."""
    chosen = {
        name: value
        for name in ("user", "role", "warehouse", "host", "port", "protocol")
        if (value := getattr(config, name)) is not None
    }
    return {
        "account": account,
        "application": "Assay",
        "login_timeout": LOGIN_TIMEOUT_S,
        "enable_server_session_keep_alive_auto_detection": False,
        "session_parameters": {
            "TIMEZONE": "UTC",
            "QUERY_TAG": QUERY_TAG,
            "STATEMENT_TIMEOUT_IN_SECONDS": config.statement_timeout_s,
        },
        **chosen,
    }


def sign_in(config: SnowflakeConfig) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The connector's options of the way to sign in, and the secrets among them. ConfigError when one is missing."""
    if config.private_key:
        key = _secret(config.private_key)
        phrase = _secret(config.private_key_passphrase) if config.private_key_passphrase else None
        _refuse_what_is_no_key(key, config.private_key)
        options = {"authenticator": "SNOWFLAKE_JWT", "private_key": key, "private_key_password": phrase}
        return {name: value for name, value in options.items() if value is not None}, (
            key,
            *([phrase] if phrase else []),
        )
    if config.oauth_client_id:
        return _client_credentials(config)
    if config.workload_identity:
        return {
            "authenticator": "WORKLOAD_IDENTITY",
            "workload_identity_provider": config.workload_identity,
        }, ()
    token = _secret(config.access_token or config.oauth_token or "")
    return {
        "authenticator": "PROGRAMMATIC_ACCESS_TOKEN" if config.access_token else "OAUTH",
        "token": token,
    }, (token,)


def _client_credentials(config: SnowflakeConfig) -> tuple[dict[str, Any], tuple[str, ...]]:
    secret = _secret(config.oauth_client_secret or "")
    options = {
        "authenticator": "OAUTH_CLIENT_CREDENTIALS",
        "oauth_client_id": config.oauth_client_id,
        "oauth_client_secret": secret,
        "oauth_token_request_url": config.oauth_token_url,
    }
    return options | ({"oauth_scope": config.oauth_scope} if config.oauth_scope else {}), (secret,)


def _secret(reference: str) -> str:
    return SecretRef.parse(reference).resolve().strip()


def _refuse_what_is_no_key(key: str, reference: str) -> None:
    if "PRIVATE KEY-----" not in key:
        raise ConfigError(
            f"the secret {reference} is no private key in PEM form",
            hint="it must begin with -----BEGIN PRIVATE KEY-----: "
            "openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt",
        )
