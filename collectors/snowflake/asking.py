"""The live account as a warehouse that checks may ask: one session with Assay's tag and time limit."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from assay.errors import AssayError
from collectors.one_select import one_select
from collectors.snowflake import failures
from collectors.snowflake.session import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.model.assets import AssetKey
    from collectors.snowflake.config import SnowflakeConfig
    from collectors.snowflake.session import Session


@dataclass(frozen=True, slots=True)
class SnowflakeWarehouse:
    """An open account. The session's tag makes what is asked a cost of Assay's own."""

    dialect: ClassVar[str] = "snowflake"

    session: Session
    role: str

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The first rows of a statement that only reads; SourceError when it does not or fails."""
        asked = one_select(sql, self.dialect)
        try:
            return self.session.first_rows(asked, limit)
        except AssayError:
            raise
        except Exception as error:  # noqa: BLE001 - the connector's errors are told apart by their numbers
            raise failures.of_question(error, self.role, self.session.secrets) from None

    def relation(self, asset: AssetKey) -> str:
        """The quoted name: a part of a single case is one written without quotes, so in upper case."""
        return ".".join(f'"{_as_made(part)}"' for part in asset.path)


@contextmanager
def opened(config: SnowflakeConfig, account: str) -> Iterator[SnowflakeWarehouse]:
    """Sign in, and sign out at the end. ConnectionFailedError when the account does not answer or refuses."""
    with open_session(config, account) as session:
        yield SnowflakeWarehouse(session, config.role or "<the connection's role>")


def _as_made(part: str) -> str:
    """A part of a key as Snowflake holds it, its quotes doubled; see `assay.model.assets.fold_part`."""
    name = part.upper() if part == part.lower() else part
    return name.replace('"', '""')
