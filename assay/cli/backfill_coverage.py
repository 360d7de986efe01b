"""`assay backfill coverage`: how often builds fell inside the range they were quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.figures import count, counted, share
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.store import quotes
from costs.backfill.hindsight import published

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.store.tables import CalibrationRow


@assay_command("coverage", example="assay backfill coverage --json")
def command(request: Request) -> int:
    """Tell how often builds fell inside the P10 to P90 made without them, and how quotes came out.

    80 % is what it should be: more is a range too wide, less one too narrow.
    """
    with opened_store(request.settings()) as store, store.read() as session:
        rows = quotes.calibrations(session)
        told = published(rows, quotes.closed(session))
    if request.as_json:
        say_json({**told, "assets": [_as_dict(key, row) for key, row in rows if row.builds]})
    elif told["builds"]:
        columns = ("asset", ">builds", ">inside", ">below P10", ">above P90")
        whole = ("all", *_cells(told["builds"], told["inside"], told["below"], told["above"]))
        say_table("", columns, [(key, *_of(row)) for key, row in rows if row.builds], total=whole)
        note(
            f"{counted(told['quotes'], 'quote')} came true, {count(told['quotes_inside'])} inside the range."
        )
    else:
        note("No build was back-tested yet: a cycle does it.\n→ assay run")
    return 0


def _of(row: CalibrationRow) -> tuple[str, ...]:
    return _cells(row.builds, row.inside, row.below, row.above)


def _cells(builds: int, inside: int, below: int, above: int) -> tuple[str, ...]:
    return (count(builds), share(inside, builds), share(below, builds), share(above, builds))


def _as_dict(key: str, row: CalibrationRow) -> dict[str, object]:
    return {"asset": key, "builds": row.builds, "inside": row.inside, "below": row.below, "above": row.above}
