"""`assay unused`: which assets nobody needs, why, and in which order they can go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli import figures
from assay.cli.figures import common_account, count, counted, credits_of, money, said_of_account
from assay.cli.owners import no_connection
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.model.decisions import Verdict
from assay.model.money import to_currency
from assay.model.time import day_of, from_ms
from assay.model.usage import CONSUMERS
from costs.unused import gather, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from assay.cli.request import Request
    from assay.model.verdicts import AssetVerdict, DeadSet, Judgement

_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}
_SETS = 5


@assay_command("unused", example="assay unused --verdict unused --json")
@click.option(
    "--verdict",
    "wanted",
    type=click.Choice([verdict.value for verdict in Verdict]),
    multiple=True,
    help="Only this verdict; may be said several times.",
)
@click.option("--all", "everything", is_flag=True, help="Every asset in the table, not only the dead.")
@click.option("--limit", type=click.IntRange(min=1), default=25, show_default=True, help="Rows of the table.")
def command(request: Request, wanted: tuple[str, ...], *, everything: bool, limit: int) -> int:
    """Tell which assets nobody needs, why, and in which order they can go.

    Judged now, over the days the settings ask for ([unused]). What is missing or unsure speaks for keeping an asset.
    --json gives every asset, or those of --verdict.
    """
    settings = request.settings()
    with opened_store(settings) as store, store.read() as session:
        if not settings.connections:
            raise no_connection(request.folder)
        evidence = gather(session, settings.unused, figures.utc_now())
    judgement = judge(evidence, settings.unused)
    verdicts = {Verdict(each) for each in wanted} or set(Verdict)
    if request.as_json:
        say_json(as_dict(judgement, [each for each in _ordered(judgement) if each.verdict in verdicts]))
        return 0
    shown = verdicts if wanted or everything else {verdict for verdict in Verdict if verdict.is_dead}
    _say(judgement, [each for each in _ordered(judgement) if each.verdict in shown], limit)
    return 0


def _ordered(judgement: Judgement) -> list[AssetVerdict]:
    """The dead first, set by set and each in its order, dearest set first; the others by what they cost."""
    turn = {dead_set.id: place for place, dead_set in enumerate(judgement.sets)}

    def place(each: AssetVerdict) -> tuple[int, int, int, int, str]:
        if each.verdict.is_dead:
            return (0, turn[each.set_id], each.place, 0, each.asset)
        return (1, _RANK[each.verdict], 0, -each.nano_per_month, each.asset)

    return sorted(judgement.verdicts, key=place)


def as_dict(judgement: Judgement, rows: Sequence[AssetVerdict]) -> dict[str, Any]:
    """The answer as `--json` gives it: exact integers, and decimals as text."""
    return {
        "window_days": judgement.window_days,
        "until": None if judgement.until_ms is None else str(day_of(judgement.until_ms - 1)),
        "counts": judgement.counts(),
        "reclaimable": _sum_as_dict(each for each in judgement.verdicts if each.verdict.is_dead),
        "proposable": _sum_as_dict(_proposable(judgement)),
        "rows": [_row_as_dict(each) for each in rows],
        "sets": [_set_as_dict(each) for each in judgement.sets],
    }


def _row_as_dict(each: AssetVerdict) -> dict[str, Any]:
    return {
        "asset": each.asset,
        "verdict": each.verdict,
        "confidence": each.confidence,
        "last_read": None if each.last_read_ms is None else from_ms(each.last_read_ms),
        "readers": dict(each.reads),
        "set": each.set_id or None,
        "order": each.place or None,
        "nano_credits_per_month": each.nano_per_month,
        "money_per_month": _currency(each.micro_per_month),
        "currency": each.currency or None,
        "reasons": list(each.reasons),
        "warnings": list(each.warnings),
        "proposable": each.proposable,
        "held_back": list(each.held_back),
        "coverage": each.coverage,
        "known_since": None if each.first_ms is None else str(day_of(each.first_ms)),
        "kind": each.kind,
        "owner": each.owner or None,
    }


def _set_as_dict(dead_set: DeadSet) -> dict[str, Any]:
    return {
        "id": dead_set.id,
        "assets": list(dead_set.assets),
        "proposable": list(dead_set.proposable),
        "nano_credits_per_month": dead_set.nano_per_month,
        "money_per_month": _currency(dead_set.micro_per_month),
        "currency": dead_set.currency or None,
    }


def _currency(micro: int | None) -> Decimal | None:
    return None if micro is None else to_currency(micro)


def _proposable(judgement: Judgement) -> list[AssetVerdict]:
    free = {asset for dead_set in judgement.sets for asset in dead_set.proposable}
    return [each for each in judgement.verdicts if each.asset in free]


def _sum_as_dict(verdicts: Iterable[AssetVerdict]) -> dict[str, Any]:
    assets, nano, micro, currency = _sum(verdicts)
    return {
        "assets": assets,
        "nano_credits_per_month": nano,
        "money_per_month": _currency(micro),
        "currency": currency or None,
    }


def _sum(verdicts: Iterable[AssetVerdict]) -> tuple[int, int, int | None, str]:
    """How many, their nano-credits, and their money where all prices are in one currency."""
    some = list(verdicts)
    prices = [each.micro_per_month for each in some if each.micro_per_month is not None]
    currencies = {each.currency for each in some if each.micro_per_month is not None}
    is_one = len(currencies) == 1
    nano = sum(each.nano_per_month for each in some)
    return len(some), nano, sum(prices) if is_one else None, max(currencies) if is_one else ""


def _say(judgement: Judgement, shown: Sequence[AssetVerdict], limit: int) -> None:
    rows = shown[:limit]
    account = common_account([each.asset for each in rows])
    if rows:
        until = "" if judgement.until_ms is None else f" to {day_of(judgement.until_ms - 1)}"
        title = f"Who needs what, {judgement.window_days} days{until}{said_of_account(account)}"
        columns = (
            "asset", "verdict", "sure", ">reads", "last read", ">credits a month", ">money", "set", ">order", "why",
        )  # fmt: skip
        say_table(title, columns, [_row(each, account) for each in rows])
    elif judgement.verdicts:
        note("No asset has such a verdict.")
    if len(shown) > limit:
        note(f"({count(len(shown) - limit)} more: --limit {len(shown)} or --json)")
    _say_sets(judgement, account)
    _say_sum(judgement)


def _row(each: AssetVerdict, account: str) -> tuple[str, ...]:
    reads = sum(reads for reader, reads in each.reads.items() if reader in CONSUMERS)
    return (
        each.asset.removeprefix(account),
        each.verdict.replace("_", " "),
        each.confidence,
        count(reads) if reads else "",
        figures.moment(each.last_read_ms),
        credits_of(each.nano_per_month),
        money(each.micro_per_month, each.currency),
        each.set_id,
        str(each.place or ""),
        (*each.warnings, *each.reasons, "")[0],
    )


def _say_sets(judgement: Judgement, account: str) -> None:
    """What would go together, in the order of deletion."""
    larger = [dead_set for dead_set in judgement.sets if len(dead_set.assets) > 1]
    rows = [
        (
            dead_set.id,
            credits_of(dead_set.nano_per_month),
            money(dead_set.micro_per_month, dead_set.currency),
            " → ".join(asset.removeprefix(account) for asset in dead_set.assets),
        )
        for dead_set in larger[:_SETS]
    ]
    if rows:
        columns = ("set", ">credits a month", ">money", "in the order of deletion")
        say_table("What goes together", columns, rows)


def _say_sum(judgement: Judgement) -> None:
    assets, nano, micro, currency = _sum(each for each in judgement.verdicts if each.verdict.is_dead)
    unknown = judgement.counts()[Verdict.UNKNOWN.value]
    if not judgement.verdicts:
        note("No asset is known yet.\n→ assay run reads what there is.")
        return
    price = f", {money(micro, currency)}" if micro is not None else ""
    note(
        f"{counted(assets, 'asset')} of {count(len(judgement.verdicts))} nobody needs: "
        f"{credits_of(nano)} credits{price} in 30 days; "
        f"{count(len(_proposable(judgement)))} are held back by nothing. "
        "`assay cleanup detect` tells which of them dbt builds."
    )
    if unknown:
        note(f"{counted(unknown, 'asset')} cannot be judged: --verdict unknown tells why.")
