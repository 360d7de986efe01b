"""The Snowflake collector: views in, facts and records out, live or from a folder of exported views."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, ClassVar

from assay.errors import UsageError
from assay.secrets import SecretRef
from collectors.snowflake import asking, doctor, from_export, from_live
from collectors.snowflake.config import SnowflakeConfig
from collectors.snowflake.export_script import export_script
from collectors.snowflake.people import Names
from collectors.snowflake.reading import Reading
from collectors.snowflake.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import PurePath

    from assay.model.warehouses import Warehouse
    from collectors.base import Batch, Degraded, Finding, Progress, SourceStream


class SnowflakeCollector:
    """Reads the SNOWFLAKE database's own account of what ran, what it cost and what exists."""

    kind: ClassVar[str] = "snowflake"
    title: ClassVar[str] = "Snowflake"
    config_class: ClassVar[type[SnowflakeConfig]] = SnowflakeConfig
    streams: ClassVar[tuple[SourceStream, ...]] = tuple(view.declaration for view in VIEWS)

    def __init__(self, name: str, config: SnowflakeConfig) -> None:
        self.name = name
        self.config = config
        self.account = config.account or name.lower()

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:
        """What is new since `progress`, view by view; a view that cannot be read is given as Degraded.

        ConnectionFailedError when the folder is not there or the account cannot be reached at all.
        """
        reading = Reading(self.account, self._names())
        if self.config.export is not None:
            yield from from_export.collect(self.config.export, reading, progress, now)
        else:
            yield from from_live.collect(self.config, reading, progress)

    def examine(self) -> Iterator[Finding]:
        """Try the folder or the account, and every view."""
        if self.config.export is not None:
            return from_export.examine(self.config.export)
        return doctor.examine(self.config, self.account)

    def warehouse(self) -> AbstractContextManager[Warehouse] | None:
        """The live account, for queries that only read; None for an export, which answers none."""
        return None if self.config.export is not None else asking.opened(self.config, self.account)

    @classmethod
    def grants(cls, role: str) -> str:
        """The script that gives `role` exactly what the collector reads. UsageError when it is no plain name."""
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", role):
            raise UsageError(
                f"not a role's name: {role!r}", hint="use letters, digits and _ only, e.g. ASSAY"
            )
        return (
            (resources.files(__package__) / "GRANTS.sql").read_text(encoding="utf-8").replace("{role}", role)
        )

    @classmethod
    def export_script(cls, folder: PurePath, days: int) -> str:
        """The statements that unload every view to a folder of its own below `folder`."""
        return export_script(folder, days)

    def _names(self) -> Names:
        salt = self.config.user_names_salt
        key = SecretRef.parse(salt).resolve() if salt else f"assay:{self.account}"
        return Names(plain=self.config.user_names == "plain", key=key.encode())
