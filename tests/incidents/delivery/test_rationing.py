"""Whom nobody calls: silences, snoozes, lineage, the week's budget, and the digest that tells of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.incidents.acts import act
from assay.incidents.budget import GIVE_UP_MS, backoff_ms, has_room, is_grave
from assay.incidents.dispatch import Delivered
from assay.incidents.judging import LOUD, NEVER_MS, Judgement, Standing, Verdict, judge
from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.incidents.routing import OwnerRule, Route, Routing, Subject, matches
from assay.model.assets import Asset, AssetKey
from assay.model.incidents import IncidentState, Transition
from assay.model.time import DAY_MS, HOUR_MS, from_ms
from assay.store import outbox, silences
from assay.store.assets import save_assets
from assay.store.tables import IncidentRow

if TYPE_CHECKING:
    from random import Random

    from delivery.conftest import Recorder, World

DAY_S = 86_400.0
QUICK = {"chat": 0}
ORDERS = Subject(
    asset="snowflake:acme:shop.marts.orders", owner="Finance", tags=("gold", "pii"), cause="volume",
    severity="error", impact="high", channel="team",
)  # fmt: skip


def silence(world: World, hours: float, **matcher: str) -> int:
    """A silence from now on; its id."""
    with world.store.write() as session:
        until_ms = world.clock() + round(hours * HOUR_MS)
        return silences.add(session, matcher, until_ms, world.clock(), author="ann", reason="a move")


def set_columns(world: World, incident_id: int, **columns: object) -> None:
    """Change an incident as somebody's act would."""
    with world.store.write() as session:
        row = session.get_one(IncidentRow, incident_id)
        for name, value in columns.items():
            setattr(row, name, value)


@pytest.mark.parametrize(
    "matcher",
    [
        {"asset": "*.MARTS.*"}, {"owner": "fin*"}, {"cause": "volume", "severity": "error"}, {"channel": "chat"},
        {"impact": "medium"}, {"asset": "*", "owner": "finance"},
    ],
)  # fmt: skip
def test_what_is_silenced_is_told_when_the_silence_ends(
    world: World, chat: Recorder, matcher: dict[str, str]
) -> None:
    """Nobody is called meanwhile; what still stands then is."""
    silence(world, 2, **matcher)
    world.open()
    world.clock.pass_s(30)
    dispatcher = world.dispatcher(chat, pauses_ms=QUICK)

    assert dispatcher.pump() == Delivered(muted=1)
    assert [(row.state, row.error) for row in world.rows()] == [("muted", "silenced")]
    world.clock.pass_s(2 * 3600)
    assert dispatcher.pump() == Delivered(sent=1)


def test_a_silence_ended_early_lets_what_it_muted_be_told(small_world: World, chat: Recorder) -> None:
    """At once, not at the end it had first."""
    silence_id = silence(small_world, 48, asset="*orders")
    small_world.open()
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK)
    dispatcher.pump()
    with small_world.store.write() as session:
        assert silences.end(session, silence_id, small_world.clock())
        assert not silences.end(session, silence_id, small_world.clock())
    small_world.clock.pass_s(60)

    assert dispatcher.pump() == Delivered(sent=1)


def test_a_silence_hides_no_other(small_world: World, chat: Recorder) -> None:
    """Every pattern of it must fit."""
    silence(small_world, 2, asset="*orders", owner="somebody else")
    small_world.open()
    small_world.clock.pass_s(30)

    assert small_world.dispatcher(chat).pump() == Delivered(sent=1)


def test_that_it_is_over_is_told_through_a_silence(small_world: World, chat: Recorder) -> None:
    """A channel must not go on showing a trouble that is over; nobody is called by it."""
    incident_id = small_world.open()
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK)
    dispatcher.pump()
    silence(small_world, 2, asset="*")
    small_world.tell(incident_id, Transition.RESOLVED)

    assert dispatcher.pump() == Delivered(sent=1)


