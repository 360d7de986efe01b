"""The statements that unload the views: one pair for each view the collector reads, with its own names."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

from assay.errors import UsageError
from collectors.snowflake import SnowflakeCollector
from collectors.snowflake.export import list_export
from collectors.snowflake.from_live import query_of
from collectors.snowflake.views import VIEWS

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "read-an-export.md"
COPY = re.compile(
    r"COPY INTO (\S+)/\nFROM \(SELECT \* FROM (\S+?)(?: WHERE (\w+) >= ([^\n]+))?\)\n(FILE_FORMAT.+?);",
    re.DOTALL,
)
GET = re.compile(r"GET (\S+)/ 'file://(.+)/';")


def script(folder: str = "/exports/acme", days: int = 30) -> str:
    """The script for a folder."""
    return SnowflakeCollector.export_script(PurePosixPath(folder), days)


def test_each_view_is_unloaded_by_its_own_name_schema_and_time() -> None:
    """No view is forgotten; a snapshot is taken whole, any other by the column the live reader asks by."""
    found = {
        source: (place, column, since) for place, source, column, since, _ in COPY.findall(script(days=7))
    }

    assert set(found) == {view.source for view in VIEWS}
    for view in VIEWS:
        place, column, since = found[view.source]
        assert place == f"@~/assay_export/{view.name}"
        assert column == ("" if view.snapshot else view.cursor_source)
        assert since == ("" if view.snapshot else "DATEADD(day, -7, CURRENT_DATE)")
        assert view.snapshot or f"WHERE {column.lower()} >= " in query_of(view)


def test_each_view_comes_to_a_folder_of_its_own_that_is_read_as_the_view(tmp_path: Path) -> None:
    """Every part of an export is called alike, so two views in one folder would write over each other."""
    places = dict(GET.findall(script(str(tmp_path))))
    for place in places.values():
        Path(place).mkdir()
        Path(place, "data_0_0_0.csv.gz").touch()
    listing = list_export(tmp_path, VIEWS)

    assert set(places) == {place for place, *_ in COPY.findall(script())}
    assert {name: len(files) for name, files in listing.files.items()} == {view.name: 1 for view in VIEWS}
    assert listing.unknown == ()


def test_all_are_unloaded_as_csv_in_utc() -> None:
    """Parquet would be refused for the columns of time; each time tells its offset."""
    text = script()
    (form,) = {form for *_, form in COPY.findall(text)}

    assert text.index("SET TIMEZONE = 'UTC'") < text.index("COPY INTO")
    assert all(part in form for part in ("TYPE = CSV", "HEADER = TRUE", "SS.FF3 TZHTZM'"))


def test_what_not_every_account_has_comes_last() -> None:
    """A client that stops at the first failure has then brought all the others."""
    order = [source for _, source, *_ in COPY.findall(script())]
    special = {view.source for view in VIEWS if view.edition}

    assert set(order[-len(special) :]) == special


def test_a_folder_no_statement_can_name_is_refused() -> None:
    """A quote would end the text it stands in."""
    with pytest.raises(UsageError, match="folder"):
        script("/exports/o'hara")


def test_the_how_to_shows_what_the_program_prints() -> None:
    """The example is a part of the script."""
    shown = re.findall(r"```sql\n(.+?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)

    assert shown
    assert [] == [text for text in shown if text not in script()]
