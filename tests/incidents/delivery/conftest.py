"""A small world of incidents, a Slack that listens, and a clock that is turned by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from fakes.slack import Slack, running_slack

from assay.incidents.channels.slack import SlackChannel
from assay.incidents.channels.slack.config import SlackConfig
from assay.incidents.dispatch import Dispatcher
from assay.incidents.outbox import enqueue
from assay.incidents.routing import Routing
from assay.incidents.telling import Telling
from assay.model.incidents import IncidentState, Transition
from assay.store import outbox
from assay.store.keys import asset_ids
from assay.store.tables import IncidentEventRow, IncidentRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assay.incidents.blocks import Message
    from assay.incidents.channels.base import Channel, DeliveryError
    from assay.store.engine import Store

NOON = 1_779_192_000_000
TOKEN = "xoxb-not-a-token-but-looks-like-it"  # noqa: S105 - made up
STATES = {
    Transition.OPENED: IncidentState.OPEN,
    Transition.REOPENED: IncidentState.OPEN,
    Transition.ACKNOWLEDGED: IncidentState.ACKNOWLEDGED,
    Transition.RESOLVED: IncidentState.RESOLVED,
}


class Clock:
    """A clock that stands until it is turned."""

    def __init__(self, now_ms: int = NOON) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        """Now, in epoch milliseconds."""
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += round(seconds * 1000)


@dataclass
class Recorder:
    """A channel that keeps what it is sent; `failing` is raised, one error a message."""

    name: str = "chat"
    follows: bool = True
    sent: list[tuple[Message, str]] = field(default_factory=list)
    failing: list[DeliveryError] = field(default_factory=list)
    kind = "recorder"

    def send(self, message: Message, previous_ref: str) -> str:
        """Keep it."""
        if self.failing:
            raise self.failing.pop(0)
        self.sent.append((message, previous_ref))
        return previous_ref or f"ref-{len(self.sent)}"

    @property
    def messages(self) -> list[Message]:
        """What it was sent."""
        return [message for message, _ in self.sent]


@dataclass
class World:
    """A store with assets and incidents, whose transitions are told as the recording does it."""

    store: Store
    clock: Clock
    routing: Routing = field(default_factory=lambda: Routing(default=("chat",)))

    def incident(self, name: str = "orders", **columns: Any) -> int:  # noqa: ANN401 - columns of the row
        """A new incident on an asset of that name, nothing told of it yet; its id."""
        key = f"snowflake:acme:shop.marts.{name}"
        given = {
            "cause": "volume",
            "state": "open",
            "severity": "error",
            "impact": "medium",
            "title": f"{name} lost half its rows",
            "owner": "finance",
        } | columns
        with self.store.write() as session:
            asset_id = asset_ids(session, [key], self.clock())[key]
            row = IncidentRow(
                asset_id=asset_id, opened_ms=self.clock(), changed_ms=self.clock(), details={}, **given
            )
            session.add(row)
            session.flush()
            return row.id

    def tell(self, incident_id: int, transition: Transition, actor: str = "", text: str = "") -> int:
        """Let it happen to the incident, and write what is to be told; how many messages that is."""
        with self.store.write() as session:
            row = session.get_one(IncidentRow, incident_id)
            row.state = STATES.get(transition, row.state)
            session.add(
                IncidentEventRow(
                    incident_id=row.id, at_ms=self.clock(), transition=transition, actor=actor, text=text,
                    details={},
                )
            )  # fmt: skip
            return enqueue(session, row, transition, self.clock(), self.routing)

    def open(self, name: str = "orders", **columns: Any) -> int:  # noqa: ANN401 - as above
        """A new incident that is to be told."""
        incident_id = self.incident(name, **columns)
        self.tell(incident_id, Transition.OPENED)
        return incident_id

    def flood(self, number: int, owners: Sequence[str], causes: Sequence[str]) -> None:
        """So many incidents at once, each on an asset of its own, all of them to be told."""
        keys = [f"snowflake:acme:shop.marts.t{place}" for place in range(number)]
        with self.store.write() as session:
            ids = asset_ids(session, keys, self.clock())
            rows = [
                IncidentRow(
                    asset_id=ids[key], cause=causes[place % len(causes)], state="open", severity="error",
                    impact="medium", title=f"{key} is wrong", owner=owners[place // 2 % len(owners)],
                    opened_ms=self.clock(), changed_ms=self.clock(), details={},
                )
                for place, key in enumerate(keys)
            ]  # fmt: skip
            session.add_all(rows)
            session.flush()
            for row in rows[: 2 * len(owners)]:
                enqueue(session, row, Transition.OPENED, self.clock(), self.routing)
            first = {row.group_key: row for row in session.query(OutboxRow)}
            outbox.add(session, [_like(first[f"{row.owner}|{row.cause}"], row.id) for row in rows])

    def counts(self) -> dict[str, int]:
        """How many messages stand in each state."""
        with self.store.read() as session:
            return outbox.counts(session)

    def rows(self, **equal: Any) -> list[OutboxRow]:  # noqa: ANN401 - as above
        """The outbox, oldest first."""
        with self.store.read() as session:
            return session.query(OutboxRow).filter_by(**equal).order_by(OutboxRow.id).all()

    def states(self) -> list[str]:
        """How each message stands."""
        return [row.state for row in self.rows()]

    def dispatcher(self, channel: Channel | None = None, **terms: Any) -> Dispatcher:  # noqa: ANN401 - as above
        """A dispatcher on this store, with this clock and no chance in it."""
        channels = {} if channel is None else {getattr(channel, "name", "chat"): channel}
        telling = Telling(**({"routing": self.routing, "repeat_ms": 0} | terms))
        return Dispatcher(self.store, channels, self.clock, telling=telling, random=Random(1))  # noqa: S311 - a test


def _like(told: OutboxRow, incident_id: int) -> dict[str, Any]:
    """The first message on an incident, as that of another of its group."""
    key = f"{incident_id}:opened:1:{told.channel}"
    changed = {"incident_id": incident_id, "thread": f"{incident_id}:{told.channel}", "dedupe_key": key}
    kept = {name: getattr(told, name) for name in ("channel", "transition", "group_key", "payload")}
    return {**kept, **changed, "next_ms": told.next_ms, "created_ms": told.created_ms}


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon."""
    return Clock()


@pytest.fixture
def world(store: Store, clock: Clock) -> World:
    """A world on each database."""
    return World(store, clock)


@pytest.fixture
def small_world(sqlite_store: Store, clock: Clock) -> World:
    """A world on SQLite alone."""
    return World(sqlite_store, clock)


@pytest.fixture
def chat() -> Recorder:
    """A channel that keeps what it is sent."""
    return Recorder()


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A Slack on loopback."""
    with running_slack() as running:
        yield running


@pytest.fixture
def bot(slack: Slack, tmp_path: Path) -> SlackChannel:
    """A bot in that Slack."""
    (tmp_path / "token").write_text(TOKEN)
    config = SlackConfig(token=f"file:{tmp_path / 'token'}", channel="C1", api_url=slack.api, on_premise=True)
    return SlackChannel("chat", config)
