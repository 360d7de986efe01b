"""The dispatcher: claims a message, sends it, and marks it; what it cannot finish, another takes up.

A message is sent at least once. It is sent twice only when the sender dies, or loses the answer, between sending and
marking; the second copy then carries the same key and says that it may repeat.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from random import Random
from typing import TYPE_CHECKING

from assay import telemetry
from assay.errors import AssayError
from assay.incidents import budget
from assay.incidents.blocks import TEST, plain
from assay.incidents.channels.base import DeliveryError
from assay.incidents.falling_due import fall_due
from assay.incidents.judging import NEVER_MS
from assay.incidents.parcel import LEASE_MS, Packer, Parcel, settle
from assay.incidents.telling import Telling
from assay.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from assay.incidents.channels.base import Channel
    from assay.store.engine import Store
    from assay.store.outbox import Claim
    from assay.store.tables import OutboxRow

TEND_MS = 30_000
"""How often the dispatcher looks for what time has made due."""

_BATCH = 200
"""How many messages that are not sent one transaction settles."""


def clock_ms() -> int:
    """Now, in epoch ms."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Delivered:
    """What one pump did: messages sent (whatever each of them told), put off, given up, muted, left to a digest."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    muted: int = 0
    digested: int = 0

    @property
    def total(self) -> int:
        """How many messages were taken up."""
        return self.sent + self.retried + self.dead + self.muted + self.digested

    def add(self, more: Delivered) -> None:
        """Count what another pump did."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(more, each.name))


