"""What the commands that act on incidents share: the act on each, all or none, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.figures import utc_now
from assay.cli.say import say_json
from assay.cli.stores import opened_store
from assay.incidents.acts import act
from assay.incidents.caller import caller
from assay.incidents.policy import Policy
from assay.store import incidents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.orm import Session

    from assay.cli.request import Request
    from assay.incidents.acts import Done
    from assay.model.incidents import Transition, Verb


def act_on(
    request: Request,
    numbers: Sequence[int],
    deed: Transition | Verb,
    *,
    text: str = "",
    span: timedelta | None = None,
) -> int:
    """Do the same to each incident, in one transaction, in the caller's name; say what became of each."""
    settings, now = request.settings(), utc_now()
    policy, until = Policy.of(settings), None if span is None else now + span
    with opened_store(settings) as store, store.write() as session:
        done = {
            number: act(session, number, deed, caller(), now, policy=policy, until=until, text=text)
            for number in dict.fromkeys(numbers)
        }
        said = [_said(session, number, one) for number, one in done.items()]
    if request.as_json:
        say_json([_as_dict(number, one) for number, one in done.items()])
    else:
        click.echo("\n".join(said))
    return 0


def _said(session: Session, number: int, done: Done) -> str:
    """One line: the number, its title, what happened, and how it stands where that does not say so."""
    line = incidents.one(session, number)
    title, state = ("", "") if line is None else (line.row.title, line.row.state)
    happened = ", ".join(dict.fromkeys(str(change.transition) for change in done.changes)) or "as before"
    taken = (
        f" (note {done.note_id}; `assay incidents undo {done.note_id}` takes it back)" if done.note_id else ""
    )
    stands = "" if state in happened else f"; still {state}"
    return f"{number}  {title.rstrip('.')}: {happened}{stands}{taken}"


def _as_dict(number: int, done: Done) -> dict[str, object]:
    return {"id": number, "happened": [str(one.transition) for one in done.changes], "note": done.note_id}