def test_an_incident_below_one_that_was_told_calls_nobody(small_world: World, chat: Recorder) -> None:
    """It stands in the message of the one above; when that is over and it is not, it is told by itself."""
    above = small_world.open("raw", cause="freshness")
    below = small_world.open("mart", cause="volume")
    set_columns(small_world, below, root_id=above)
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK)

    assert dispatcher.drain(0) == Delivered(sent=1, muted=1)
    [message] = chat.messages
    assert message.others is not None
    assert [line.title for line in message.others.lines] == ["mart lost half its rows"]
    assert small_world.rows()[1].error == f"told within incident {above}"
    small_world.tell(above, Transition.RESOLVED)
    small_world.clock.pass_s(60)
    dispatcher.drain(0)
    assert sorted(message.transition for message in chat.messages[1:]) == ["opened", "resolved"]


def test_what_is_resolved_below_was_never_told(small_world: World, chat: Recorder) -> None:
    """An incident that stayed within another's message ends without a word of its own."""
    above = small_world.open("raw", cause="freshness")
    below = small_world.open("mart", cause="volume")
    set_columns(small_world, below, root_id=above)
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK)
    dispatcher.drain(0)
    small_world.tell(below, Transition.RESOLVED)
    dispatcher.drain(0)

    assert len(chat.sent) == 1
    assert small_world.rows()[-1].error == "nobody was told of it here"


def test_a_snoozed_incident_is_told_again_when_the_snooze_is_over(small_world: World, chat: Recorder) -> None:
    """Through the acts and the recording themselves: snoozed for an hour, and still there after it."""
    incident_id = small_world.open()
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK, repeat_ms=600_000)
    dispatcher.pump()
    policy = Policy(routing=small_world.routing)
    set_columns(small_world, incident_id, live_key="1:volume")
    with small_world.store.write() as session:
        now = from_ms(small_world.clock())
        act(
            session,
            incident_id,
            Transition.SNOOZED,
            "ann",
            now,
            until=from_ms(small_world.clock() + HOUR_MS),
            policy=policy,
        )
    dispatcher.pump()
    small_world.clock.pass_s(3000)
    dispatcher.pump()
    assert [message.transition for message in chat.messages] == ["opened", "snoozed"]
    small_world.clock.pass_s(700)
    with small_world.store.write() as session:
        record(session, [], from_ms(small_world.clock()), policy)
    small_world.clock.pass_s(60)
    dispatcher.pump()

    assert [message.transition for message in chat.messages][2:] == ["unsnoozed"]
    assert chat.messages[-1].change == "The snooze is over: It still stands."


def test_beyond_the_budget_the_rest_is_told_in_a_digest(small_world: World, chat: Recorder) -> None:
    """Twelve messages a week: nine at once (three are kept for digests), then one digest a day; nothing is lost."""
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK, budget=12, digest_hour=8)
    for place in range(20):
        small_world.open(f"t{place}", cause=f"cause {place}")
    small_world.clock.pass_s(30)
    dispatcher.drain(0)
    assert small_world.counts()["digest"] == 11
    small_world.clock.pass_s(DAY_S)
    dispatcher.drain(0)

    told = [message.transition for message in chat.messages]
    assert (told.count("opened"), told.count("digest")) == (9, 1)
    digest = next(message for message in chat.messages if message.transition == "digest")
    assert digest.title == "11 incidents not told by themselves"
    assert digest.others is not None
    assert (digest.others.total, len(digest.others.lines)) == (11, 10)
    assert small_world.counts()["digest"] == 0


def test_after_a_week_there_is_room_again(small_world: World, chat: Recorder) -> None:
    """The budget is of the last seven days, whenever they began."""
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK, budget=4)
    for week in range(3):
        for place in range(6):
            small_world.open(f"w{week}t{place}", cause=f"cause {week} {place}")
        small_world.clock.pass_s(30)
        dispatcher.drain(0)
        small_world.clock.pass_s(8 * DAY_S)

    told = [message.transition for message in chat.messages]
    assert told.count("opened") == 9


