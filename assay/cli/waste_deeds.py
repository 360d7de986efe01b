"""What the commands that act on findings share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import utc_now
from assay.cli.say import say_json
from assay.cli.stores import opened_store
from assay.incidents.caller import caller
from assay.model.time import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from assay.cli.request import Request
    from assay.store.tables import FindingRow

    Deed = Callable[[Session, int, int, str], FindingRow]


def act_on(request: Request, numbers: Sequence[int], deed: Deed, then: str = "") -> int:
    """Do the same to each finding, in one transaction and the caller's name; say how each stands, and what comes."""
    now_ms = to_ms(utc_now())
    with opened_store(request.settings()) as store, store.write() as session:
        rows = [deed(session, number, now_ms, caller()) for number in dict.fromkeys(numbers)]
        told: list[dict[str, Any]] = [{"id": row.id, "state": row.state, "title": row.title} for row in rows]
    if request.as_json:
        say_json(told)
    else:
        click.echo(
            "\n".join(f"{one['id']}  {one['title'].rstrip('.')}: {one['state']}.{then}" for one in told)
        )
    return 0
