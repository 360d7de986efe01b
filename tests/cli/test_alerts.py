"""`assay alerts`: trying channels, sending, the log, retrying, and silences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cli.conftest import call
from fakes.hook import Reply
from fakes.slack import Slack, running_slack

from assay.store import outbox
from assay.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.conftest import Program

TOKEN = "xoxb-not-a-token"  # noqa: S105 - made up
LOG = '\n[channels.log]\nkind = "file"\npath = "alerts.jsonl"\n'


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    """A Slack on loopback, and a token for it."""
    monkeypatch.setenv("TEAM_TOKEN", TOKEN)
    with running_slack() as running:
        yield running


@pytest.fixture
def team(ready: Program, slack: Slack) -> Program:
    """A folder with a Slack channel and a file."""
    described(
        ready,
        f'{LOG}[channels.team]\nkind = "slack"\ntoken = "env:TEAM_TOKEN"\nchannel = "C1"\non_premise = true\n'
        f'per_second = 1000\napi_url = "{slack.api}"\n',
    )
    return ready


def described(program: Program, toml: str) -> None:
    """Add tables to the folder's settings."""
    with (program.folder / "assay.toml").open("a", encoding="utf-8") as file:
        file.write(toml)


def waiting(program: Program, channel: str, number: int) -> None:
    """So many samples that wait to be sent in a channel: messages that need no incident."""
    with Store.open(f"sqlite:///{program.folder}/.assay/assay.db") as store, store.write() as session:
        keys = [f"test:{place}:{channel}" for place in range(number)]
        told = {"channel": channel, "transition": "test", "payload": {}, "next_ms": 1, "created_ms": 1}
        outbox.add(session, [{**told, "thread": key, "dedupe_key": key} for key in keys])


def test_each_channel_takes_a_test_and_says_so(team: Program, slack: Slack) -> None:
    """What was posted says that it is a test; the file holds the same message."""
    told = team("alerts", "test")

    assert (told.code, told.err) == (0, "")
    assert "log (file) took it" in told.out
    assert "team (slack) took it" in told.out
    assert "as C1:" in told.out
    assert "nothing is wrong" in json.dumps(slack.posts[0].body)
    line = json.loads((team.folder / "alerts.jsonl").read_text(encoding="utf-8"))
    assert (line["transition"], line["version"]) == ("test", 1)


def test_wrong_routes_are_told_and_the_channels_tried_all_the_same(team: Program) -> None:
    """What is wrong, where, and the nearest channel; the exit code is that of settings that cannot be used."""
    described(team, '[[routes]]\nchannels = ["taem"]\n')
    told = team("alerts", "test")
    assert told.code == 3
    assert "log (file) took it" in told.out
    assert "team (slack) took it" in told.out
    assert "names the channel taem, which is not there" in told.err
    assert "Did you mean team?" in told.err


def test_a_message_that_is_muted_is_told_until_when_while_that_is_to_come(ready: Program) -> None:
    """A moment that has passed says nothing any more."""
    waiting(ready, "log", 2)
    with Store.open(f"sqlite:///{ready.folder}/.assay/assay.db") as store, store.write() as session:
        early, late = outbox.deliveries(session)
        for row, next_ms in ((early, 2), (late, 9 * 10**13)):
            row.state, row.error, row.created_ms, row.next_ms = "muted", "snoozed", 1, next_ms
    messages = ready("alerts", "list", "--json").json["messages"]
    assert [one["next_at"] is None for one in messages] == [True, False]
    shown = ready("alerts", "list").out
    assert (shown.count("snoozed"), shown.count("until 4821-")) == (2, 1)


def test_only_the_channel_that_was_named_is_tried(team: Program, slack: Slack) -> None:
    """The other one hears nothing; the answer can be read by a program."""
    told = team("alerts", "test", "log", "--json")

    assert [(one["channel"], one["delivered"], one["error"]) for one in told.json] == [("log", True, "")]
    assert slack.posts == []


def test_a_channel_that_refuses_is_told_with_its_next_step(team: Program, slack: Slack) -> None:
    """Exit 1, what Slack said, what mends it; the others were tried, and the token is told nowhere."""
    slack.mishaps.append(Reply(body=b'{"ok": false, "error": "not_in_channel"}'))
    told = team("alerts", "test")

    assert told.code == 1
    assert "log (file) took it" in told.out
    assert "error: team (slack): Slack said not_in_channel.\n→ Invite the bot to the channel." in told.err
    assert TOKEN not in told.out + told.err
    assert team("alerts", "send").out == "Nothing is due.\n"