class Dispatcher:
    """Sends what is due. Any number may run at once, in any number of processes."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        clock: Callable[[], int] = clock_ms,
        *,
        telling: Telling | None = None,
        random: Random | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._telling = telling or Telling()
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._resting: dict[str, int] = {}
        self._tended_ms: int | None = None

    def pump(self, limit: int = 100, thread: str = "") -> Delivered:
        """Send at most `limit` messages that are due, only of `thread` where one is named.

        Returns when nothing more can be sent now: the rest waits for its moment, or its channel rests.
        """
        done = Delivered()
        self._tend()
        for _ in range(limit):
            parcel = self._next(done, thread)
            if parcel is None:
                break
            self._deliver(parcel, done)
        return done

    def drain(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> Delivered:
        """Send all that is due, waiting as long as the channels ask, but not beyond `seconds` from now."""
        until_ms = self._clock() + round(seconds * 1000)
        done = self.pump()
        while (pause_ms := self._pause_ms()) is not None and self._clock() + pause_ms <= until_ms:
            sleep(pause_ms / 1000)
            done.add(self.pump())
        return done

    def _pause_ms(self) -> int | None:
        """How long until something that is due may be sent; None when nothing is."""
        now_ms = self._clock()
        with self._store.read() as session:
            names = outbox.due_channels(session, now_ms)
        rests = [self._resting.get(name, 0) - now_ms for name in names]
        return max(min(rests), 0) if rests else None

    def _tend(self) -> None:
        now_ms = self._clock()
        if self._tended_ms is not None and 0 <= now_ms - self._tended_ms < TEND_MS:
            return
        with self._store.write() as session:
            fall_due(session, self._telling, now_ms)
        self._tended_ms = now_ms

    def _next(self, done: Delivered, thread: str) -> Parcel | None:
        """The next message to be sent; those before it that are not sent are settled on the way."""
        while True:
            with self._store.write() as session:
                for _ in range(_BATCH):
                    now_ms = self._clock()
                    held = outbox.claim(session, now_ms, LEASE_MS, self._resters(now_ms), thread)
                    if held is None:
                        return None
                    packed = Packer(session, self._channels, self._telling, now_ms).pack(held)
                    if isinstance(packed, Parcel):
                        return packed
                    settle(session, held, packed)
                    done.muted += packed.verdict == "mute"
                    done.digested += packed.verdict == "digest"

    def _resters(self, now_ms: int) -> list[str]:
        return [name for name, until_ms in self._resting.items() if until_ms > now_ms]

    def _deliver(self, parcel: Parcel, done: Delivered) -> None:
        """Send outside any transaction, then mark."""
        name = parcel.held.row.channel
        try:
            ref = self._channel(name).send(parcel.message, parcel.previous_ref)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; it must not stop the others
            self._failed(parcel, _as_delivery_error(error), done)
        else:
            self._sent(parcel, ref)
            done.sent += 1
        self._rest(name, self._telling.pauses_ms.get(name, 1000))

    def _channel(self, name: str) -> Channel:
        if name not in self._channels:
            raise DeliveryError(
                f"the channel {name} is not there or cannot be built",
                hint="Describe it in [channels.NAME], then `assay alerts retry`.",
            )
        return self._channels[name]

    def _sent(self, parcel: Parcel, ref: str) -> None:
        now_ms = self._clock()
        with self._store.write() as session:
            heads: dict[str, str] = {}
            if parcel.head_id is not None:
                heads["group_key"] = outbox.head_key(parcel.head_id)
            kept = outbox.mark(
                session,
                parcel.held,
                state=outbox.SENT,
                sent_ms=now_ms,
                external_ref=ref,
                error="",
                **({} if parcel.digested else heads),
            )
            told: dict[str, object] = {"state": outbox.GROUPED, "sent_ms": now_ms, "error": "", **heads}
            outbox.mark_all(session, parcel.joined, **told)
            if kept:
                outbox.mark_digested(session, parcel.digested, **told)

    def _failed(self, parcel: Parcel, error: DeliveryError, done: Delivered) -> None:
        """Put it off, or give it up: at once when it is refused for good, else after a day of failing."""
        row, now_ms = parcel.held.row, self._clock()
        if row.transition == TEST:
            self._not_tested(parcel, error, done)
            return
        since_ms = int(row.payload.get("failing_ms", now_ms))
        is_dead = error.permanent or now_ms - since_ms >= budget.GIVE_UP_MS
        failures = int(row.payload.get("failures", 0)) + 1
        wait_ms = budget.backoff_ms(failures, self._random, error.retry_after_s)
        payload = {**row.payload, "failing_ms": since_ms, "failures": failures}
        if error.ambiguous:
            payload["may_repeat"] = True
        after = _after(error, now_ms + wait_ms, is_dead=is_dead)
        with self._store.write() as session:
            if outbox.mark(session, parcel.held, payload=payload, **after) and is_dead:
                self._fall_back(session, [parcel.held, *parcel.joined], now_ms)
            outbox.mark_all(session, parcel.joined, **after)
        if error.retry_after_s:
            self._rest(row.channel, round(error.retry_after_s * 1000))
        telemetry.logger("alerts").warning(
            "not delivered", channel=row.channel, key=row.dedupe_key, dead=is_dead, error=plain(error.message)
        )
        done.dead += is_dead
        done.retried += not is_dead

    def _not_tested(self, parcel: Parcel, error: DeliveryError, done: Delivered) -> None:
        """A test is tried once: whoever asked for it is told, mends the channel and tries again."""
        with self._store.write() as session:
            outbox.mark(
                session, parcel.held, state=outbox.MUTED, error=plain(error.message), next_ms=NEVER_MS
            )
        done.dead += 1

    def _rest(self, channel: str, pause_ms: int) -> None:
        """Let a channel alone for a while; a shorter rest never cuts a longer one short."""
        self._resting[channel] = max(self._resting.get(channel, 0), self._clock() + pause_ms)

    def _fall_back(self, session: Session, lost: list[Claim], now_ms: int) -> None:
        """Tell the fallback channel what another would not take, once."""
        fallback = self._telling.fallback
        rows = [one.row for one in lost if one.row.channel != fallback]
        if fallback:
            outbox.add(session, [_elsewhere(row, fallback, now_ms) for row in rows])


def _after(error: DeliveryError, next_ms: int, *, is_dead: bool) -> dict[str, object]:
    """What becomes of the rows a message that failed was to tell."""
    state = outbox.DEAD if is_dead else outbox.WAITING
    return {"state": state, "error": plain(error.message), "next_ms": next_ms}


def _elsewhere(row: OutboxRow, channel: str, now_ms: int) -> dict[str, object]:
    """The same message for another channel, with the key it would have had there from the start."""
    stem = row.dedupe_key.removesuffix(f":{row.channel}")
    about = row.thread.removesuffix(f":{row.channel}")
    kept = {key: row.payload[key] for key in ("at_ms", "owner") if key in row.payload}
    return {
        "incident_id": row.incident_id,
        "channel": channel,
        "thread": f"{about}:{channel}",
        "transition": row.transition,
        "group_key": row.group_key,
        "dedupe_key": f"{stem}:{channel}",
        "payload": kept | {"instead_of": row.channel},
        "next_ms": now_ms,
        "created_ms": now_ms,
    }


def _as_delivery_error(error: Exception) -> DeliveryError:
    """Whatever a channel raised; of an error that is not ours only its sort is told: its words may hold a secret."""
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, AssayError):
        return DeliveryError(error.message, hint=error.hint)
    return DeliveryError(f"a mistake in the channel: {type(error).__name__}")
