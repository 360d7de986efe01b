"""The comment on a pull request that says what its models cost today."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from assay.cleanup.changes import Kind
from assay.cleanup.markdown import code, plain, row
from assay.cleanup.proposal import cost
from assay.model.money import to_credits
from assay.model.time import DAY_MS, day_of, from_ms

if TYPE_CHECKING:
    from assay.cleanup.state import Standing, State

MARKER = "<!-- assay:state -->"
"""Hidden in the comment, so that the next push mends it and there is never a second."""

MOST_ROWS = 100
_HEADINGS = ("Model", "Change", "Cost in 30 days", "Builds", "Readers", "Last read", "Built from it")


def comment(state: State, limit_nano: int | None = None) -> str:
    """The comment, in Markdown; names from the repository and the warehouse are escaped."""
    if not state.standings:
        return "### What this changes costs today\n\nNo model is changed."
    micro, currency = state.money
    told = [f"{sum(each.change.kind is kind for each in state.standings)} {kind.value}" for kind in Kind]
    counts = ", ".join(each for each in told if not each.startswith("0 "))
    lead = (
        f"{counts}; together **{cost(state.nano_per_month, micro, currency)}** in 30 days today. "
        f"Assets built from it: {state.downstream:,}, which cost {_credits(state.downstream_nano)}."
    )
    shown = state.standings[:MOST_ROWS]
    table = [row(_HEADINGS), row("---" for _ in _HEADINGS), *(_row(each) for each in shown)]
    more = len(state.standings) - len(shown)
    parts = ["### What this changes costs today", _gate(state, limit_nano), lead, "\n".join(table)]
    parts += [f"… and {more:,} more."] * bool(more)
    parts.append(_foot(state))
    return "\n\n".join(part for part in parts if part)


def _gate(state: State, limit_nano: int | None) -> str:
    if limit_nano is None:
        return ""
    spent = state.nano_of(Kind.CHANGED)
    over = spent > limit_nano
    says = "more than" if over else "within"
    mark = "❌" if over else "✅"
    return f"{mark} What is changed costs {_credits(spent)}, {says} the {_credits(limit_nano)} asked for."


def _row(each: Standing) -> str:
    change = each.change
    what = change.kind.value + (f": {', '.join(change.what)}" if change.what else "")
    if not each.is_known:
        return row((code(change.name), plain(what), "not built yet", "–", "–", "–", "–"))
    readers = ", ".join(f"{plain(name)} {count:,}" for name, count in sorted(each.readers.items()) if count)
    return row(
        (
            code(change.name),
            plain(what),
            cost(each.nano_per_month, each.micro_per_month, each.currency),
            f"{each.builds:,}",
            readers or "nobody",
            "never seen" if each.last_read_ms is None else f"{from_ms(each.last_read_ms):%Y-%m-%d}",
            f"{each.downstream:,} ({_credits(each.downstream_nano)})" if each.downstream else "nothing",
        )
    )


def _foot(state: State) -> str:
    if state.until_ms is None:
        return "<sub>No costs are known yet.</sub>"
    return (
        f"<sub>The 30 days up to {day_of(state.until_ms - DAY_MS)}, by Assay. Readers are statements in them by class; "
        "what is built from a model counts at any number of steps.</sub>"
    )


def _credits(nano: int) -> str:
    return f"{to_credits(nano).quantize(Decimal('0.01')):,} credits"
