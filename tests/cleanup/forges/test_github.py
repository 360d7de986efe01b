"""GitHub: an App's commits by trees, a token's by GraphQL, and what becomes of answers that are none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes.forge_git import ROBOT
from fakes.forge_hub import Remark
from fakes.forge_project import CHANGES, KEPT, PROJECT
from fakes.forge_server import Call, Given, Trouble

from assay.cleanup.forges import Forge, Opening, RequestState, forge_of, say_once
from assay.cleanup.forges.errors import (
    BrokenError,
    BusyError,
    CredentialError,
    DeclinedError,
    MissingError,
    PathRefusedError,
)
from assay.errors import ConfigError

if TYPE_CHECKING:
    from fakes.forge_github import GitHubFake

    from assay.cleanup.forges.client import Pace
    from assay.config.decisions import RepositorySettings

BRANCH = "assay/cleanup-0123456789ab-delete"
OPENING = Opening(
    BRANCH, "main", "Remove 2 unused models", "Nobody reads them.", True, ("assay",), ("bob", "acme/data")
)


@pytest.fixture
def token_forge(token_settings: RepositorySettings, pace: Pace) -> Forge:
    """GitHub for a person's token."""
    return forge_of(token_settings, pace)


@pytest.fixture
def app_forge(app_settings: RepositorySettings, pace: Pace) -> Forge:
    """GitHub for an App."""
    return forge_of(app_settings, pace)


@pytest.fixture(params=["token", "app"])
def forge(request: pytest.FixtureRequest) -> Forge:
    """GitHub, once for each credential."""
    found: Forge = request.getfixturevalue(f"{request.param}_forge")
    return found


def begin(forge: Forge) -> str:
    """The head of the base."""
    head = forge.head("main")
    assert head is not None
    return head


def test_a_commit_holds_exactly_the_changes(forge: Forge, github: GitHubFake) -> None:
    """By either way the branch is one commit ahead of the base, and nothing but the changes differs."""
    base = begin(forge)
    sha = forge.commit(BRANCH, base, "Remove two models\n\nNobody reads them.", CHANGES)
    git = github.hub.git

    assert {BRANCH: sha} == forge.branches("assay/cleanup-")
    assert CHANGES.keys() == git.changed(base, sha)
    assert KEPT == git.files(sha)["models/schema.yml"]
    assert PROJECT["models/latin.sql"] == git.files(sha)["models/latin.sql"]
    (commit,) = forge.commits("main", sha)
    assert "Remove two models\n\nNobody reads them." == commit.message
    assert forge.holds(sha, base, CHANGES)
    assert not forge.holds(sha, base, {"models/old.sql": None})
    assert not forge.holds(sha, base, CHANGES | {"models/no.sql": None})


def test_a_token_commits_by_the_mutation_that_signs(token_forge: Forge, github: GitHubFake) -> None:
    """GitHub is the committer, which is what makes the commit verified."""
    sha = token_forge.commit(BRANCH, begin(token_forge), "Remove", CHANGES)

    assert "web-flow" == github.hub.git.read_commit(sha).committer[0]
    assert "POST /graphql" in github.server.asked()


def test_an_app_commits_by_trees_and_names_no_author(app_forge: Forge, github: GitHubFake) -> None:
    """GitHub signs what an App commits, as long as it does not say whose the commit is."""
    sha = app_forge.commit(BRANCH, begin(app_forge), "Remove", CHANGES)
    (made,) = (one for one in github.server.exchanges if one.path.endswith("/git/commits"))

    assert ROBOT == github.hub.git.read_commit(sha).committer
    assert b'"author"' not in made.request
    assert "POST /graphql" not in github.server.asked()
    assert 1 == len(github.tokens), "one token serves for an hour"


def test_an_app_gets_a_new_token_before_the_old_one_ends(app_forge: Forge, github: GitHubFake) -> None:
    """Five minutes before the hour is over a new one is asked for."""
    begin(app_forge)
    github.hub.pass_days(54 / 60 / 24)
    begin(app_forge)
    assert 1 == len(github.tokens)
    github.hub.pass_days(2 / 60 / 24)
    begin(app_forge)
    assert 2 == len(github.tokens)


