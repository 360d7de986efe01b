"""The webhook, PagerDuty, Teams and the file: what they are sent, and that a receiver can trust it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from typing import TYPE_CHECKING

import pytest
from fakes.hook import Hook, Reply, running_hook

from assay.incidents.channels.file import FileChannel
from assay.incidents.channels.file.channel import FileConfig
from assay.incidents.channels.pagerduty import PagerDutyChannel
from assay.incidents.channels.pagerduty.channel import PagerDutyConfig
from assay.incidents.channels.teams import TeamsChannel
from assay.incidents.channels.teams.channel import TeamsConfig
from assay.incidents.channels.webhook import WebhookChannel
from assay.incidents.channels.webhook.channel import WebhookConfig
from assay.incidents.dispatch import Delivered
from assay.incidents.trying import try_channels
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from delivery.conftest import World
    from fakes.hook import Request

QUICK = {"chat": 0}
KEY = "a-key-both-sides-know"
LIFE = (Transition.ACKNOWLEDGED, Transition.COMMENTED, Transition.RESOLVED)


@pytest.fixture
def hook() -> Iterator[Hook]:
    """An address of ours."""
    with running_hook(202) as running:
        yield running


@pytest.fixture
def secrets(tmp_path: Path, hook: Hook) -> Path:
    """A folder with the hook's address and a key."""
    (tmp_path / "url").write_text(hook.url)
    (tmp_path / "key").write_text(KEY)
    return tmp_path


@pytest.fixture
def webhook(secrets: Path) -> WebhookChannel:
    """A signed webhook to that address."""
    given = WebhookConfig(url=f"file:{secrets}/url", signing_secret=f"file:{secrets}/key", on_premise=True)
    return WebhookChannel("chat", given)


@pytest.fixture
def pager(secrets: Path, hook: Hook) -> PagerDutyChannel:
    """PagerDuty, as the hook plays it."""
    given = PagerDutyConfig(routing_key=f"file:{secrets}/key", url=hook.url, on_premise=True)
    return PagerDutyChannel("chat", given)


def whole_life(world: World, channel: object, transitions: tuple[Transition, ...] = LIFE) -> int:
    """An incident that is told, and what then happens to it, each told in its turn."""
    incident_id = world.open()
    world.clock.pass_s(30)
    dispatcher = world.dispatcher(channel, pauses_ms=QUICK, link="https://assay.example")  # type: ignore[arg-type] # any of them
    dispatcher.pump()
    for transition in transitions:
        world.tell(incident_id, transition, actor="ann", text="on it")
        dispatcher.pump()
    return incident_id


def verified(request: Request, key: str, now_s: float) -> bool:
    """What a receiver does: as docs/how-to/get-alerts.md tells it, without any code of ours."""
    timestamp = request.headers["x-assay-timestamp"]
    signed = hmac.new(key.encode(), f"{timestamp}.".encode() + request.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(request.headers["x-assay-signature"], f"v1={signed}") and (
        abs(now_s - int(timestamp)) < 300
    )


def test_a_receiver_can_tell_that_a_webhook_is_ours_and_new(
    small_world: World, hook: Hook, webhook: WebhookChannel
) -> None:
    """The signature covers the moment and every byte; another key, body or an old moment fails."""
    whole_life(small_world, webhook, ())

    [request] = hook.requests
    now_s = time.time()
    assert verified(request, KEY, now_s)
    assert not verified(request, "another key", now_s)
    assert not verified(request, KEY, now_s + 301)
    forged = type(request)(request.path, request.headers, request.body.replace(b"orders", b"others"))
    assert not verified(forged, KEY, now_s)


def test_a_webhook_tells_every_change_with_its_key(
    small_world: World, hook: Hook, webhook: WebhookChannel
) -> None:
    """A document with a version; the key is in a header as well, the thread the same for all."""
    incident_id = whole_life(small_world, webhook)

    documents = [request.json for request in hook.requests]
    assert [one["transition"] for one in documents] == ["opened", "acknowledged", "commented", "resolved"]
    assert {one["thread"] for one in documents} == {f"{incident_id}:chat"}
    assert [request.headers["idempotency-key"] for request in hook.requests] == [
        one["dedupe_key"] for one in documents
    ]
    assert len({one["dedupe_key"] for one in documents}) == 4
    assert documents[1]["change"] == "Acknowledged by ann: on it"
    assert (documents[3]["state"], documents[3]["asset"]) == ("resolved", "snowflake:acme:shop.marts.orders")


def test_a_second_copy_of_a_webhook_has_the_same_key(
    small_world: World, hook: Hook, webhook: WebhookChannel
) -> None:
    """The line was cut after the body: the receiver sees the key twice and drops one."""
    small_world.open()
    small_world.clock.pass_s(30)
    hook.replies.append(Reply(cut=True))
    dispatcher = small_world.dispatcher(webhook, pauses_ms=QUICK)
    dispatcher.pump()
    small_world.clock.pass_s(60)
    dispatcher.pump()

    first, copy = hook.requests
    assert first.headers["idempotency-key"] == copy.headers["idempotency-key"]
    assert (first.json["may_repeat"], copy.json["may_repeat"]) == (False, True)


def test_pagerduty_triggers_acknowledges_and_resolves_one_alert(
    small_world: World, hook: Hook, pager: PagerDutyChannel
) -> None:
    """One dedup_key from first to last; a comment pages nobody."""
    incident_id = whole_life(small_world, pager)

    events = [request.json for request in hook.requests]
    assert [one["event_action"] for one in events] == ["trigger", "acknowledge", "resolve"]
    assert {one["dedup_key"] for one in events} == {f"{incident_id}:chat"}
    assert {one["routing_key"] for one in events} == {KEY}
    told = events[0]["payload"]
    assert (told["severity"], told["source"]) == ("error", "snowflake:acme:shop.marts.orders")
    assert "orders lost half its rows" in told["summary"]
    assert events[0]["links"][0]["href"] == f"https://assay.example/incidents/{incident_id}"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"severity": "warn", "impact": "high"}, "warning"),
        ({"severity": "error", "impact": "low"}, "error"),
        ({"severity": "error", "impact": "high"}, "critical"),
    ],
)
def test_pagerduty_is_told_how_grave_it_is(
    small_world: World, hook: Hook, pager: PagerDutyChannel, columns: dict[str, str], said: str
) -> None:
    """Severity from the check, and from who depends on it."""
    small_world.open(**columns)
    small_world.clock.pass_s(30)
    small_world.dispatcher(pager).pump()

    assert hook.requests[0].json["payload"]["severity"] == said


