"""The statements that unload the views to files, each view to a folder of its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import UsageError
from collectors.snowflake.views import VIEWS

if TYPE_CHECKING:
    from pathlib import PurePath

    from collectors.snowflake.views.base import View

STAGE = "@~/assay_export"
"""A folder of the user's own stage: everybody has one, so nothing needs to be created."""

_HEAD = """\
-- Unloads what Assay reads, {days} days of it, and brings the files to {folder}.
-- Run it with a client that has GET (the Snowflake CLI, SnowSQL; not Snowsight), in a session that has a warehouse and
-- a role that may read the views: `assay grants snowflake` makes one. Make the folders first:
--   mkdir -p '{folder}'/{{{names}}}
-- Where a view is missing or may not be read, leave out its two statements: Assay reads what is there.

ALTER SESSION SET TIMEZONE = 'UTC';
REMOVE {stage}/;
"""

# CSV, for Snowflake refuses to unload TIMESTAMP_LTZ columns to Parquet.
_VIEW = """
-- {title}
COPY INTO {stage}/{name}/
FROM (SELECT * FROM {source}{where})
FILE_FORMAT = (
    TYPE = CSV
    COMPRESSION = GZIP
    FIELD_OPTIONALLY_ENCLOSED_BY = '"'
    ESCAPE_UNENCLOSED_FIELD = NONE
    TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'
)
HEADER = TRUE;
GET {stage}/{name}/ 'file://{folder}/{name}/';
"""

_TAIL = f"""
REMOVE {STAGE}/;
"""


def export_script(folder: PurePath, days: int) -> str:
    """The whole script, the views not every account has last. UsageError when SQL cannot hold the folder's name."""
    place = _quotable(folder.as_posix().rstrip("/"))
    views = sorted(VIEWS, key=lambda view: bool(view.edition))
    names = ",".join(view.name for view in views)
    head = _HEAD.format(days=days, folder=place, names=names, stage=STAGE)
    return head + "".join(_statements(view, place, days) for view in views) + _TAIL


def _statements(view: View, place: str, days: int) -> str:
    where = "" if view.snapshot else f" WHERE {view.cursor_source} >= DATEADD(day, -{days}, CURRENT_DATE)"
    return _VIEW.format(
        title=f"{view.name}: {view.edition}" if view.edition else view.name,
        stage=STAGE,
        name=view.name,
        source=view.source,
        where=where,
        folder=place,
    )


def _quotable(place: str) -> str:
    if set(place) & set("'\\\n\r"):
        raise UsageError(
            f"not a folder that a statement can name: {place!r}",
            hint="use one without quotes and backslashes",
        )
    return place