def test_without_graphql_a_token_commits_by_trees(token_forge: Forge, github: GitHubFake) -> None:
    """Some tokens and servers have no GraphQL; the commit is made all the same, once."""
    github.has_graphql = False
    base = begin(token_forge)
    sha = token_forge.commit(BRANCH, base, "Remove", CHANGES)

    assert [sha] == [one.sha for one in token_forge.commits("main", sha)]


def test_a_file_keeps_its_mode_and_bytes_that_are_no_text(forge: Forge, github: GitHubFake) -> None:
    """An executable stays one, and Latin-1 is not turned into anything else."""
    git = github.hub.git
    tree = git.tree_with("main", {"models/run.py": b"print(1)\n"}, {"models/run.py": "100755"})
    base = git.commit(tree, (git.refs()["main"],), "A script")
    git.set_ref("main", base)
    odd = "select 'na\u00efve'\n".encode("latin-1")
    sha = forge.commit(BRANCH, base, "Edit", {"models/run.py": b"print(2)\n", "models/latin.sql": odd})

    modes = {entry.path: entry.mode for entry in git.entries(sha, whole=True)}
    assert ("100755", "100644") == (modes["models/run.py"], modes["models/latin.sql"])
    assert odd == git.files(sha)["models/latin.sql"]


def test_a_pull_request_is_opened_once(forge: Forge, github: GitHubFake) -> None:
    """Opening what is open gives what is open; labels and reviewers may be asked for again."""
    forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    first, second = forge.open(OPENING), forge.open(OPENING)
    for _ in range(2):
        forge.dress(first.number, OPENING)
    (kept,) = github.hub.requests.values()

    assert first.number == second.number == kept.number
    assert (["assay"], ["bob"], ["data"]) == (kept.labels, kept.reviewers, kept.teams)
    assert [first.number] == [one.number for one in forge.find(BRANCH)]
    assert first.draft
    assert RequestState.OPEN is forge.get(first.number).state
    assert forge.get(first.number).conflicted is False


def test_what_people_do_is_seen(forge: Forge, github: GitHubFake) -> None:
    """A request that was merged, closed, or got conflicts says so."""
    forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    number = forge.open(OPENING).number
    github.hub.git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    assert forge.get(number).conflicted
    github.hub.knows_conflicts = False
    assert forge.get(number).conflicted is None
    forge.close(number)
    assert (RequestState.CLOSED, github.hub.now) == (forge.get(number).state, forge.get(number).ended_at)


def test_a_branch_is_renewed_without_force(forge: Forge, github: GitHubFake) -> None:
    """The base is merged in, and the difference is the new changes; a commit in between is not lost."""
    git = github.hub.git
    head = forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    base = git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    renewed = forge.renew(BRANCH, head, base, "Remove, on the newest main", CHANGES)
    assert CHANGES.keys() == git.changed(base, renewed)
    assert git.is_ancestor(head, renewed)

    mine = git.put(BRANCH, {"models/old.sql": b"select 3\n"}, "bob")
    with pytest.raises(DeclinedError, match="not a fast forward"):
        forge.renew(BRANCH, renewed, base, "Again", CHANGES)
    assert mine == forge.head(BRANCH)


def test_a_branch_left_empty_is_gone_on_with(token_forge: Forge, github: GitHubFake) -> None:
    """Killed between the branch and its commit, the next try takes the branch to the base of the day."""
    git = github.hub.git
    git.set_ref(BRANCH, begin(token_forge))
    base = git.put("main", {"models/orders.sql": b"select 2 as id\n"}, "ann")
    sha = token_forge.commit(BRANCH, base, "Remove", CHANGES)

    assert (base,) == git.read_commit(sha).parents


def test_a_comment_is_made_once_and_mended(forge: Forge, github: GitHubFake) -> None:
    """A hidden marker finds it again."""
    forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    number = forge.open(OPENING).number
    for text in ("Cost: 1", "Cost: 1", "Cost: 2"):
        say_once(forge, number, "<!-- assay:cost -->", text)

    (remark,) = github.hub.requests[number].comments
    assert "Cost: 2\n\n<!-- assay:cost -->" == remark.body
    assert 1 == sum(asked.startswith("PATCH") for asked in github.server.asked()), (
        "the same is not said twice"
    )


