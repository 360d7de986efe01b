"""`assay savings`: what changes promised to save, against what they were measured to save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.cli.figures import counted, credits_of, money, utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.model.decisions import SavingState
from assay.model.money import to_credits, to_currency
from assay.model.time import from_ms
from assay.store.savings import listed
from costs.waste.savings import SETTLED_DAYS, measure, promised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request
    from assay.store.tables import SavingRow


@assay_command("savings", example="assay savings --json")
def command(request: Request) -> int:
    """Tell what each change promised to save, and what it was measured to save.

    Both in 30 days: what its subjects cost less since the change.
    Measured by the same weekdays of the 28 days before; a change is settled 28 days after it. A cost that rose is
    told as what it is.
    """
    with opened_store(request.settings()) as store:
        with store.write() as session:
            measure(session, utc_now())
        with store.read() as session:
            rows = listed(session)
    if request.as_json:
        say_json({"savings": [as_dict(row) for row in rows], **_sums(rows)})
    elif rows:
        _say(rows)
    else:
        note(
            "No change is in the ledger yet: `assay waste done NUMBER` enters one, and so does a merged clean-up."
        )
    return 0


def as_dict(row: SavingRow) -> dict[str, Any]:
    """A line of the ledger as `--json` gives it."""
    measured, counts = row.measured_nano, row.details.get("counted_nano")
    return {
        "id": row.id,
        "source": row.source,
        "source_id": row.source_id,
        "title": row.title,
        "subjects": row.subjects,
        "connection": row.connection,
        "acted": from_ms(row.acted_ms).isoformat(),
        "promised_nano_credits": row.promised_nano,
        "promised_credits": to_credits(row.promised_nano),
        "before_nano_credits": row.before_nano,
        "measured_nano_credits": measured,
        "measured_credits": None if measured is None else to_credits(measured),
        "measured_money": None if row.measured_micro is None else to_currency(row.measured_micro),
        "currency": row.currency or None,
        "counted_nano_credits": counts,
        "measured_days": row.measured_days,
        "state": row.state,
        "no_longer_found": "gone_ms" in row.details,
    }


def _sums(rows: Sequence[SavingRow]) -> dict[str, Any]:
    """All lines together, nothing twice: what was promised, and what is measured so far and settled."""
    counts = [(row, int(row.details["counted_nano"])) for row in rows if "counted_nano" in row.details]
    settled = [nano for row, nano in counts if row.state == SavingState.MEASURED.value]
    return {
        "promised_nano_credits": promised(rows),
        "measured_nano_credits": sum(nano for _, nano in counts),
        "settled_nano_credits": sum(settled),
    }


def _say(rows: Sequence[SavingRow]) -> None:
    lines = [
        (
            f"{from_ms(row.acted_ms):%Y-%m-%d}",
            row.source,
            row.title,
            credits_of(row.promised_nano),
            credits_of(row.before_nano) if row.measured_days else "",
            "" if row.measured_nano is None else credits_of(row.measured_nano),
            money(row.measured_micro, row.currency),
            _stands(row),
        )
        for row in rows
    ]
    columns = ("on", "by", "change", ">promised", ">cost before", ">saved", ">money", "")
    say_table("Savings in 30 days, in credits", columns, lines)
    sums = _sums(rows)
    note(
        f"Promised {credits_of(sums['promised_nano_credits'])} credits in 30 days, measured "
        f"{credits_of(sums['measured_nano_credits'])}, of it settled {credits_of(sums['settled_nano_credits'])}; what "
        "several changes are about counts once."
    )


def _stands(row: SavingRow) -> str:
    if row.state == SavingState.MEASURED.value:
        return "settled"
    if not row.measured_days:
        return "no whole day since"
    return f"{counted(row.measured_days, 'day')} of {SETTLED_DAYS}"