def test_a_grave_incident_is_told_whatever_the_budget_says(small_world: World, chat: Recorder) -> None:
    """An error much depends on; unless the settings say otherwise."""
    strict, kind = ({"budget": 1, "pauses_ms": QUICK, "grave_pass": passes} for passes in (False, True))
    small_world.open("first")
    small_world.clock.pass_s(30)
    small_world.dispatcher(chat, **kind).drain(0)
    small_world.open("second", cause="a", impact="high")
    small_world.clock.pass_s(30)
    small_world.dispatcher(chat, **kind).drain(0)
    small_world.open("third", cause="b", impact="high")
    small_world.clock.pass_s(30)
    small_world.dispatcher(chat, **strict).drain(0)

    assert [message.asset.rpartition(".")[2] for message in chat.messages] == ["first", "second"]
    assert small_world.rows()[-1].error == "the week's budget is spent"


def test_what_a_route_leaves_to_the_digest_is_told_there_only(small_world: World, chat: Recorder) -> None:
    """Warnings once a day; that one is resolved by then is told as well."""
    small_world.routing = Routing(routes=(Route(("chat",), {"severity": "warn"}, digest=True),))
    first = small_world.open("orders", severity="warn")
    small_world.open("customers", severity="warn", cause="schema")
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK)
    small_world.clock.pass_s(30)
    dispatcher.drain(0)
    small_world.tell(first, Transition.RESOLVED)
    small_world.clock.pass_s(DAY_S)
    dispatcher.drain(0)

    [message] = chat.messages
    assert (message.transition, message.change) == ("digest", "1 of 2 are not resolved.")


def test_each_channel_has_its_own_budget(small_world: World, chat: Recorder) -> None:
    """One that is full takes nothing from another."""
    dispatcher = small_world.dispatcher(chat, pauses_ms=QUICK, budget=1, budgets={"chat": 100})
    for place in range(5):
        small_world.open(f"t{place}", cause=f"cause {place}")
    small_world.clock.pass_s(30)

    assert dispatcher.drain(0) == Delivered(sent=5)


def test_the_owner_is_the_settings_word_or_what_the_asset_bears(small_world: World) -> None:
    """A rule, else the incident's own, else the asset's owner, its meta's owner, its group."""
    cases = (
        ({"owner": "ann", "meta": {"owner": "bob", "group": "cyd"}}, (), "ann"),
        ({"owner": "", "meta": {"owner": "bob", "group": "cyd"}}, (), "bob"),
        ({"owner": "", "meta": {"group": "cyd"}}, (), "cyd"),
        ({"owner": "ann"}, (OwnerRule("dora", {"asset": "*.marts.*"}),), "dora"),
    )
    for place, (columns, rules, owner) in enumerate(cases):
        asset: dict[str, object] = {"meta": {}} | columns
        key = AssetKey("snowflake", "acme", ("shop", "marts", f"t{place}"))
        with small_world.store.write() as session:
            save_assets(session, [Asset(key, **asset)], small_world.clock())  # type: ignore[arg-type] # columns by name
        small_world.routing = Routing(default=("chat",), owners=rules)
        small_world.open(f"t{place}", owner="")
        assert small_world.rows()[-1].payload["owner"] == owner


@pytest.mark.parametrize(
    ("patterns", "fits"),
    [
        ({}, True), ({"asset": "*"}, True), ({"asset": "*.orders", "owner": "finance"}, True),
        ({"tag": "GOLD"}, True), ({"tag": "silver"}, False), ({"severity": "warn"}, False),
        ({"impact": "h*"}, True), ({"channel": "team"}, True), ({"cause": "volum?"}, True),
    ],
)  # fmt: skip
def test_patterns_are_globs_without_case(patterns: dict[str, str], fits: bool) -> None:
    """All of them must fit; one of an asset's tags is enough."""
    assert matches(patterns, ORDERS) is fits


def test_routes_that_proceed_add_up_and_the_first_decides() -> None:
    """A channel named twice is told once, as its first route says."""
    routing = Routing(
        routes=(
            Route(("log",), proceed=True),
            Route(("team", "log"), {"owner": "finance"}, digest=True),
            Route(("never",)),
        )
    )

    assert [(target.channel, target.digest) for target in routing.targets(ORDERS)] == [
        ("log", False), ("team", True),
    ]  # fmt: skip


