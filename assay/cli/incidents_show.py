"""`assay incidents show`: one incident with what was found, whom it reaches, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import moment
from assay.cli.incidents_list import line_dict
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.incidents.acts import NoSuchIncidentError
from assay.incidents.feedback import WORDS
from assay.model.time import from_ms
from assay.store import incidents, notes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.cli.request import Request
    from assay.store.incidents import CheckFinding, IncidentLine
    from assay.store.notes import Kept
    from assay.store.tables import IncidentEventRow

_MOST = 20
"""How many findings are shown."""


@dataclass(frozen=True, slots=True)
class Story:
    """An incident and all that is kept of it."""

    line: IncidentLine
    findings: list[CheckFinding]
    downstream: list[IncidentLine]
    timeline: list[IncidentEventRow]
    notes: list[Kept]


@assay_command("show", example="assay incidents show 3")
@click.argument("number", type=int)
def command(request: Request, number: int) -> int:
    """Show incident NUMBER: what was found, what it reaches, its timeline, and the notes people gave on it."""
    with opened_store(request.settings()) as store, store.read() as session:
        story = story_of(session, number)
    if request.as_json:
        say_json(_as_dict(story))
    else:
        _say(story)
    return 0


def story_of(session: Session, number: int) -> Story:
    """The incident of that number with what is kept of it; NoSuchIncidentError."""
    line = incidents.one(session, number)
    if line is None:
        hint = "`assay incidents` lists those that want attention."
        raise NoSuchIncidentError(f"There is no incident {number}.", hint=hint)
    return Story(
        line,
        incidents.findings(session, number, _MOST),
        incidents.grouped_under(session, number),
        incidents.timeline(session, number),
        notes.of_incident(session, number),
    )


def _say(story: Story) -> None:
    row = story.line.row
    click.echo(row.title)
    told = (
        ("asset", story.line.asset),
        ("state", _state(story.line)),
        ("severity", row.severity),
        ("impact", row.impact),
        ("owner", row.owner or "nobody"),
        ("because of", f"incident {row.root_id}" if row.root_id else ""),
    )
    for name, value in told:
        if value:
            click.echo(f"  {name:<11}{value}")
    click.echo()
    found = [
        (moment(one.result.at_ms), one.check, one.result.outcome, one.result.message)
        for one in story.findings
    ]
    say_table("What was found", ("at (UTC)", "check", "outcome", "message"), found)
    if story.downstream:
        lines = [(str(line.row.id), line.row.title, line.row.state) for line in story.downstream]
        say_table("Told within this one", (">no.", "what", "state"), lines)
    events = [(moment(one.at_ms), one.transition, one.actor, one.text) for one in story.timeline]
    say_table("Timeline", ("at (UTC)", "what", "by", ""), events)
    if story.notes:
        say_table(
            "Judgements", (">note", "verdict", "of the time (UTC)", "by", ""), map(_note_cells, story.notes)
        )
        note("`assay incidents undo NOTE` takes one back.")


def _state(line: IncidentLine) -> str:
    row = line.row
    if row.resolved_ms:
        return f"{row.state} at {moment(row.resolved_ms)} UTC, seen first at {moment(row.opened_ms)}"
    until = f", snoozed until {moment(row.snoozed_until_ms)} UTC" if row.snoozed_until_ms else ""
    return f"{row.state} since {moment(row.opened_ms)} UTC{until}"


def _note_cells(kept: Kept) -> tuple[str, ...]:
    said = kept.note
    stretch = f"{said.start:%Y-%m-%d %H:%M} to {said.end:%Y-%m-%d %H:%M}"
    verdict = WORDS[said.verb] + (" (taken back)" if kept.undone_ms else "")
    return (str(kept.id), verdict, stretch, said.author, said.text)


def _as_dict(story: Story) -> dict[str, Any]:
    return {
        **line_dict(story.line),
        "findings": [
            {
                "check": one.check,
                "at": from_ms(one.result.at_ms),
                "outcome": one.result.outcome,
                "message": one.result.message,
                "observed": one.result.observed,
                "expected": one.result.expected,
                "low": one.result.low,
                "high": one.result.high,
            }
            for one in story.findings
        ],
        "downstream": [line_dict(line) for line in story.downstream],
        "timeline": [
            {"at": from_ms(one.at_ms), "what": one.transition, "by": one.actor, "text": one.text}
            for one in story.timeline
        ],
        "notes": [
            {
                "id": kept.id,
                "verb": kept.note.verb,
                "metric": kept.note.metric,
                "start": kept.note.start,
                "end": kept.note.end,
                "by": kept.note.author,
                "text": kept.note.text,
                "undone_at": from_ms(kept.undone_ms) if kept.undone_ms else None,
            }
            for kept in story.notes
        ],
    }
