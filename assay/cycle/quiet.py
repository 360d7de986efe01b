"""Sources that have gone quiet: a tool that reads nothing looks like one that finds nothing, so this is an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.model.time import from_ms
from assay.store import collections
from assay.store.tables import CheckRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.cycle.summary import Problem
    from assay.store.collections import StreamStatus

KIND = "source"
_BAD = {Outcome.FAIL, Outcome.ERROR}


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a connection counts as quiet, and the step that mends it."""

    message: str
    hint: str


def check_of(connection: str) -> Check:
    """The check that a connection is heard of."""
    return Check(
        name=f"assay.source.{connection}",
        asset=AssetKey("assay", "source", (connection,)),
        kind=KIND,
        cause=Cause.SOURCE,
        source=CheckSource.ASSAY,
        description="The source answers, so that what is not told can be believed.",
    )


def quiet_sources(
    session: Session,
    connections: Collection[str],
    unopened: Mapping[str, Problem],
    after_cycles: int,
    now: datetime,
) -> list[CheckResult]:
    """A failed result for each connection that is quiet; a passed one where it was quiet and is no more.

    Quiet is a connection with a stream that could be read in none of its last `after_cycles` cycles (what a source
    simply has not is no failure), and at once one that cannot be opened at all: `unopened` says why. A connection
    that was taken out of the settings is quiet no more.
    """
    found = dict(_silences(session, connections, unopened, after_cycles))
    results = [
        CheckResult(check_of(name), now, Outcome.FAIL, silence.message, metadata={"next_step": silence.hint})
        for name, silence in sorted(found.items())
    ]
    over = [name for name in _known_quiet(session) if name not in found]
    return results + [
        CheckResult(check_of(name), now, Outcome.PASS, _why_over(name, connections)) for name in over
    ]


def _silences(
    session: Session, connections: Collection[str], unopened: Mapping[str, Problem], after_cycles: int
) -> Iterator[tuple[str, Silence]]:
    for name in connections:
        if name in unopened:
            yield name, Silence(f"It cannot be opened: {unopened[name].message}", unopened[name].hint)
        elif mute := collections.failing_since(session, name, after_cycles):
            yield name, _silence(name, mute, collections.latest(session, name), after_cycles)


def _silence(
    name: str, mute: Collection[str], latest: Collection[StreamStatus], after_cycles: int
) -> Silence:
    """What is told: which streams, since when, and what was said last."""
    newest = max((one for one in latest if one.stream in mute), key=lambda one: one.started_ms)
    streams = ", ".join(sorted(filter(None, mute)))
    heard = max((one.last_success_ms or 0 for one in latest if not streams or one.stream in mute), default=0)
    since = f"since {from_ms(heard):%Y-%m-%d %H:%M} UTC" if heard else "so far"
    what = f"Nothing was read of {streams} {since}" if streams else f"Nothing could be read {since}"
    return Silence(
        f"{what}, in {after_cycles} cycles in a row: {newest.message}",
        newest.hint or f"`assay doctor` tries the connection {name}.",
    )


def _known_quiet(session: Session) -> list[str]:
    """The connections that were quiet when last looked at."""
    rows = select(CheckRow.name).where(CheckRow.kind == KIND, CheckRow.last_outcome.in_(sorted(_BAD)))
    prefix = check_of("").name
    return sorted(name.removeprefix(prefix) for name in session.scalars(rows) if name.startswith(prefix))


def _why_over(name: str, connections: Collection[str]) -> str:
    return "It is read again." if name in connections else "It is no connection any more."