@given(st.integers(1, 200), st.integers(0, 250), st.integers(0, 7))
def test_no_week_holds_more_than_its_budget(budget: int, told: int, digests: int) -> None:
    """Whatever was told, one more fits only below the budget, and what is kept for digests is at most a quarter."""
    if has_room(budget, told, digests):
        assert told + digests < budget
    if told + digests < budget - budget // 4:
        assert has_room(budget, told, digests)


@given(st.integers(1, 10_000), st.randoms(), st.none() | st.floats(0, 86_400))
def test_the_wait_is_bounded_and_never_shorter_than_asked(
    failures: int, random: Random, asked_s: float | None
) -> None:
    """A quarter of an hour at most, unless the channel asks for more."""
    wait_ms = backoff_ms(failures, random, asked_s)

    assert round((asked_s or 0) * 1000) <= wait_ms <= max(15 * 60_000, round((asked_s or 0) * 1000))
    assert GIVE_UP_MS == DAY_MS


@pytest.mark.parametrize(
    ("severity", "impact", "grave"),
    [("error", "high", True), ("warn", "high", False), ("error", "low", False)],
)
def test_grave_is_an_error_much_depends_on(severity: str, impact: str, grave: bool) -> None:
    """Neither alone is enough."""
    assert is_grave(severity, impact) is grave


standings = st.builds(
    Standing,
    transition=st.sampled_from([*Transition, "reminder"]),
    state=st.sampled_from(IncidentState),
    told=st.booleans(),
    follows=st.booleans(),
    snoozed_until_ms=st.sampled_from([0, 50, 150]),
    silenced_until_ms=st.sampled_from([0, 50, 150]),
    root_id=st.none() | st.just(7),
    digest_only=st.booleans(),
    has_room=st.booleans(),
    is_grave=st.booleans(),
)


@given(standings)
def test_nobody_is_called_who_must_not_be(standing: Standing) -> None:
    """A loud message is sent only for an open trouble that nothing mutes; each other verdict gives its reason."""
    judged: Judgement = judge(standing, 100)

    if judged.verdict is Verdict.SEND and standing.transition in LOUD:
        assert standing.state not in {IncidentState.RESOLVED, IncidentState.PENDING}
        assert max(standing.snoozed_until_ms, standing.silenced_until_ms) <= 100
        assert standing.root_id is None
        assert not standing.digest_only
        assert standing.has_room or standing.is_grave
    if judged.verdict is not Verdict.SEND:
        assert judged.reason
        assert judged.again_ms >= 100
    if standing.transition == Transition.RESOLVED and standing.told:
        assert judged.verdict is Verdict.SEND


@given(standings)
def test_what_is_left_to_the_digest_calls_and_is_still_to_be_told(standing: Standing) -> None:
    """Neither a reminder nor a change that calls nobody waits for a digest."""
    judged = judge(standing, 100)

    if judged.verdict is Verdict.DIGEST:
        assert standing.transition in LOUD
        assert standing.transition != "reminder"
        assert judged.again_ms == NEVER_MS


def test_a_reminder_without_room_waits_for_room() -> None:
    """The budget of a week ends no row of reminders for good; a route of digests does."""
    reminder = Standing("reminder", IncidentState.OPEN, told=True, has_room=False)
    assert judge(reminder, 100) == Judgement(Verdict.MUTE, "the week's budget is spent", 100 + DAY_MS)
    assert judge(replace(reminder, digest_only=True), 100).again_ms == NEVER_MS


def test_the_log_is_newest_first_and_can_be_narrowed(small_world: World, chat: Recorder) -> None:
    """By channel, state and incident."""
    first = small_world.open("orders")
    small_world.open("customers", cause="schema")
    small_world.clock.pass_s(30)
    small_world.dispatcher(chat, pauses_ms=QUICK).pump(1)
    with small_world.store.read() as session:
        ids = [row.id for row in outbox.deliveries(session)]
        sent = outbox.deliveries(session, state="sent", channel="chat")
        assert ids == sorted(ids, reverse=True)
        assert [row.incident_id for row in sent] == [first]
        assert [row.incident_id for row in outbox.deliveries(session, incident_id=first)] == [first]
