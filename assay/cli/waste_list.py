"""`assay waste list`: what is wasted, what saves most first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import (
    common_account,
    count,
    counted,
    credits_of,
    moment,
    money,
    said_of_account,
    utc_now,
)
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened
from assay.cli.table import say_table
from assay.facts.engine import Engine
from assay.model.decisions import FindingState, Verdict
from assay.model.money import to_credits, to_currency
from assay.model.time import from_ms, to_ms
from assay.model.waste import WasteKind
from assay.store import findings, verdicts
from costs.waste.find import keep, look
from costs.waste.overlap import together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.cli.request import Request
    from assay.config import Settings
    from assay.facts.files import FactFiles
    from assay.store.engine import Store
    from assay.store.tables import FindingRow

DEAD = tuple(verdict for verdict in Verdict if verdict.is_dead)
_STATES = [state.value for state in FindingState]


@assay_command("list", example="assay waste list --kind idle")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice([*map(str, WasteKind)]), help="Only this kind."
)
@click.option("--all", "everything", is_flag=True, help="Also what is done, dismissed or gone.")
@click.option("--refresh", is_flag=True, help="Look now, and not only in each cycle.")
def command(request: Request, kinds: Sequence[str], *, everything: bool, refresh: bool) -> int:
    """List what is spent for nothing, with the change to make and what it saves in 30 days.

    Each saving is what the change alone would save. Where changes overlap the sum counts each part of the bill once.
    """
    settings = request.settings()
    with opened(settings) as (store, files):
        if refresh:
            _refresh(settings, store, files)
        with store.read() as session:
            rows = findings.listed(session, _STATES if everything else [FindingState.OPEN.value])
            dead = {line.key for line in verdicts.latest(session, DEAD)}
    still = [row for row in rows if row.state == FindingState.OPEN.value]
    adds = together(still)
    shown = [row for row in rows if not kinds or row.kind in kinds]
    if request.as_json:
        say_json({"findings": [as_dict(row, adds) for row in shown], **_sums(shown, adds)})
    elif shown:
        _say(shown, adds)
        _say_of_dead(sum(adds.values()) - sum(together(still, dead).values()))
    else:
        note("No waste worth telling is known. Each cycle looks for it; `assay waste --refresh` looks now.")
    return 0


def _say_of_dead(nano: int) -> None:
    if nano:
        note(
            f"{credits_of(nano)} credits of all open findings are of assets nobody needs: "
            "`assay unused` counts them, too."
        )


def _refresh(settings: Settings, store: Store, files: FactFiles) -> None:
    now = utc_now()
    found = look(store, files, lambda: Engine.open([settings.facts.root]), settings, now)
    with store.write() as session:
        keep(session, found, to_ms(now))


def as_dict(row: FindingRow, adds: Mapping[int, int]) -> dict[str, Any]:
    """A finding as `--json` gives it; `counted_nano_credits` is what it adds to the sum of all open ones."""
    evidence = row.evidence
    return {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "connection": row.connection,
        "title": row.title,
        "change": row.change,
        "nano_credits_per_month": row.nano_per_month,
        "credits_per_month": to_credits(row.nano_per_month),
        "money_per_month": None if row.micro_per_month is None else to_currency(row.micro_per_month),
        "currency": row.currency or None,
        "counted_nano_credits": adds.get(row.id, 0),
        "confidence": row.confidence,
        "state": row.state,
        "first_seen": from_ms(row.first_seen_ms).isoformat(),
        "last_seen": from_ms(row.last_seen_ms).isoformat(),
        "from": from_ms(evidence["from_ms"]).date().isoformat(),
        "until": from_ms(evidence["until_ms"]).date().isoformat(),
        "figures": evidence["figures"],
        "assumptions": evidence["assumptions"],
        "claims": evidence["claims"],
    }


def _sums(rows: Sequence[FindingRow], adds: Mapping[int, int]) -> dict[str, Any]:
    """What the open findings of the list save together, each part of the bill counted once, and in what money."""
    still = [row for row in rows if row.id in adds]
    return {
        "nano_credits_per_month": sum(adds[row.id] for row in still),
        "money_per_month": None if (micro := _micro(still, adds)) is None else to_currency(micro),
        "currency": max((row.currency for row in still), default="") or None,
    }


def _micro(rows: Sequence[FindingRow], adds: Mapping[int, int]) -> int | None:
    """The money of what findings add, each at its own price; None where one has none or currencies differ."""
    if len({row.currency for row in rows}) != 1 or any(row.micro_per_month is None for row in rows):
        return None
    return sum(
        (row.micro_per_month or 0) * adds[row.id] // row.nano_per_month for row in rows if row.nano_per_month
    )


def _say(rows: Sequence[FindingRow], adds: Mapping[int, int]) -> None:
    account = common_account([row.subject for row in rows if row.evidence["dimension"] == "asset"])
    lines = [
        (
            str(row.id),
            WasteKind(row.kind).words,
            row.subject.removeprefix(account),
            row.change,
            credits_of(row.nano_per_month),
            money(row.micro_per_month, row.currency),
            row.confidence,
            "" if row.state == FindingState.OPEN.value else row.state,
        )
        for row in rows
    ]
    columns = (">#", "waste", "of", "change", ">credits", ">money", "sure", "")
    say_table(f"What 30 days would save{said_of_account(account)}", columns, lines)
    still = [row for row in rows if row.id in adds]
    counts = sum(adds[row.id] for row in still)
    alone = sum(row.nano_per_month for row in still)
    if still:
        price = money(_micro(still, adds), still[0].currency)
        twice = f" ({credits_of(alone)} if each part of the bill were counted as often as it is named)"
        note(
            f"Together {counted(len(still), 'finding')} would save {credits_of(counts)} credits"
            f"{f' ({price})' if price else ''} in 30 days{twice if alone != counts else ''}."
        )
        seen = max(row.last_seen_ms for row in still)
        note(
            f"Looked at {moment(seen)} UTC. `assay waste show {count(still[0].id)}` tells the figures behind one."
        )