def test_a_comment_that_quotes_ours_is_left_alone(forge: Forge, github: GitHubFake) -> None:
    """What a person wrote around the marker is never written over."""
    forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    number = forge.open(OPENING).number
    comments = github.hub.requests[number].comments
    comments.append(Remark(github.hub.number(), "ann", "> Cost: 1\n> <!-- assay:cost -->\n\nToo much."))
    for text in ("Cost: 1", "Cost: 2"):
        say_once(forge, number, "<!-- assay:cost -->", text)

    assert ["Too much.", "<!-- assay:cost -->"] == [each.body.rpartition("\n")[2] for each in comments]


def test_a_branch_that_is_gone_is_deleted(forge: Forge) -> None:
    """Deleting twice is no error."""
    forge.commit(BRANCH, begin(forge), "Remove", CHANGES)
    forge.delete_branch(BRANCH)
    forge.delete_branch(BRANCH)

    assert forge.head(BRANCH) is None


def test_files_come_from_one_archive(forge: Forge) -> None:
    """Every file of the project, below the folder that is asked for; the credential goes to the API alone."""
    assert PROJECT == forge.files(begin(forge))
    assert {"dbt_project.yml"} < forge.files("main").keys()
    assert {path for path in PROJECT if path.startswith("models/")} == forge.files("main", "models").keys()


def test_an_archive_elsewhere_gets_no_credential(forge: Forge, github: GitHubFake) -> None:
    """Whoever keeps the archives for the forge learns nothing to speak to it with."""
    heard: list[dict[str, str]] = []
    take = github.server.take

    def listen(call: Call) -> Given:
        heard.extend([call.headers] if call.path.startswith("/download/") else [])
        return take(call)

    github.server.take = listen
    forge.files("main")
    (headers,) = heard
    assert {"authorization", "private-token"}.isdisjoint(headers)


