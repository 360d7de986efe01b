"""GitLab: one call a commit, merge requests from opening to their end, and the same lifecycle as anywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes.forge_gitlab import TOKEN, GitLabFake
from fakes.forge_project import CHANGES, KEPT, PROJECT
from fakes.forge_proposals import NOW, OLD, SET, place, proposal
from fakes.forge_server import Given, Trouble, listening

from assay.cleanup.forges import Forge, Opening, RequestState, forge_of, say_once
from assay.cleanup.forges.errors import BrokenError, CredentialError, HumanCommitsError, PathRefusedError
from assay.cleanup.lifecycle import follow
from assay.cleanup.pull_request import open_request
from assay.config.decisions import RepositorySettings
from assay.model.decisions import PullRequestState
from assay.store import pull_requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.forge_hub import Hub

    from assay.cleanup.forges.client import Pace
    from assay.store.engine import Store

BRANCH = f"assay/cleanup-{SET}-delete"
OPENING = Opening(BRANCH, "main", "Remove", "Nobody reads them.", True, ("assay",), ("bob", "nobody"))


@pytest.fixture
def gitlab(hub: Hub) -> Iterator[GitLabFake]:
    """GitLab with the small project; all that was said to it is as its reference has it."""
    fake = GitLabFake(hub)
    with listening(fake.server):
        yield fake
    assert [] == fake.server.violations


@pytest.fixture
def settings(gitlab: GitLabFake, monkeypatch: pytest.MonkeyPatch) -> RepositorySettings:
    """Settings with a token."""
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    url, token = gitlab.server.url, "env:GITLAB_TOKEN"
    return RepositorySettings(forge="gitlab", name="acme/shop", api_url=url, on_premise=True, token=token)


@pytest.fixture
def forge(settings: RepositorySettings, pace: Pace) -> Forge:
    """The project."""
    return forge_of(settings, pace)


def begin(forge: Forge) -> str:
    """The head of the base."""
    head = forge.head("main")
    assert head is not None
    return head


def test_a_commit_is_one_call(forge: Forge, gitlab: GitLabFake) -> None:
    """It deletes, updates and creates; the branch comes with it."""
    base = begin(forge)
    changes = CHANGES | {"models/new.sql": b"select '\xff'\n"}
    sha = forge.commit(BRANCH, base, "Remove\n\nNobody reads them.", changes)

    assert changes.keys() == gitlab.hub.git.changed(base, sha)
    assert KEPT == gitlab.hub.git.files(sha)["models/schema.yml"]
    assert {BRANCH: sha} == forge.branches("assay/cleanup-")
    assert 1 == gitlab.server.asked().count("POST /projects/acme%2Fshop/repository/commits")
    assert ["Remove\n\nNobody reads them."] == [one.message for one in forge.commits("main", sha)]
    assert forge.holds(sha, base, changes)
    assert not forge.holds(sha, base, CHANGES)
    assert not forge.holds(sha, base, changes | {"models/schema.yml": b"other"})
    assert not forge.holds(base, base, changes)


def test_a_branch_is_made_anew_only_while_it_is_ours(forge: Forge, gitlab: GitLabFake) -> None:
    """Its head is looked at right before; with a new commit on it nothing happens."""
    git = gitlab.hub.git
    head = forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    base = git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    renewed = forge.renew(BRANCH, head, base, "Remove", CHANGES)
    assert (base,) == git.read_commit(renewed).parents

    mine = git.put(BRANCH, {"models/x.sql": b"select 3\n"}, "bob")
    with pytest.raises(HumanCommitsError, match="new commits"):
        forge.renew(BRANCH, renewed, base, "Remove", CHANGES)
    assert mine == forge.head(BRANCH)


def test_an_empty_branch_is_taken_to_the_base(forge: Forge, gitlab: GitLabFake) -> None:
    """A branch of that name without commits of its own is no hindrance, be it at the base or behind it."""
    git = gitlab.hub.git
    git.set_ref(BRANCH, begin(forge))
    base = git.put("main", {"models/orders.sql": b"select 2 as id\n"}, "ann")
    assert (base,) == git.read_commit(forge.commit(BRANCH, base, "Remove", CHANGES)).parents
    git.set_ref(BRANCH, base)
    assert (base,) == git.read_commit(forge.commit(BRANCH, base, "Remove", CHANGES)).parents


def test_a_merge_request_lives_like_a_pull_request(forge: Forge, gitlab: GitLabFake) -> None:
    """A draft, opened once, labelled, reviewed by whom GitLab knows, seen through to its end."""
    forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    first, second = forge.open(OPENING), forge.open(OPENING)
    forge.dress(first.number, OPENING)
    (kept,) = gitlab.hub.requests.values()
    assert first.number == second.number == kept.number
    assert ("Remove", True) == (first.title, first.draft)
    assert (["assay"], ["7"]) == (kept.labels, kept.reviewers)

    for text in ("one", "two"):
        say_once(forge, first.number, "<!-- m -->", text)
    assert ["two\n\n<!-- m -->"] == [remark.body for remark in kept.comments]
    forge.edit(first.number, "Other")
    assert "Other" == forge.get(first.number).body

    gitlab.hub.git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    assert forge.get(first.number).conflicted
    gitlab.hub.knows_conflicts = False
    assert forge.get(first.number).conflicted is None
    forge.close(first.number)
    told = forge.get(first.number)
    assert (RequestState.CLOSED, gitlab.hub.now) == (told.state, told.ended_at)
    assert [first.number] == [one.number for one in forge.find(BRANCH)]


def test_files_come_from_one_archive(forge: Forge) -> None:
    """Every file of the project."""
    assert PROJECT == forge.files(begin(forge))


def test_what_may_not_be_changed_is_never_sent(forge: Forge, gitlab: GitLabFake) -> None:
    """The allow-list stands right before the wire, here too."""
    base = begin(forge)
    for change in (forge.commit, lambda *words: forge.renew(words[0], base, *words[1:])):
        with pytest.raises(PathRefusedError):
            change(BRANCH, base, "Remove", {".gitlab-ci.yml": None})
    assert all(asked.startswith("GET") for asked in gitlab.server.asked())


def test_errors_say_what_and_the_next_step(
    forge: Forge, settings: RepositorySettings, monkeypatch: pytest.MonkeyPatch, gitlab: GitLabFake
) -> None:
    """A wrong token is no missing project, and a failing server is tried again."""
    gitlab.server.troubles += [Trouble("GET", "/branches/", Given(502)) for _ in range(3)]
    with pytest.raises(BrokenError, match="502"):
        forge.head("main")
    monkeypatch.setenv("GITLAB_TOKEN", "wrong")
    with pytest.raises(CredentialError, match="401 Unauthorized") as caught:
        forge.find(BRANCH)
    assert "wrong" not in str(caught.value)
    assert settings.token not in str(caught.value)


def test_the_whole_story(
    sqlite_store: Store, settings: RepositorySettings, pace: Pace, gitlab: GitLabFake
) -> None:
    """Opened with a lost answer, opened again, brought up to date on a conflict, closed: a no."""
    shop, hub = place(sqlite_store, settings, pace), gitlab.hub
    for path in ("/repository/commits$", "/merge_requests$"):
        gitlab.server.troubles.append(Trouble("POST", path, Given(cut=True), after=True))
        with pytest.raises(BrokenError):
            open_request(shop, proposal(begin(shop.forge)), NOW)
    row = open_request(shop, proposal(begin(shop.forge)), NOW)
    assert ([row.number], {"main", BRANCH}) == (list(hub.requests), hub.git.refs().keys())
    assert 1 == len(hub.git.between("main", BRANCH))
    assert OLD in row.assets

    base = hub.git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    followed = follow(shop, lambda _row: proposal(base, NOW + timedelta(hours=1)), NOW)
    assert ([], [f"#{row.number} was brought to {base[:12]}"]) == (
        followed.problems, list(map(str, followed.events)),
    )  # fmt: skip
    assert follow(shop, lambda _row: None, NOW).events == []
    hub.close(int(row.number or 0))
    follow(shop, lambda _row: None, NOW)
    with sqlite_store.read() as session:
        (kept,) = pull_requests.recent(session)
    assert (PullRequestState.CLOSED, {"main"}) == (kept.state, hub.git.refs().keys())
