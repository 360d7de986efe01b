"""What is sent, in which order, how often, and what becomes of what a channel would not take."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from assay.incidents.channels.base import DeliveryError
from assay.incidents.dispatch import Delivered, Dispatcher
from assay.incidents.routing import Route, Routing
from assay.incidents.telling import Telling
from assay.model.incidents import IncidentState, Transition
from assay.store import outbox
from assay.store.tables import IncidentRow

if TYPE_CHECKING:
    from delivery.conftest import Recorder, World

    from assay.incidents.blocks import Message

HOUR_S = 3600.0


def test_an_incident_is_told_once(world: World, chat: Recorder) -> None:
    """After the wait for others it is sent, marked, and never sent again."""
    world.open()
    dispatcher = world.dispatcher(chat)

    assert dispatcher.pump() == Delivered()
    world.clock.pass_s(30)
    assert dispatcher.pump() == Delivered(sent=1)
    world.clock.pass_s(HOUR_S)
    assert dispatcher.pump() == Delivered()
    [row] = world.rows()
    assert (row.state, row.external_ref, row.attempt, row.lease_ms) == ("sent", "ref-1", 1, 0)


def test_writing_the_same_change_twice_writes_one_message(small_world: World) -> None:
    """The key is made of the incident, the transition and how often it happened, not of the moment."""
    incident_id = small_world.incident()

    assert small_world.tell(incident_id, Transition.OPENED) == 1
    with small_world.store.write() as session:
        rows = small_world.rows()
        again = [{"dedupe_key": row.dedupe_key, "channel": "chat", "thread": row.thread} for row in rows]
        assert outbox.add(session, [{**row, "transition": "opened", "next_ms": 1} for row in again]) == 0
    assert [row.dedupe_key for row in rows] == [f"{incident_id}:opened:1:chat"]


def test_what_is_resolved_before_it_was_told_is_not_told(small_world: World, chat: Recorder) -> None:
    """A trouble shorter than the wait calls nobody."""
    incident_id = small_world.open()
    small_world.tell(incident_id, Transition.RESOLVED)
    small_world.clock.pass_s(60)

    assert small_world.dispatcher(chat).pump() == Delivered(muted=2)
    assert chat.sent == []


def test_changes_of_an_incident_keep_their_order(small_world: World, chat: Recorder) -> None:
    """A failed first message holds the later ones of its thread back, and those of no other."""
    first = small_world.open("orders")
    small_world.open("customers")
    small_world.clock.pass_s(30)
    small_world.tell(first, Transition.WORSENED)
    chat.failing = [DeliveryError("answered 500")]
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 0})
    dispatcher.drain(0)

    assert [message.asset.rpartition(".")[2] for message in chat.messages] == ["customers"]
    small_world.clock.pass_s(60)
    dispatcher.drain(0)
    assert [message.transition for message in chat.messages[1:]] == ["opened", "worsened"]


def test_a_later_message_of_a_thread_names_the_first(small_world: World, chat: Recorder) -> None:
    """A channel that edits in place is given the name of what it posted."""
    incident_id = small_world.open()
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 0})
    for transition in (Transition.ACKNOWLEDGED, Transition.RESOLVED):
        small_world.clock.pass_s(30)
        dispatcher.pump()
        small_world.tell(incident_id, transition, actor="ann")
    dispatcher.pump()

    assert [(message.transition, ref) for message, ref in chat.sent] == [
        ("opened", ""), ("acknowledged", "ref-1"), ("resolved", "ref-1"),
    ]  # fmt: skip
    assert chat.messages[1].change == "Acknowledged by ann"


def test_a_channel_that_only_speaks_is_not_told_who_acknowledged(small_world: World, chat: Recorder) -> None:
    """Mail cannot be edited: a line for each click would be noise; that it is over is told."""
    chat.follows = False
    incident_id = small_world.open()
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 0})
    small_world.clock.pass_s(30)
    dispatcher.pump()
    small_world.tell(incident_id, Transition.ACKNOWLEDGED)
    small_world.tell(incident_id, Transition.RESOLVED)
    dispatcher.pump()

    assert [message.transition for message in chat.messages] == ["opened", "resolved"]


def test_a_failure_is_tried_again_later_and_later(small_world: World, chat: Recorder) -> None:
    """The wait grows to a quarter of an hour at most, and the row tells what the channel said."""
    small_world.open()
    small_world.clock.pass_s(30)
    chat.failing = [DeliveryError("answered 500") for _ in range(12)]
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 0})
    waits = []
    while chat.failing:
        assert dispatcher.pump() == Delivered(retried=1)
        [row] = small_world.rows()
        assert (row.state, row.error) == ("waiting", "answered 500")
        waits.append(row.next_ms - small_world.clock())
        small_world.clock.now_ms = row.next_ms

    assert dispatcher.pump() == Delivered(sent=1)
    assert all(0 <= wait <= min(15 * 60_000, 2_000 * 2**place) for place, wait in enumerate(waits, 1))
    assert max(waits) > 60_000
    assert small_world.rows()[0].error == ""


def test_a_channel_is_left_alone_as_long_as_it_asks(small_world: World, chat: Recorder) -> None:
    """Every message to it waits, not only the one it refused."""
    small_world.open("orders")
    small_world.open("customers")
    small_world.clock.pass_s(30)
    chat.failing = [DeliveryError("answered 429", retry_after_s=120)]
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 0})
    dispatcher.drain(0)
    small_world.clock.pass_s(119)
    assert dispatcher.drain(0) == Delivered()
    small_world.clock.pass_s(2)

    assert dispatcher.drain(0) == Delivered(sent=2)


def test_a_refusal_for_good_is_given_up_at_once_and_told_elsewhere(
    small_world: World, chat: Recorder
) -> None:
    """The fallback channel hears it, with whom it was meant for; asked for again, it is sent."""
    spare = type(chat)("spare")
    small_world.open()
    small_world.clock.pass_s(30)
    chat.failing = [DeliveryError("answered 404", permanent=True)]
    telling = Telling(small_world.routing, repeat_ms=0, fallback="spare", pauses_ms={"chat": 0, "spare": 0})
    dispatcher = Dispatcher(
        small_world.store, {"chat": chat, "spare": spare}, small_world.clock, telling=telling
    )

    assert dispatcher.pump() == Delivered(sent=1, dead=1)
    [message] = spare.messages
    assert ("Told here", "the channel chat would not take it") in [(f.label, f.value) for f in message.facts]
    assert small_world.states() == ["dead", "sent"]
    with small_world.store.write() as session:
        outbox.requeue(session, [row.id for row in outbox.dead_letters(session)], small_world.clock())
    assert dispatcher.pump() == Delivered(sent=1)
    assert chat.messages[0].key.replace(":chat", "") == message.key.replace(":spare", "")


def test_what_the_fallback_refuses_too_ends_there(small_world: World, chat: Recorder) -> None:
    """No message runs in a circle."""
    small_world.open()
    small_world.clock.pass_s(30)
    chat.failing = [DeliveryError("answered 404", permanent=True) for _ in range(3)]

    assert small_world.dispatcher(chat, fallback="chat", pauses_ms={}).pump() == Delivered(dead=1)
    assert small_world.states() == ["dead"]


def test_after_a_day_of_failing_it_is_given_up(small_world: World, chat: Recorder) -> None:
    """A server that never comes back does not keep a message for ever."""
    small_world.open()
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 0})
    done = Delivered()
    for _ in range(24 * 5):
        chat.failing = [DeliveryError("answered 503")]
        done.add(dispatcher.pump())
        small_world.clock.pass_s(15 * 60)

    assert (done.sent, done.dead) == (0, 1)
    assert 96 <= done.retried <= 110
    assert small_world.states() == ["dead"]


def test_a_mistake_in_one_channel_stops_no_other(small_world: World, chat: Recorder) -> None:
    """What a plug-in raises is told by its sort alone: its words may hold a secret."""

    class Broken:
        name, kind, follows = "broken", "broken", True

        def send(self, *_: object) -> str:
            raise ZeroDivisionError("token xoxb-123")

    small_world.routing = Routing(default=("broken", "chat", "gone"))
    small_world.open()
    small_world.clock.pass_s(30)
    telling = Telling(small_world.routing, repeat_ms=0)
    channels = {"broken": Broken(), "chat": chat}
    done = Dispatcher(small_world.store, channels, small_world.clock, telling=telling).pump()  # type: ignore[arg-type] # a broken one

    assert done == Delivered(sent=1, retried=2)
    assert [row.error for row in small_world.rows()] == [
        "a mistake in the channel: ZeroDivisionError", "",
        "the channel gone is not there or cannot be built",
    ]  # fmt: skip


def test_a_lost_answer_is_sent_again_with_the_same_key_and_says_so(
    small_world: World, chat: Recorder
) -> None:
    """The reader can tell that it may be the second copy."""
    small_world.open()
    small_world.clock.pass_s(30)
    chat.failing = [DeliveryError("no answer", ambiguous=True)]
    dispatcher = small_world.dispatcher(chat)
    dispatcher.pump()
    small_world.clock.pass_s(60)
    dispatcher.pump()

    [message] = chat.messages
    assert message.may_repeat
    assert message.key == small_world.rows()[0].dedupe_key


def test_a_sender_that_vanished_is_followed_by_another(world: World, chat: Recorder) -> None:
    """The lease ends, the next sender says that it may repeat; the first, come back, changes nothing."""
    world.open()
    world.clock.pass_s(30)
    with world.store.write() as session:
        lost = outbox.claim(session, world.clock(), 90_000)
    assert lost is not None
    assert world.dispatcher(chat).pump() == Delivered()
    world.clock.pass_s(91)

    assert world.dispatcher(chat).pump() == Delivered(sent=1)
    assert chat.messages[0].may_repeat
    with world.store.write() as session:
        assert not outbox.mark(session, lost, state=outbox.DEAD)
    assert world.states() == ["sent"]


def test_two_senders_at_once_send_each_message_once(world: World) -> None:
    """Forty messages, four senders in their own threads: no message twice, none left."""
    for place in range(40):
        world.open(f"t{place}", cause=f"cause {place}")
    world.clock.pass_s(30)
    sent: list[str] = []
    begin = Barrier(4)

    class Shared:
        name, kind, follows = "chat", "shared", True

        def send(self, message: Message, previous_ref: str) -> str:
            sent.append(message.key)
            return previous_ref or message.key

    def work() -> None:
        telling = Telling(world.routing, repeat_ms=0, budget=1000, pauses_ms={"chat": 0})
        dispatcher = Dispatcher(world.store, {"chat": Shared()}, world.clock, telling=telling)  # type: ignore[dict-item] # no config
        begin.wait()
        while dispatcher.pump().total:
            pass

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(sent) == sorted({row.dedupe_key for row in world.rows()})
    assert set(world.states()) == {"sent"}


def test_many_incidents_of_one_owner_and_cause_are_one_message(small_world: World, chat: Recorder) -> None:
    """It lists the gravest; as they are resolved it is edited, and ends when all are."""
    ids = [small_world.open(f"t{place}", impact="high" if place == 7 else "low") for place in range(12)]
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 0})

    assert dispatcher.pump() == Delivered(sent=1)
    [message] = chat.messages
    assert message.title == "12 incidents: volume, owned by finance"
    assert message.others is not None
    assert (message.others.total, message.others.lines[0].title) == (12, "t7 lost half its rows")
    assert sorted(set(small_world.states())) == ["grouped", "sent"]
    for incident_id in ids:
        small_world.tell(incident_id, Transition.RESOLVED)
    assert dispatcher.pump() == Delivered(sent=1)
    last, ref = chat.sent[-1]
    assert (last.state, last.change, ref) == (IncidentState.RESOLVED, "All are resolved.", "ref-1")


def test_few_incidents_are_told_each_by_itself(small_world: World, chat: Recorder) -> None:
    """Below the size of a group nothing is lost by speaking of each."""
    for place in range(3):
        small_world.open(f"t{place}")
    small_world.clock.pass_s(30)

    assert small_world.dispatcher(chat, pauses_ms={"chat": 0}).pump() == Delivered(sent=3)
    assert set(small_world.states()) == {"sent"}


@pytest.mark.parametrize(("hours", "reminders"), [(3.9, 0), (4.1, 1), (8.2, 2)])
def test_what_nobody_acknowledged_is_told_again(
    small_world: World, chat: Recorder, hours: float, reminders: int
) -> None:
    """Every four hours, as a change of the first message."""
    small_world.open()
    dispatcher = small_world.dispatcher(chat, repeat_ms=round(4 * HOUR_S * 1000))
    small_world.clock.pass_s(30)
    dispatcher.pump()
    for _ in range(round(hours * 10)):
        small_world.clock.pass_s(HOUR_S / 10)
        dispatcher.pump()

    assert [message.transition for message in chat.messages] == ["opened", *["reminder"] * reminders]
    assert {ref for _, ref in chat.sent[1:]} <= {"ref-1"}


@pytest.mark.parametrize("follows", [True, False])
@pytest.mark.parametrize("taken", [Transition.ACKNOWLEDGED, Transition.RESOLVED])
def test_a_group_is_told_again_while_one_of_it_is_open(
    world: World, chat: Recorder, taken: Transition, *, follows: bool
) -> None:
    """Whichever it is: that the one which stands at its head is over says nothing of the others."""
    chat.follows = follows
    ids = [world.open(f"t{place}") for place in range(4)]
    dispatcher = world.dispatcher(chat, repeat_ms=round(4 * HOUR_S * 1000), pauses_ms={"chat": 0})
    world.clock.pass_s(30)
    dispatcher.pump()
    for incident_id in ids[:3]:
        world.tell(incident_id, taken)
    dispatcher.pump()
    chat.sent.clear()
    for _ in range(2):
        world.clock.pass_s(4 * HOUR_S + 60)
        dispatcher.pump()

    assert [(message.transition, ref) for message, ref in chat.sent] == [("reminder", "ref-1")] * 2
    world.tell(ids[3], taken)
    dispatcher.pump()
    chat.sent.clear()
    world.clock.pass_s(5 * HOUR_S)
    assert dispatcher.pump() == Delivered()
    assert chat.sent == []


@pytest.mark.parametrize("transition", [Transition.ACKNOWLEDGED, Transition.RESOLVED])
def test_what_somebody_took_up_is_not_told_again(
    small_world: World, chat: Recorder, transition: Transition
) -> None:
    """Neither an acknowledged nor a resolved incident calls anybody."""
    incident_id = small_world.open()
    dispatcher = small_world.dispatcher(chat, repeat_ms=round(4 * HOUR_S * 1000))
    small_world.clock.pass_s(30)
    dispatcher.pump()
    small_world.tell(incident_id, transition)
    for _ in range(9):
        small_world.clock.pass_s(HOUR_S)
        dispatcher.pump()

    assert [message.transition for message in chat.messages] == ["opened", transition]


def test_a_route_sends_each_owner_its_own(small_world: World) -> None:
    """The first route that fits decides; who fits none is told where the settings say."""
    small_world.routing = Routing(
        routes=(Route(("chat",), {"owner": "finance", "severity": "error"}),), default=("other",)
    )
    for owner, severity in (("Finance", "error"), ("finance", "warn"), ("ann", "error")):
        small_world.open(owner.lower(), owner=owner, severity=severity, cause=owner + severity)

    assert [row.channel for row in small_world.rows()] == ["chat", "other", "other"]


def test_the_age_of_the_oldest_message_due_is_known(small_world: World) -> None:
    """What a gauge watches: how long something waits that should have been sent."""
    small_world.open()
    with small_world.store.read() as session:
        assert outbox.oldest_waiting_ms(session, small_world.clock()) is None
    small_world.clock.pass_s(30 + timedelta(minutes=5).total_seconds())

    with small_world.store.read() as session:
        assert outbox.oldest_waiting_ms(session, small_world.clock()) == 300_000


def test_draining_waits_as_channels_ask_and_no_longer(small_world: World, chat: Recorder) -> None:
    """A message a second: in ten seconds eleven of twenty are sent, and the rest stays due."""
    for place in range(20):
        small_world.open(f"t{place}", cause=f"cause {place}")
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms={"chat": 1000}, budget=1000)

    assert dispatcher.drain(10, sleep=small_world.clock.pass_s) == Delivered(sent=11)
    assert small_world.states().count("waiting") == 9


def test_all_that_was_given_up_is_known(small_world: World) -> None:
    """However many they are: `assay alerts retry` lets all of it wait again."""
    rows = [
        {
            "channel": "chat", "thread": f"{n}", "transition": "opened", "dedupe_key": f"{n}", "state": "dead",
            "payload": {}, "next_ms": 1, "created_ms": 1,
        }
        for n in range(1100)
    ]  # fmt: skip
    with small_world.store.write() as session:
        outbox.add(session, rows)
        assert len(outbox.dead_letters(session, "chat")) == 1100
        assert outbox.dead_letters(session, "other") == []


def test_messages_are_forgotten_long_after_their_trouble(world: World, chat: Recorder) -> None:
    """Not those of an incident that lives, nor a group's message while one of its incidents does."""
    ids = [world.open(f"t{place}") for place in range(4)]
    world.clock.pass_s(30)
    world.dispatcher(chat, pauses_ms={"chat": 0}).pump()
    alone = world.open("alone", cause="nulls")
    world.clock.pass_s(30)
    world.dispatcher(chat, pauses_ms={"chat": 0}).pump()
    for incident_id in (*ids[:3], alone):
        _end(world, incident_id)
    after_ms = world.clock() + 1

    assert _forgotten(world, world.clock() - 60_000) == []
    assert _forgotten(world, after_ms) == [alone]
    _end(world, ids[3])
    assert _forgotten(world, after_ms) == ids


