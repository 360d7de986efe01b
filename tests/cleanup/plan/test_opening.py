"""From the store to a pull request on a forge, and back: opened once, followed, withdrawn when somebody reads."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fakes import clean_shop
from fakes.clean_shop import NOW, Company
from fakes.forge_git import GitRepository
from fakes.forge_github import TOKEN, AppKey, GitHubFake
from fakes.forge_hub import Hub
from fakes.forge_server import listening

from assay.cleanup import follow as following
from assay.cleanup.forges import forge_of
from assay.cleanup.forges.client import Pace
from assay.cli import cleanup_open, figures
from assay.cli.app import run
from assay.config import Settings
from assay.model.time import to_ms
from assay.store import verdicts
from assay.store.engine import Store
from costs.unused import gather, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assay.cleanup.follow import Followed
    from assay.cleanup.forges import Forge
    from assay.config.decisions import RepositorySettings


@pytest.fixture(scope="session")
def app_key() -> AppKey:
    """A key the fake needs and a token does not."""
    return AppKey()


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """The company's repository on its forge."""
    files = {path: text.encode() for path, text in clean_shop.FILES.items()}
    return Hub(GitRepository.make(tmp_path / "shop.git", files), now=NOW)


@pytest.fixture
def github(hub: Hub, app_key: AppKey) -> Iterator[GitHubFake]:
    """GitHub, held to its own description."""
    fake = GitHubFake(hub, app_key)
    with listening(fake.server):
        yield fake
    assert [] == fake.server.violations


def connect(repository: RepositorySettings) -> Forge:
    """The forge, without a wait between two calls."""
    return forge_of(repository, Pace(0, lambda _: None, lambda: 0.0, NOW.timestamp))


