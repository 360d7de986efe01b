"""`assay alerts send`: what is due goes out now."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from assay.cli.figures import moment
from assay.cli.post import dispatcher
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.store import outbox

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.incidents.dispatch import Delivered

WAIT_S = 60.0


@assay_command("send", example="assay alerts send --wait 10")
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(min=0),
    default=WAIT_S,
    show_default=True,
    help="How many seconds it may take where channels ask for pauses.",
)
def command(request: Request, seconds: float) -> int:
    """Send what is due now; exit 1 when a message was not taken.

    `assay worker` does this by itself; use it where only `assay run` is started, by cron say.
    """
    settings = request.settings()
    with opened_store(settings) as store:
        done = dispatcher(settings, store).drain(seconds)
        with store.read() as session:
            waiting, next_ms = outbox.counts(session)[outbox.WAITING], outbox.next_waiting_ms(session)
    if request.as_json:
        say_json({**asdict(done), "waiting": waiting, "next_at": moment(next_ms) if next_ms else None})
    else:
        click.echo(_said(done))
        if waiting:
            note(f"{waiting:,} wait, the next until {moment(next_ms)} UTC.")
    return 1 if done.dead or done.retried else 0


def _said(done: Delivered) -> str:
    if not done.total:
        return "Nothing is due."
    words = (
        (done.sent, "sent"),
        (done.retried, "not taken and put off"),
        (done.dead, "given up"),
        (done.muted, "muted"),
        (done.digested, "left to the digest"),
    )
    told = ", ".join(f"{number:,} {word}" for number, word in words if number)
    return f"Messages: {told}."