def test_of_an_incident_that_lives_on_the_newest_message_stays(world: World, chat: Recorder) -> None:
    """The next is an edit of it; what came before is forgotten, and what still waits is not."""
    incident_id = world.open("orders")
    for transition in (Transition.OPENED, Transition.ACKNOWLEDGED, Transition.REOPENED):
        if transition is not Transition.OPENED:
            world.tell(incident_id, transition)
        world.clock.pass_s(60)
        world.dispatcher(chat, pauses_ms={"chat": 0}).pump()
    newest = world.rows()[-1].id
    world.tell(incident_id, Transition.ACKNOWLEDGED)
    after_ms = world.clock() + 1

    assert _forgotten(world, world.clock() - 300_000) == []
    with world.store.write() as session:
        outbox.forget(session, after_ms)
    assert [(row.id == newest, row.state) for row in world.rows()] == [(True, "sent"), (False, "waiting")]
    world.clock.pass_s(60)
    world.dispatcher(chat, pauses_ms={"chat": 0}).pump()
    assert [ref for _, ref in chat.sent] == ["", "ref-1", "ref-1", "ref-1"]


def _end(world: World, incident_id: int) -> None:
    with world.store.write() as session:
        session.get_one(IncidentRow, incident_id).state = IncidentState.RESOLVED


def _forgotten(world: World, before_ms: int) -> list[int | None]:
    was = [row.incident_id for row in world.rows()]
    with world.store.write() as session:
        outbox.forget(session, before_ms)
    kept = {row.incident_id for row in world.rows()}
    return [incident_id for incident_id in was if incident_id not in kept]
