"""Slack: what is posted, edited and said in threads, and what happens when Slack misbehaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fakes.hook import Reply

from assay.incidents.channels.slack import SlackChannel
from assay.incidents.channels.slack.config import Mention, SlackConfig
from assay.incidents.dispatch import Delivered
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.conftest import World
    from fakes.slack import Slack

    from assay.incidents.dispatch import Dispatcher

QUICK = {"chat": 0}
TOKEN = "xoxb-not-a-token-but-looks-like-it"  # noqa: S105 - made up


def told(world: World, *, waited_s: float = 30, **columns: object) -> int:
    """An incident whose wait for others is over."""
    incident_id = world.open(**columns)
    world.clock.pass_s(waited_s)
    return incident_id


def text_of(body: object) -> str:
    """All that is written in a message."""
    return json.dumps(body, ensure_ascii=False)


def test_an_incident_is_one_message_edited_in_place(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """Acknowledged and judged it only changes its face; that it is resolved is said in its thread as well."""
    incident_id = told(small_world)
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)
    dispatcher.pump()
    for transition in (Transition.ACKNOWLEDGED, Transition.JUDGED, Transition.RESOLVED):
        small_world.tell(incident_id, transition, actor="ann")
        dispatcher.pump()

    [post] = slack.posts
    assert post.key == f"{incident_id}:opened:1:chat"
    assert [edit["ts"] for edit in post.edits] == [post.ts] * 3
    assert "[resolved]" in post.shown["text"]
    assert [(reply.body["thread_ts"], reply.body["text"]) for reply in slack.replies] == [
        (post.ts, "Resolved by ann")
    ]


def test_a_message_bears_what_one_needs_to_judge_it(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """Its title, owner, asset and buttons; it is posted with the bot's token and unfurls nothing."""
    told(small_world)
    small_world.dispatcher(bot, link="https://assay.example").pump()

    [request] = slack.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    body = request.json
    assert body["channel"] == "C1"
    assert not body["unfurl_links"]
    written = text_of(body)
    for words in (
        "orders lost half its rows",
        "finance",
        "shop.marts.orders",
        "https://assay.example/incidents/1",
    ):
        assert words in written
    buttons = [block for block in body["attachments"][0]["blocks"] if block["type"] == "actions"]
    assert [button["text"]["text"] for button in buttons[0]["elements"]] == [
        "View", "Acknowledge", "Expected once", "New normal", "Really wrong",
    ]  # fmt: skip


def test_the_owner_is_called_by_name(small_world: World, slack: Slack, bot: SlackChannel) -> None:
    """An owner the config knows in Slack is mentioned, and no more once it is over."""
    bot.config = bot.config.model_copy(update={"mentions": (Mention(owner="Finance", id="S012AB"),)})
    incident_id = told(small_world)
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)
    dispatcher.pump()
    small_world.tell(incident_id, Transition.RESOLVED)
    dispatcher.pump()

    assert "<!subteam^S012AB>" in text_of(slack.posts[0].body)
    assert "<!subteam^S012AB>" not in text_of(slack.posts[0].shown)


def test_no_name_from_outside_becomes_markup(small_world: World, slack: Slack, bot: SlackChannel) -> None:
    """A table named like a mention or a link calls nobody and leads nowhere."""
    told(small_world, title="<!channel> <https://evil.example|click> *bold* \u202e\n& more")
    small_world.dispatcher(bot).pump()

    written = text_of(slack.posts[0].body)
    assert "<!channel>" not in json.loads(slack.requests[0].body)["text"]
    assert "&lt;!channel&gt;" in written
    assert "\u202e" not in written
    header = slack.posts[0].body["attachments"][0]["blocks"][0]
    assert header["text"]["type"] == "plain_text"


def test_a_busy_slack_is_left_alone_as_long_as_it_asks(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """429 with Retry-After: no request before its end, and then the same message once."""
    told(small_world)
    slack.mishaps.append(Reply(429, headers=(("Retry-After", "90"),)))
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)

    assert dispatcher.pump() == Delivered(retried=1)
    small_world.clock.pass_s(89)
    assert dispatcher.pump() == Delivered()
    assert len(slack.requests) == 1
    small_world.clock.pass_s(1)
    assert dispatcher.pump() == Delivered(sent=1)
    assert len(slack.posts) == 1


@pytest.mark.parametrize("asked", ["9" * 400, "99999999999999"])
def test_no_slack_is_left_alone_for_ever(
    small_world: World, slack: Slack, bot: SlackChannel, asked: str
) -> None:
    """However long it asks for, the message is sent after an hour."""
    told(small_world)
    slack.mishaps.append(Reply(429, headers=(("Retry-After", asked),)))
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)

    assert dispatcher.pump() == Delivered(retried=1)
    small_world.clock.pass_s(3600)
    assert dispatcher.pump() == Delivered(sent=1)


def test_an_answer_that_does_not_say_what_was_posted_is_no_reference(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """What follows is posted anew, rather than edited nowhere."""
    told(small_world)
    slack.mishaps.append(Reply(200, b'{"ok": true, "channel": {}, "ts": ["1"]}'))

    assert small_world.dispatcher(bot).pump() == Delivered(sent=1)
    assert [""] == [row.external_ref for row in small_world.rows()]


@pytest.mark.parametrize(
    "mishap",
    [
        Reply(500, b"oh"),
        Reply(503),
        Reply(200, b'{"ok": false, "error": "internal_error"}'),
        Reply(200, b'{"ok": false, "error": "ratelimited"}'),
        Reply(200, b"<html>"),
        Reply(200, b"[" * 100_000),
        Reply(200, b"[]"),
    ],
    ids=["500", "503", "internal_error", "ratelimited", "no JSON", "without an end", "no object"],
)
def test_a_failing_slack_is_tried_again(
    small_world: World, slack: Slack, bot: SlackChannel, mishap: Reply
) -> None:
    """What is Slack's own trouble passes; the message comes once."""
    told(small_world)
    slack.mishaps.append(mishap)
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)

    assert dispatcher.pump() == Delivered(retried=1)
    small_world.clock.pass_s(60)
    assert dispatcher.pump() == Delivered(sent=1)
    assert len(slack.posts) == 1