def test_a_busy_channel_is_tried_once_by_a_test(team: Program, slack: Slack) -> None:
    """A test is not sent hours later: whoever asked for it was told."""
    slack.mishaps.append(Reply(429, headers=(("Retry-After", "30"),)))
    told = team("alerts", "test", "team")

    assert told.code == 1
    assert "answered 429" in told.err
    assert "→ A test is tried once: repeat `assay alerts test team`" in told.err
    assert [row["state"] for row in team("alerts", "list", "--json").json["messages"]] == ["muted"]


def test_a_channel_that_cannot_be_built_stops_no_other(team: Program) -> None:
    """A misspelt kind is told with the kinds there are."""
    described(team, '\n[channels.oops]\nkind = "slak"\n')
    told = team("alerts", "test")

    assert told.code == 1
    assert "Did you mean slack? Valid: email, file, pagerduty, slack, teams, webhook." in told.err
    assert "team (slack) took it" in told.out


def test_nothing_to_try_is_told_with_how_to_begin(ready: Program) -> None:
    """Neither a folder without channels nor a wrong name ends in a trace."""
    none = ready("alerts", "test")
    described(ready, LOG)
    wrong = ready("alerts", "test", "lgo")

    assert none.code == wrong.code == 3
    assert "[channels.team]" in none.err
    assert "There is no channel lgo.\n→ Did you mean log?" in wrong.err


def test_what_is_due_is_sent_and_the_log_tells_it(team: Program, slack: Slack) -> None:
    """All that is due goes out in one call, and each message once."""
    waiting(team, "team", 5)
    sent, again = team("alerts", "send"), team("alerts", "send", "--json")
    log = team("alerts", "list", "--channel", "team")

    assert (sent.code, sent.out) == (0, "Messages: 5 sent.\n")
    assert again.json == {
        "sent": 0, "retried": 0, "dead": 0, "muted": 0, "digested": 0, "waiting": 0, "next_at": None,
    }  # fmt: skip
    assert len(slack.posts) == 5
    assert "In all: 0 waiting, 5 sent" in log.out


def test_what_was_given_up_is_sent_again_when_it_is_asked_for(team: Program, slack: Slack) -> None:
    """`retry` takes all dead letters, or those named; one that is none is a mistake."""
    waiting(team, "team", 1)
    with Store.open(f"sqlite:///{team.folder}/.assay/assay.db") as store, store.write() as session:
        session.execute(outbox.OutboxRow.__table__.update().values(state="dead", error="answered 404"))
    dead = team("alerts", "list", "--state", "dead")
    wrong = team("alerts", "retry", "77")
    retried = team("alerts", "retry", "1")
    nothing = team("alerts", "retry", "--json")

    assert "answered 404" in dead.out
    assert "1 were given up.\n→ Mend the cause, then `assay alerts retry`." in dead.err
    assert wrong.code == 2
    assert retried.out == "1 wait again. `assay alerts send` sends them now.\n"
    assert nothing.json == {"waiting_again": []}
    assert team("alerts", "send").out == "Messages: 1 sent.\n"
    assert len(slack.posts) == 1


def test_a_silence_is_made_shown_and_ended(team: Program) -> None:
    """Its pattern, end, author and reason are told; a pattern that fits no asset is remarked on."""
    made = team("alerts", "silence", "asset=*.staging.*", "cause=volume", "--for", "2h", "--reason", "move")
    held = team("alerts", "list", "--json").json["silences"]
    shown = team("alerts", "list")
    ended, again = team("alerts", "unsilence", "1", "--json"), team("alerts", "unsilence", "1")

    assert made.out.startswith("Silence 1: asset=*.staging.* cause=volume, until ")
    assert "no asset known so far fits *.staging.*" in made.err
    assert [(one["matcher"], one["reason"]) for one in held] == [
        ({"asset": "*.staging.*", "cause": "volume"}, "move")
    ]
    assert "asset=*.staging.* cause=volume" in shown.out
    assert ended.json == {"ended": 1}
    assert (again.code, team("alerts", "list", "--json").json["silences"]) == (2, [])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--for", "2h"], "Say what is to be silent."),
        (["owner=ann", "--all", "--for", "2h"], "Say what is to be silent."),
        (["owne=ann", "--for", "2h"], "Did you mean owner?"),
        (["owner", "--for", "2h"], "not of the form NAME=GLOB"),
        (["owner=ann", "--for", "soon"], "write e.g. 30m, 2h, 3d or 1w"),
        (["owner=ann", "--for", "0h"], "not between a minute and a year"),
        (["owner=ann"], "Missing option '--for'"),
    ],
)
def test_a_silence_that_says_too_little_is_refused(ready: Program, arguments: list[str], why: str) -> None:
    """Exit 2, and what is wrong."""
    told = ready("alerts", "silence", *arguments)

    assert told.code == 2
    assert why in told.err


def test_a_group_called_alone_shows_its_help() -> None:
    """Its commands with a line each, and no word of an error."""
    told = call("alerts")

    assert "unsilence" in told.err
    assert "error:" not in told.err
