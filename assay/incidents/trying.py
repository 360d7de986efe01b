"""Trying channels: a sample goes through each the way every message goes, and what came back is told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assay.incidents.channels.base import AGAIN, DeliveryError
from assay.incidents.dispatch import Dispatcher, clock_ms
from assay.incidents.sample import sample_row
from assay.incidents.telling import Telling
from assay.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assay.incidents.blocks import Message
    from assay.incidents.channels.base import Channel
    from assay.store.engine import Store
    from assay.store.tables import OutboxRow

_HELD = "another process took it up"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a sample: `ref` is the channel's own name of it, `error` and `hint` why it was not taken."""

    channel: str
    kind: str
    delivered: bool
    ref: str = ""
    error: str = ""
    hint: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class _Overheard:
    """A channel whose last refusal is kept as it was, with its next step."""

    inner: Channel
    refusal: DeliveryError | None = field(default=None, init=False)

    @property
    def follows(self) -> bool:
        return self.inner.follows

    def send(self, message: Message, previous_ref: str) -> str:
        try:
            return self.inner.send(message, previous_ref)
        except DeliveryError as error:
            self.refusal = error
            raise


def try_channels(
    store: Store,
    channels: Mapping[str, Channel],
    telling: Telling | None = None,
    clock: Callable[[], int] = clock_ms,
) -> Iterator[Tried]:
    """Send a sample through each channel, and tell of each what came back. A sample is tried once."""
    terms = telling or Telling()
    for name, channel in channels.items():
        yield _tried(store, name, channel, terms, clock)


def _tried(store: Store, name: str, channel: Channel, telling: Telling, clock: Callable[[], int]) -> Tried:
    began = time.monotonic()
    written = sample_row(name, clock())
    with store.write() as session:
        outbox.add(session, [written])
    heard: Any = _Overheard(channel)
    Dispatcher(store, {name: heard}, clock, telling=telling).pump(1, written["thread"])
    with store.read() as session:
        row = outbox.by_key(session, written["dedupe_key"])
    return _told(row, channel.kind, heard.refusal, round(time.monotonic() - began, 3))


def _told(row: OutboxRow, kind: str, refusal: DeliveryError | None, seconds: float) -> Tried:
    if row.state == outbox.SENT:
        return Tried(row.channel, kind, delivered=True, ref=row.external_ref, seconds=seconds)
    hint = _hint(row.channel, refusal)
    return Tried(row.channel, kind, False, error=row.error or _HELD, hint=hint, seconds=seconds)


def _hint(channel: str, refusal: DeliveryError | None) -> str:
    """The next step: what a channel says of a message that is sent again by itself does not hold for a test."""
    if refusal is None:
        return "`assay alerts list` shows what becomes of it."
    if refusal.ambiguous or refusal.hint == AGAIN:
        return f"A test is tried once: repeat `assay alerts test {channel}` when the other end answers again."
    return refusal.hint