def test_a_test_of_pagerduty_leaves_nothing_open(
    small_world: World, hook: Hook, pager: PagerDutyChannel
) -> None:
    """What was triggered is resolved at once, under the same key."""
    [tried] = try_channels(small_world.store, {"chat": pager}, clock=small_world.clock)

    assert tried.delivered
    first, last = (request.json for request in hook.requests)
    assert (first["event_action"], last["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == last["dedup_key"]


def test_teams_gets_a_card_that_cannot_be_misread(small_world: World, hook: Hook, secrets: Path) -> None:
    """Title, facts and buttons; what looks like Markdown in a name stays text."""
    channel = TeamsChannel("chat", TeamsConfig(url=f"file:{secrets}/url", on_premise=True))
    small_world.open(title="[click](https://evil.example) **now** <at>all</at>")
    small_world.clock.pass_s(30)
    small_world.dispatcher(channel, link="https://assay.example").pump()

    [attachment] = hook.requests[0].json["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    title = card["body"][0]["text"]
    assert "\\[click\\]" in title
    assert "\\<at\\>" in title
    assert card["actions"][0]["url"] == "https://assay.example/incidents/1"
    assert card["metadata"]["dedupeKey"] == "1:opened:1:chat"
    assert ["Owner", "finance"] in [[fact["title"], fact["value"]] for fact in card["body"][2]["facts"]]


def test_teams_is_told_the_beginning_and_the_end(small_world: World, hook: Hook, secrets: Path) -> None:
    """A card cannot be edited, so what happens between is left out."""
    whole_life(small_world, TeamsChannel("chat", TeamsConfig(url=f"file:{secrets}/url", on_premise=True)))

    titles = [request.json["attachments"][0]["content"]["body"][0]["text"] for request in hook.requests]
    assert len(titles) == 2
    assert "resolved" in titles[1]


def test_a_file_gets_a_line_for_each_message(small_world: World, tmp_path: Path) -> None:
    """Each line is a whole document; only its owner and group may read it."""
    path = tmp_path / "alerts.jsonl"
    whole_life(small_world, FileChannel("chat", FileConfig(path=path)))

    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["transition"] for line in lines] == ["opened", "acknowledged", "commented", "resolved"]
    assert path.stat().st_mode & 0o007 == 0


def test_a_line_behind_half_a_line_stands_alone(small_world: World, tmp_path: Path) -> None:
    """What a full disk cut short does not spoil what comes after."""
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"half": ')
    small_world.open()
    small_world.clock.pass_s(30)

    channel = FileChannel("chat", FileConfig(path=path))
    assert small_world.dispatcher(channel, pauses_ms=QUICK).pump() == Delivered(sent=1)
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[1])["transition"] == "opened"


def test_a_line_cut_short_was_not_sent(
    small_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is nearly full takes a part and says so only by its count."""
    written = os.write
    monkeypatch.setattr("os.write", lambda handle, line: written(handle, line[:10]))
    small_world.open()
    small_world.clock.pass_s(30)

    channel = FileChannel("chat", FileConfig(path=tmp_path / "alerts.jsonl"))
    assert small_world.dispatcher(channel, pauses_ms=QUICK).pump() == Delivered(retried=1)


def test_a_file_that_cannot_be_written_is_tried_again(small_world: World, tmp_path: Path) -> None:
    """A full disk or a missing folder is mended; the message waits for it."""
    path = tmp_path / "later" / "alerts.jsonl"
    small_world.open()
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(FileChannel("chat", FileConfig(path=path)), pauses_ms=QUICK)

    assert dispatcher.pump() == Delivered(retried=1)
    path.parent.mkdir()
    small_world.clock.pass_s(60)
    assert dispatcher.pump() == Delivered(sent=1)