def test_an_answer_larger_than_expected_is_none(
    token_settings: RepositorySettings, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would come cut, and half an answer is no answer."""
    monkeypatch.setattr("assay.cleanup.forges.MOST_BYTES", 100)
    with pytest.raises(BrokenError, match="larger than 100 bytes"):
        forge_of(token_settings, pace).head("main")


def test_what_may_not_be_changed_is_never_sent(forge: Forge, github: GitHubFake) -> None:
    """The allow-list stands right before the wire."""
    base = begin(forge)
    before = len(github.server.exchanges)
    for path in (".github/workflows/ci.yml", "macros/a.sql", "models/../macros/a.sql", "/models/a.sql"):
        with pytest.raises(PathRefusedError, match="is refused"):
            forge.commit(BRANCH, base, "Remove", {path: None})
        with pytest.raises(PathRefusedError, match="is refused"):
            forge.renew(BRANCH, base, base, "Remove", {path: b"x"})

    assert before == len(github.server.exchanges)


def test_deleting_what_is_not_there_says_so(forge: Forge) -> None:
    """GitHub would answer 422 in words of its own; the path is named instead, and links are left alone."""
    with pytest.raises(MissingError, match=r"models/gone\.sql is not in the repository"):
        forge.commit(BRANCH, begin(forge), "Remove", {"models/gone.sql": None})
    assert forge.head(BRANCH) is None


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (401, CredentialError, "still valid"),
        (403, CredentialError, "contents: write"),
        (404, MissingError, "repository's name"),
        (422, DeclinedError, "Mend what it says"),
        (500, BrokenError, "goes on from"),
        (502, BrokenError, "goes on from"),
    ],
)
def test_an_error_says_what_and_the_next_step(
    token_forge: Forge, github: GitHubFake, status: int, error: type[Exception], says: str
) -> None:
    """Each answer that is none is told apart; the forge's words are quoted, no secret is."""
    token_forge.commit(BRANCH, begin(token_forge), "Remove", CHANGES)
    github.server.troubles.append(Trouble("POST", "/pulls$", Given(status, {"message": "No such luck"})))
    with pytest.raises(error, match="No such luck") as caught:
        token_forge.open(OPENING)

    assert says in str(caught.value)
    assert "token-of-ann" not in str(caught.value)
    assert {} == github.hub.requests


def test_a_limit_is_waited_for_and_the_call_made_once(
    token_forge: Forge, github: GitHubFake, slept: list[float]
) -> None:
    """429 and GitHub's secondary limit (403) say how long; the request was not done, so it is asked again."""
    token_forge.commit(BRANCH, begin(token_forge), "Remove", CHANGES)
    reset = str(round(github.hub.now.timestamp()) + 5)
    secondary = "You have exceeded a secondary rate limit"
    github.server.troubles += [
        Trouble("POST", "/pulls$", Given(429, {"message": "Slow down"}, (("Retry-After", "7"),))),
        Trouble(
            "POST", "/pulls$",
            Given(403, {"message": secondary}, (("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset))),
        ),
    ]  # fmt: skip
    token_forge.open(OPENING)

    assert [7.0, 5.0] == slept
    assert 1 == len(github.hub.requests)


def test_a_long_limit_is_left_to_the_next_cycle(
    token_forge: Forge, github: GitHubFake, slept: list[float]
) -> None:
    """Nobody waits an hour within a cycle."""
    told = Given(403, {"message": "You have exceeded a secondary rate limit"}, (("Retry-After", "3600"),))
    github.server.troubles.append(Trouble("GET", "/git/ref/", told))
    with pytest.raises(BusyError, match="3600 s"):
        token_forge.head("main")
    assert [] == slept


def test_reading_is_tried_again_and_writing_is_not(
    token_forge: Forge, github: GitHubFake, slept: list[float]
) -> None:
    """A lost answer to a write may have been a yes."""
    github.server.troubles += [
        Trouble("GET", "/git/ref/", Given(503)),
        Trouble("GET", "/git/ref/", Given(cut=True), after=True),
        Trouble("POST", "/git/refs", Given(cut=True), after=True),
    ]
    base = begin(token_forge)
    assert [1.0, 2.0] == slept
    with pytest.raises(BrokenError, match="did not answer"):
        token_forge.commit(BRANCH, base, "Remove", CHANGES)

    assert base == token_forge.head(BRANCH), "it had been done"
    sha = token_forge.commit(BRANCH, base, "Remove", CHANGES)
    assert (base,) == github.hub.git.read_commit(sha).parents


def test_an_address_that_is_no_api_says_so(token_forge: Forge, github: GitHubFake) -> None:
    """Pages answer in HTML."""
    github.server.troubles.append(Trouble("GET", "/git/ref/", Given(raw=b"<html>")))
    with pytest.raises(BrokenError, match="api_url"):
        token_forge.head("main")


def test_a_plan_without_drafts_names_the_setting(token_forge: Forge, github: GitHubFake) -> None:
    """It is not opened as anything else by itself."""
    github.has_drafts = False
    token_forge.commit(BRANCH, begin(token_forge), "Remove", CHANGES)
    with pytest.raises(DeclinedError, match="draft = false"):
        token_forge.open(OPENING)


def test_lists_are_read_to_their_last_page(token_forge: Forge, github: GitHubFake) -> None:
    """A branch whose request was closed and opened a hundred times has them all, newest first."""
    token_forge.commit(BRANCH, begin(token_forge), "Remove", CHANGES)
    first = token_forge.open(OPENING).number
    for number in range(first + 1, 102):
        github.hub.requests[number] = replace(github.hub.requests[first], number=number, state="closed")

    assert list(range(101, 0, -1)) == [one.number for one in token_forge.find(BRANCH)]


def test_a_repository_without_credential_is_a_fault_of_the_settings(
    token_settings: RepositorySettings,
) -> None:
    """The setting that is missing is named."""
    with pytest.raises(ConfigError, match="has no token"):
        forge_of(token_settings.model_copy(update={"token": ""}))


def test_a_key_that_is_none_is_told(
    app_settings: RepositorySettings, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not repeated."""
    monkeypatch.setenv("APP_KEY", "-----BEGIN nonsense")
    with pytest.raises(CredentialError, match="PEM") as caught:
        forge_of(app_settings, pace).head("main")
    assert "nonsense" not in str(caught.value)
