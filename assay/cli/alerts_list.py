"""`assay alerts list`: the delivery log, and the silences that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import moment, utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.model.time import from_ms, to_ms
from assay.store import outbox, silences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.cli.request import Request
    from assay.store.tables import OutboxRow, SilenceRow

_NEVER_MS = 10**14
"""A moment beyond this is no moment: what is muted for good is kept until 'never'."""


@assay_command("list", example="assay alerts list --state dead --json")
@click.option("--state", type=click.Choice(outbox.STATES), help="Only messages that stand so.")
@click.option("--channel", default="", help="Only messages to this channel.")
@click.option("--incident", type=int, help="Only messages on the incident of this number.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def command(request: Request, state: str | None, channel: str, incident: int | None, limit: int) -> int:
    """Show the delivery log, newest first: what waits, was sent, muted, digested or given up; and the silences.

    "grouped" was told within another message; "digest" waits for the daily digest.
    """
    now_ms = to_ms(utc_now())
    with opened_store(request.settings()) as store, store.read() as session:
        counts = outbox.counts(session)
        rows = outbox.deliveries(
            session, channel=channel, state=state or "", incident_id=incident, limit=limit
        )
        live = silences.live(session, now_ms)
    if request.as_json:
        say_json(
            {
                "counts": counts,
                "messages": [message_dict(row, now_ms) for row in rows],
                "silences": [silence_dict(row) for row in live],
            }
        )
    else:
        _say(counts, [_line(row, now_ms) for row in rows], live)
    return 0


def _say(counts: Mapping[str, int], lines: Sequence[tuple[str, ...]], live: Sequence[SilenceRow]) -> None:
    if lines:
        columns = (">id", "written (UTC)", "channel", "about", "what", "state", "why")
        say_table("", columns, lines)
    else:
        note("No message fits." if any(counts.values()) else "Nothing was to be told yet.")
    if any(counts.values()):
        click.echo("In all: " + ", ".join(f"{number:,} {state}" for state, number in counts.items()) + ".")
    if live:
        heads = (">id", "until (UTC)", "what is silent", "by", "reason")
        say_table("Silences", heads, [_silence_line(row) for row in live])
    if counts[outbox.DEAD]:
        note(f"{counts[outbox.DEAD]:,} were given up.\n→ Mend the cause, then `assay alerts retry`.")


def _line(row: OutboxRow, now_ms: int) -> tuple[str, ...]:
    about = f"incident {row.incident_id}" if row.incident_id else ""
    return (
        str(row.id),
        moment(row.created_ms),
        row.channel,
        about,
        row.transition,
        row.state,
        _why(row, now_ms),
    )


def _why(row: OutboxRow, now_ms: int) -> str:
    """The reason it stands as it does, and until when."""
    if row.state == outbox.GROUPED:
        return f"told within message {outbox.head_of(row)}"
    if row.state == outbox.SENT:
        return f"at {moment(row.sent_ms)}"
    until = f"until {moment(row.next_ms)}" if _waits(row, now_ms) else ""
    return "; ".join(filter(None, (row.error, until)))


def _waits(row: OutboxRow, now_ms: int) -> bool:
    """Whether it is left alone until a moment that is still to come."""
    return row.state in {outbox.WAITING, outbox.MUTED} and now_ms < row.next_ms < _NEVER_MS


def _silence_line(row: SilenceRow) -> tuple[str, ...]:
    return (str(row.id), moment(row.until_ms), matcher_said(row.matcher), row.author, row.reason)


def matcher_said(matcher: Mapping[str, str]) -> str:
    """The patterns of a silence as they are written on the command line."""
    return " ".join(f"{name}={pattern}" for name, pattern in matcher.items()) or "everything"


def message_dict(row: OutboxRow, now_ms: int) -> dict[str, Any]:
    """A message as `--json` gives it."""
    return {
        "id": row.id,
        "incident": row.incident_id,
        "channel": row.channel,
        "transition": row.transition,
        "state": row.state,
        "key": row.dedupe_key,
        "attempts": row.attempt,
        "error": row.error,
        "ref": row.external_ref,
        "told_within": outbox.head_of(row) if row.state == outbox.GROUPED else None,
        "written_at": from_ms(row.created_ms),
        "sent_at": from_ms(row.sent_ms) if row.sent_ms else None,
        "next_at": from_ms(row.next_ms) if _waits(row, now_ms) else None,
    }


def silence_dict(row: SilenceRow) -> dict[str, Any]:
    """A silence as `--json` gives it."""
    return {
        "id": row.id,
        "matcher": dict(row.matcher),
        "until": from_ms(row.until_ms),
        "by": row.author,
        "reason": row.reason,
    }