def test_a_line_cut_after_the_message_was_taken_gives_a_copy_with_the_same_key(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """Nobody can know whether it arrived: the copy says that it may repeat, and later changes edit that one."""
    incident_id = told(small_world)
    slack.mishaps.append(Reply(cut=True))
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)

    assert dispatcher.pump() == Delivered(retried=1)
    small_world.clock.pass_s(60)
    assert dispatcher.pump() == Delivered(sent=1)
    first, copy = slack.posts
    assert first.key == copy.key == f"{incident_id}:opened:1:chat"
    assert "may repeat" not in text_of(first.body)
    assert "may repeat" in text_of(copy.body)
    small_world.tell(incident_id, Transition.RESOLVED)
    dispatcher.pump()
    assert ([len(post.edits) for post in slack.posts], first.edits) == ([0, 1], [])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Reply(200, b'{"ok": false, "error": "channel_not_found"}'), "Slack said channel_not_found."),
        (Reply(200, b'{"ok": false, "error": "invalid_auth"}'), "Slack said invalid_auth."),
        (Reply(404, b"no_service"), "answered 404: no_service"),
        (Reply(302, headers=(("Location", "http://127.0.0.1/"),)), "answered 302"),
    ],
)
def test_what_cannot_get_better_is_given_up_at_once(
    small_world: World, slack: Slack, bot: SlackChannel, answer: Reply, why: str
) -> None:
    """A wrong token or channel is a dead letter, not an endless trial; no redirect is followed."""
    told(small_world)
    slack.mishaps.append(answer)

    assert small_world.dispatcher(bot).pump() == Delivered(dead=1)
    assert [(row.state, row.error) for row in small_world.rows()] == [("dead", why)]
    assert len(slack.requests) == 1


def test_a_message_somebody_deleted_is_posted_anew(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """The trouble is still there, whatever became of its message."""
    incident_id = told(small_world)
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)
    dispatcher.pump()
    slack.posts.clear()
    small_world.tell(incident_id, Transition.WORSENED)

    assert dispatcher.pump() == Delivered(sent=1)
    assert ["worsened" in post.key for post in slack.posts] == [True]
    assert len(small_world.rows()[1].external_ref.split(":")) == 2


def test_a_change_follows_the_message_that_was_posted_anew(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """The reference of the newest message counts."""
    incident_id = told(small_world)
    dispatcher = small_world.dispatcher(bot, pauses_ms=QUICK)
    dispatcher.pump()
    slack.posts.clear()
    for transition in (Transition.WORSENED, Transition.RESOLVED):
        small_world.tell(incident_id, transition)
        dispatcher.pump()

    [post] = slack.posts
    assert "[resolved]" in post.shown["text"]


def test_a_webhook_posts_what_calls_somebody_and_what_ends_it(
    small_world: World, slack: Slack, tmp_path: Path
) -> None:
    """It can edit nothing, so acknowledgements are not posted; its address, a secret, is told nowhere."""
    (tmp_path / "hook").write_text(slack.webhook)
    config = SlackConfig(webhook=f"file:{tmp_path / 'hook'}", on_premise=True)
    channel = SlackChannel("chat", config)
    incident_id = told(small_world)
    dispatcher = small_world.dispatcher(channel, pauses_ms=QUICK)
    dispatcher.pump()
    for transition in (Transition.ACKNOWLEDGED, Transition.RESOLVED):
        small_world.tell(incident_id, transition)
        dispatcher.pump()

    assert [request.path for request in slack.requests] == ["/services/T0/B0/very-secret-part"] * 2
    assert ["resolved" in request.json["text"] for request in slack.requests] == [False, True]
    slack.mishaps.append(Reply(404, slack.webhook.encode()))
    told(small_world, name="customers", cause="schema")
    dispatcher.pump()
    assert small_world.rows()[-1].error == "answered 404: ***"


def test_ten_thousand_failures_in_a_minute_are_a_few_messages(
    small_world: World, slack: Slack, bot: SlackChannel
) -> None:
    """Grouped by owner and cause, then held by the week's budget; nothing waits, nothing is lost."""
    owners, causes = [f"team {place}" for place in range(14)], ["volume", "freshness"]
    small_world.flood(10_000, owners, causes)
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(bot, budget=30, pauses_ms=QUICK)
    day = _drained(small_world, dispatcher, hours=24)

    assert day.dead == day.retried == 0
    assert 20 <= len(slack.posts) <= 30
    states = small_world.counts()
    assert states["waiting"] == states["dead"] == 0
    assert states["sent"] + states["grouped"] >= 10_000
    assert states["digest"] == 0, "the daily digest took the rest up"
    assert all(len(text_of(post.body)) < 20_000 for post in slack.posts)


def _drained(world: World, dispatcher: Dispatcher, hours: int) -> Delivered:
    done = Delivered()
    for _ in range(hours):
        done.add(dispatcher.drain(0))
        world.clock.pass_s(3600)
    return done