@pytest.fixture
def company(shop: Company, github: GitHubFake, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, whose settings lead to the forge."""
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    monkeypatch.setattr(figures, "utc_now", lambda: NOW)
    monkeypatch.setattr(cleanup_open, "forge_of", connect)
    shop.configure("[cleanup.repositories.shop]", f'api_url = "{github.server.url}"\non_premise = true')
    return shop


def call(company: Company, *arguments: str) -> tuple[int, Any]:
    """`assay cleanup … --json`: its exit code and its answer."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        code = run(["cleanup", *arguments, "--json", "--dir", str(company.folder)])
    return code, json.loads(out.getvalue())


def cycle(company: Company, now: datetime = NOW) -> Followed:
    """What a cycle decides of needs and pull requests."""
    settings = Settings.load(company.folder)
    with Store.open(company.url) as store:
        with store.read() as session:
            judgement = judge(gather(session, settings.unused, now), settings.unused)
        with store.write() as session:
            verdicts.save(session, judgement, to_ms(now))
        return following.follow(store, settings, now, connect)


def test_a_set_is_opened_once_with_all_its_evidence(company: Company, hub: Hub) -> None:
    """From the forge's own files, as a draft since dbt did not parse; opening again changes nothing."""
    first = call(company, "open", "68")
    again = call(company, "open", "68")
    (request,) = hub.requests.values()
    changed = hub.git.changed(hub.git.refs()["main"], request.head_sha)

    assert (0, 0) == (first[0], again[0])
    assert first[1][0]["number"] == again[1][0]["number"] == request.number
    assert {"models/old_orders.sql", "models/old_report.sql", "models/schema.yml"} == set(changed)
    assert request.draft
    assert "- [x] **Nobody needs them**" in request.body
    assert "ALTER TABLE shop.marts.old_report" in request.body


def test_a_dry_run_sends_nothing(company: Company, github: GitHubFake) -> None:
    """The forge is only read."""
    code, told = call(company, "open", "68", "--dry-run")

    assert (0, "a dry run") == (code, told[0]["why"])
    assert {"GET"} == {each.method for each in github.server.exchanges}


def test_a_shut_gate_opens_nothing(company: Company, hub: Hub) -> None:
    """Somebody may build on it: exit 1, and no branch."""
    company.rewrite_manifest({"old_report": {"access": "public"}})

    code, told = call(company, "open", "68")

    assert (1, "a gate is shut") == (code, told[0]["why"])
    assert {} == hub.requests
    assert ["main"] == list(hub.git.refs())


def test_all_opens_what_may_go_and_the_list_tells(company: Company, hub: Hub) -> None:
    """Both sets: the pair is deleted, what holds history is only disabled."""
    code, _ = call(company, "open", "--all")
    _, listed = call(company, "list")

    assert 0 == code
    assert 2 == len(hub.open_requests())
    assert {("delete", "open"), ("disable", "open")} == {(each["step"], each["state"]) for each in listed}


def test_a_closed_one_is_a_no_that_detect_tells(company: Company, hub: Hub) -> None:
    """For as long as the settings say."""
    call(company, "open", "68")
    hub.close(1)
    cycle(company)

    _, told = call(company, "detect", "68")
    gates = {gate["name"]: gate for gate in told["sets"][0]["gates"]}

    assert not told["sets"][0]["open"]
    assert gates["Nobody said no"]["detail"].startswith("#1 was closed unmerged")


def test_a_cycle_opens_nothing_by_itself(company: Company, hub: Hub) -> None:
    """Unless it was asked to; then up to the caps, and never twice."""
    assert [] == cycle(company).opened
    company.configure("[cleanup]", "automatic = true\nper_day = 1")

    first, second = cycle(company), cycle(company)

    assert (1, 0) == (len(first.opened), len(second.opened))
    assert [] == first.problems + second.problems
    assert 1 == len(hub.requests)


def test_a_read_withdraws_it_within_a_cycle(company: Company, hub: Hub) -> None:
    """The comment says who read it; nothing is left open."""
    call(company, "open", "68")
    clean_shop.read(company, "old_report")

    followed = cycle(company)

    assert ["closed"] == [each.state for each in hub.requests.values()]
    assert any("was withdrawn" in str(event) for _, event in followed.events)
    assert "person" in hub.requests[1].comments[0].body


def test_the_second_step_follows_when_the_wait_is_over(company: Company, hub: Hub) -> None:
    """Disabled, merged, waited for, and deleted: the manifest then has it disabled, the file touched by us alone."""
    company.configure("[cleanup]", "automatic = true")
    settings = company.folder / "assay.toml"
    settings.write_text(settings.read_text().replace('mode = "delete"', 'mode = "two_step"'))
    opened = cycle(company).opened
    number = next(row.number for row in opened if len(row.nodes) == 2)
    assert number is not None
    hub.merge(number)
    waiting = cycle(company, NOW + timedelta(days=1))
    clean_shop.live_on(company, NOW + timedelta(days=15))
    after = cycle(company, NOW + timedelta(days=15))

    assert {"disable"} == {row.step for row in opened}
    assert [] == waiting.opened
    assert [] == after.problems
    assert [("delete", 2)] == [(row.step, len(row.nodes)) for row in after.opened]


def test_a_forge_that_fails_stops_no_other(company: Company) -> None:
    """What failed is told with its next step."""
    settings = Settings.load(company.folder)
    one = settings.cleanup.repositories["shop"]
    lost = one.model_copy(update={"name": "acme/lost"})
    both = settings.cleanup.model_copy(update={"repositories": {"lost": lost, "shop": one}})
    with Store.open(company.url) as store:
        told = following.follow(store, settings.model_copy(update={"cleanup": both}), NOW, connect)

    assert 1 == len(told.problems)
    assert told.problems[0].hint


def test_a_state_is_posted_once(company: Company, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second push mends the comment that is there."""
    from assay.cli import cleanup_state  # noqa: PLC0415 - patched for this test alone

    monkeypatch.setattr(cleanup_state, "forge_of", connect)
    call(company, "open", "68")
    company.commit({"models/orders.sql": "select 2 as id\n"}, NOW)
    for _ in range(2):
        code, _ = call(
            company, "state", "--base", "HEAD~1", "--checkout", str(company.checkout), "--post", "1"
        )
        assert 0 == code

    (comment,) = hub.requests[1].comments
    assert "`orders`" in comment.body


def test_a_repository_without_a_credential_is_for_planning_alone(
    company: Company, github: GitHubFake
) -> None:
    """A cycle leaves its forge alone, and that is no problem."""
    settings = company.folder / "assay.toml"
    settings.write_text(settings.read_text().replace('token = "env:SHOP_TOKEN"\n', ""))

    followed = cycle(company)

    assert ([], [], []) == (followed.problems, followed.events, followed.opened)
    assert [] == github.server.exchanges
