"""Alerts: who is told of what, does every channel take it, what was sent, and what is silent?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, request

from assay.errors import AssayError, UsageError
from assay.incidents import budget
from assay.incidents.channels.opening import open_channels
from assay.incidents.judging import LOUD
from assay.incidents.routing import PATTERNS, Routing
from assay.incidents.sample import sample_row
from assay.incidents.telling import Telling
from assay.model.time import HOUR_MS
from assay.store import deliveries, outbox, silences
from web import forms, state
from web.ask import whole
from web.format import now_ms
from web.pages.base import asked, last_page, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from assay.config import Settings
    from assay.store.deliveries import Tally
    from assay.store.tables import OutboxRow, SilenceRow

blueprint = Blueprint("alerts", __name__)
PAGE = 50
MOST_PAGES = 10_000
SPANS = {1: "1 hour", 4: "4 hours", 24: "1 day", 72: "3 days", 168: "1 week", 720: "30 days"}
"""For how many hours something may be silenced."""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel: its kind, what is wrong with it, and what it was sent."""

    name: str
    kind: str
    problem: str
    hint: str
    budget: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Way:
    """A route: what it fits, and who is told then."""

    fits: str
    channels: Sequence[str]
    digest: bool
    proceed: bool


@dataclass(frozen=True, slots=True)
class Alerts:
    """What the page tells."""

    channels: Sequence[Place]
    routes: Sequence[Way]
    problem: str
    """Why nobody is told at all; '' where the settings can be used."""
    hint: str
    counts: Mapping[str, int]
    log: Sequence[OutboxRow]
    total: int
    page: int
    chosen: Mapping[str, Sequence[str]]
    silences: Sequence[SilenceRow]

    @property
    def pages(self) -> int:
        """How many pages the log has."""
        return max(1, -(-self.total // PAGE))


def query(session: Session, args: MultiDict[str, str], settings: Settings) -> Alerts:
    """Read the settings' channels and routes, a page of the log, and the silences that hold."""
    now = now_ms()
    chosen = {name: [value] for name in ("channel", "state") if (value := args.get(name, ""))}
    number = whole(args, "page", 1, MOST_PAGES)
    channel, standing = args.get("channel", ""), args.get("state", "")
    total = deliveries.count(session, channel=channel, state=standing)
    log = outbox.deliveries(session, channel=channel, state=standing, limit=PAGE, offset=(number - 1) * PAGE)
    if number > 1 and not log:
        raise last_page(number, total, PAGE)
    problem: AssayError | None = None
    telling = Telling()
    try:
        telling = Telling.of(settings)
    except AssayError as error:
        problem = error
    return Alerts(
        channels=_channels(session, settings, telling, now),
        routes=_routes(telling.routing),
        problem="" if problem is None else problem.message,
        hint="" if problem is None else problem.hint,
        counts=outbox.counts(session),
        log=log,
        total=total,
        page=number,
        chosen=chosen,
        silences=silences.live(session, now),
    )


def _channels(session: Session, settings: Settings, telling: Telling, now: int) -> list[Place]:
    """Each channel of the settings; one that cannot be built says why."""
    _, problems = open_channels(settings, state.registry())
    tallies = deliveries.tallies(session, LOUD, now - budget.WEEK_MS)
    found = []
    for name, said in sorted(settings.channels.items()):
        problem = problems.get(name)
        told = ("", "") if problem is None else (problem.message, problem.hint)
        tally = tallies.get(name, deliveries.Tally())
        found.append(Place(name, said.kind, *told, telling.budget_of(name), tally))
    return found


def _routes(routing: Routing) -> list[Way]:
    ways = [Way(str(route), route.channels, route.digest, route.proceed) for route in routing.routes]
    return [*ways, Way("", routing.default, digest=False, proceed=False)]


@blueprint.get("/alerts")
def page() -> str:
    """The page, or its log alone for htmx."""
    asked()
    return _page()


def _page(wrong: AssayError | None = None) -> str:
    """The page; after a form with a mistake with what is wrong, its fields as they were filled in."""
    told, now = query(state.session(), request.args, state.settings()), now_ms()
    states = [name for name in outbox.STATES if told.counts.get(name)]
    return rendered(
        "alerts.html",
        told=told,
        states=states,
        patterns=PATTERNS,
        spans=SPANS,
        wrong=wrong,
        said=request.form,
        now_ms=now,
        never_ms=now + 10 * 365 * 24 * HOUR_MS,
    )


@blueprint.post("/alerts/silences")
def silence() -> Response | tuple[str, int]:
    """Silence what fits every pattern of the form; a form with a mistake comes back with what is wrong."""
    now = now_ms()
    try:
        matcher, hours, reason = _matcher(), _hours(), forms.field("reason", 300)
        with state.store().write() as session:
            silences.add(session, matcher, now + hours * HOUR_MS, now, forms.actor(), reason)
    except UsageError as error:
        return _page(error), 422
    return forms.leads_to("alerts.page", "silence")


def _matcher() -> dict[str, str]:
    """The patterns of the form; none where everything was chosen."""
    matcher = {name: glob for name in PATTERNS if (glob := forms.field(name, 300))}
    if not matcher and forms.field("everything") != "on":
        raise UsageError(
            "Say what is to be silent.",
            hint="Give a pattern, e.g. *.staging.* of the asset, or choose everything.",
        )
    return matcher


def _hours() -> int:
    hours = forms.field("hours")
    if hours not in map(str, SPANS):
        raise UsageError(f"A silence of {hours[:20]!r} hours is not offered.", hint="Choose one of the list.")
    return int(hours)


@blueprint.post("/alerts/silences/<int:silence_id>/end")
def unsilence(silence_id: int) -> Response | tuple[str, int]:
    """End a silence before its time."""
    with state.store().write() as session:
        held = silences.end(session, silence_id, now_ms())
    if not held:
        gone = UsageError(f"There is no silence {silence_id} that holds.", hint="It has ended already.")
        return _page(gone), 404
    return forms.leads_to("alerts.page", "unsilence")


@blueprint.post("/alerts/test")
def test() -> Response | tuple[str, int]:
    """Put a sample into the outbox: the worker sends it as it sends everything, and the log says what became of it."""
    name = forms.field("channel")
    if name not in state.settings().channels:
        error = UsageError(f"There is no channel {name[:60]!r}.", hint="Describe it in [channels.NAME].")
        return _page(error), 422
    with state.store().write() as session:
        outbox.add(session, [sample_row(name, now_ms())])
    return forms.leads_to("alerts.page", "test", channel=name)


@blueprint.post("/alerts/retry")
def retry() -> Response:
    """Let what was given up in a channel wait again."""
    name = forms.field("channel")
    with state.store().write() as session:
        outbox.requeue(session, [row.id for row in outbox.dead_letters(session, name)], now_ms())
    return forms.leads_to("alerts.page", "retry", channel=name or None)
