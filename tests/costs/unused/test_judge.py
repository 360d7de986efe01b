"""The verdict on each asset, from plain evidence."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes.needs import ACME, DAY, NOW, UNTIL, Told
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.decisions import Confidence, Verdict
from assay.model.time import DAY_MS
from costs.unused import UnusedPolicy, judge
from costs.unused.evidence import Place

if TYPE_CHECKING:
    from assay.model.verdicts import AssetVerdict

UNUSED, DEAD_END, RARE = Verdict.UNUSED, Verdict.DEAD_END, Verdict.RARELY_USED
IN_USE, UNKNOWN = Verdict.IN_USE, Verdict.UNKNOWN
POLICY = UnusedPolicy()


def verdicts(told: Told, policy: UnusedPolicy = POLICY) -> dict[str, Verdict]:
    """The verdict on each asset, by its name."""
    return {name: each.verdict for name, each in rows(told, policy).items()}


def rows(told: Told, policy: UnusedPolicy = POLICY) -> dict[str, AssetVerdict]:
    """All that is said of each asset, by its name."""
    return {each.asset.rpartition(".")[2]: each for each in judge(told.evidence(), policy).verdicts}


def test_need_flows_up_the_stream_and_the_rest_is_dead() -> None:
    """Raw feeds a read mart and an unread one: only the unread branch is dead, and raw is needed."""
    told = (
        Told()
        .flows("raw", "stg", "mart")
        .flows("stg", "old_mart")
        .flows("lost", "lost_mart")
        .read("mart", person=9)
    )

    assert verdicts(told) == {
        "raw": IN_USE, "stg": IN_USE, "mart": IN_USE, "old_mart": UNUSED, "lost": DEAD_END, "lost_mart": UNUSED,
    }  # fmt: skip


def test_few_reads_are_rare_also_for_what_they_are_built_from() -> None:
    """At most so many reads are rare, one more is a use; a parent of both is in use."""
    told = Told().flows("a", "seldom").flows("b", "seldom").flows("b", "often").read("seldom", person=5)

    assert verdicts(told.read("often", person=6)) == {"a": RARE, "b": IN_USE, "seldom": RARE, "often": IN_USE}


@pytest.mark.parametrize("reader", ["pipeline", "monitor"])
def test_pipelines_and_monitors_are_no_consumers(reader: str) -> None:
    """However often they read, nobody needs it; their reads are told."""
    row = rows(Told().asset("a").read("a", **{reader: 1000}))["a"]

    assert (row.verdict, dict(row.reads), row.last_read_ms) == (UNUSED, {reader: 1000}, None)
    assert any(f"{reader} (1,000)" in reason for reason in row.reasons)


@pytest.mark.parametrize("reader", ["bi_tool", "person", "unknown", "export"])
def test_every_sort_of_consumer_counts(reader: str) -> None:
    """A tool, a person, what takes data out, and who cannot be told."""
    assert verdicts(Told().asset("a").read("a", **{reader: 6})) == {"a": IN_USE}


def test_a_maybe_blocks_and_a_sure_read_settles_it() -> None:
    """What an unreadable statement names is unknown, and so is what feeds it, unless someone surely reads it."""
    told = Told().flows("raw", "a").flows("raw2", "b").maybe("a").maybe("b").read("b", person=7)

    assert verdicts(told) == {"raw": UNKNOWN, "a": UNKNOWN, "raw2": IN_USE, "b": IN_USE}


def test_what_is_too_young_is_unknown_and_keeps_its_parents() -> None:
    """A model of last week may yet be used; so nothing it is built from is proposed."""
    told = Told().flows("raw", "new").born("new", UNTIL - 7 * DAY_MS)

    row = rows(told)
    assert (row["new"].verdict, row["raw"].verdict) == (UNKNOWN, UNKNOWN)
    assert "younger than 60 days" in row["new"].reasons[0]
    assert "feeds db.s.new" in row["raw"].reasons[0]


def test_age_is_that_of_the_first_incarnation_or_trace() -> None:
    """A table made anew each night was first made long ago."""
    told = Told().asset("a").born("a", UNTIL - DAY_MS).traced("a", UNTIL - 200 * DAY_MS)

    assert verdicts(told) == {"a": UNUSED}


def test_a_declared_use_is_a_use() -> None:
    """Whoever declares it; the reason says how."""
    row = rows(Told().flows("raw", "a").uses("a", "share", "PARTNERS"))

    assert (row["a"].verdict, row["raw"].verdict) == (IN_USE, IN_USE)
    assert row["a"].reasons == ("Share: PARTNERS.",)


def test_an_exposure_that_lives_is_a_use_and_one_removed_is_not() -> None:
    """Exposures are no assets to be judged."""
    told = (
        Told()
        .flows("a", "board")
        .flows("b", "old_board")
        .exposure("board")
        .exposure("old_board", lives=False)
    )

    assert verdicts(told) == {"a": IN_USE, "b": UNUSED}


def test_kept_globs_keep() -> None:
    """A glob over keys, whoever reads them."""
    policy = UnusedPolicy(keep=("*:db.s.a*",))

    assert verdicts(Told().asset("abc").asset("b"), policy) == {"abc": IN_USE, "b": UNUSED}


def test_what_is_read_once_a_year_is_judged_over_a_year() -> None:
    """A read of eight months ago counts; where none is known, 90 days of history say nothing."""
    told = (
        Told().asset("audit_log").asset("taxonomy").asset("tax_report").read_in_year("audit_log", person=40)
    )

    assert verdicts(told) == {"audit_log": IN_USE, "taxonomy": UNUSED, "tax_report": UNKNOWN}
    told.seen(year_days=365)
    assert verdicts(told) == {"audit_log": IN_USE, "taxonomy": UNUSED, "tax_report": UNUSED}


def test_a_tag_may_say_the_season() -> None:
    """Names are not all that tells."""
    assert verdicts(Told().asset("a", tags=("tax",))) == {"a": UNKNOWN}


@pytest.mark.parametrize(
    ("days", "verdict", "confidence", "proposable"),
    [
        (90, UNUSED, Confidence.HIGH, True),
        (86, UNUSED, Confidence.HIGH, True),
        (85, UNUSED, Confidence.MEDIUM, False),
        (30, UNUSED, Confidence.LOW, False),
        (14, UNUSED, Confidence.LOW, False),
        (13, UNKNOWN, Confidence.LOW, False),
    ],
)
def test_less_history_is_less_sure(
    days: int, verdict: Verdict, confidence: Confidence, *, proposable: bool
) -> None:
    """From 14 days on something is said; a pull request needs the window whole."""
    row = rows(Told().asset("a").seen(days=days))["a"]

    assert (row.verdict, row.confidence, row.proposable) == (verdict, confidence, proposable)
    assert row.coverage == round(days / 90, 4)


def test_without_any_history_nothing_is_said() -> None:
    """An account whose queries are not read."""
    told = Told().asset("a")
    told.histories = {}

    assert verdicts(told) == {"a": UNKNOWN}


def test_code_that_changed_lately_is_a_warning_and_no_proposal() -> None:
    """Someone works on it, although nobody reads it."""
    row = rows(Told().flows("a", "b").altered("b", UNTIL - 3 * DAY_MS).asset("c"))

    assert row["b"].warnings
    assert (row["b"].verdict, row["b"].proposable) == (UNUSED, False)
    assert not row["a"].warnings
    found = {
        dead_set.assets: dead_set.proposable
        for dead_set in judge(
            Told().flows("a", "b").altered("b", UNTIL - 3 * DAY_MS).asset("c").evidence(), POLICY
        ).sets
    }
    assert found == {(key("b"), key("a")): (), (key("c"),): (key("c"),)}


def test_old_evidence_proposes_nothing() -> None:
    """An export of last month is judged as of its end, and no pull request comes from it."""
    told = Told().asset("a")
    told.now_ms = NOW + 30 * DAY_MS

    assert (rows(told)["a"].verdict, rows(told)["a"].proposable) == (UNUSED, False)


@pytest.mark.parametrize("stream", ["access_history", "task_versions", ""])
def test_nothing_is_called_unused_while_a_stream_cannot_be_read(stream: str) -> None:
    """What could not be read may hold a use."""
    row = rows(Told().asset("a").seen(failing=(stream,)))["a"]

    assert (row.verdict, row.proposable) == (UNKNOWN, False)
    assert any("could not be read last time" in reason for reason in row.reasons)


def test_a_view_that_may_be_made_of_anything_blocks_its_account() -> None:
    """Without access history and dependencies, an unread table may be what a read view looks at."""
    told = Told().asset("t").asset("v", kind="view").read("v", person=9)

    assert verdicts(told.seen(observed=False, dependencies=False)) == {"t": UNKNOWN, "v": IN_USE}
    assert verdicts(told.seen(observed=False, dependencies=True)) == {"t": UNUSED, "v": IN_USE}
    assert (
        verdicts(
            Told()
            .flows("t", "v")
            .kind("v", "view")
            .read("v", person=9)
            .seen(observed=False, dependencies=False)
        )["t"]
        == IN_USE
    )


def test_data_flows_through_what_is_not_judged() -> None:
    """A temporary table, a stream or a dropped table hands need on; it is no row of its own."""
    told = (
        Told()
        .flows("a", "tmp", "b")
        .flows("c", "tmp2", "d")
        .unjudged("tmp")
        .unjudged("tmp2")
        .read("b", person=9)
    )

    assert verdicts(told) == {"a": IN_USE, "b": IN_USE, "c": DEAD_END, "d": UNUSED}


def test_sets_are_closed_and_leaves_go_first() -> None:
    """Two leaves, their parent and its own: one set in the order of deletion; its name is that of its keys."""
    told = (
        Told()
        .flows("root", "mid", "leaf1")
        .flows("mid", "leaf2")
        .asset("alone")
        .cost("leaf1", 5)
        .cost("alone", 50)
    )

    judgement = judge(told.evidence(), POLICY)

    names = [[asset.rpartition(".")[2] for asset in dead_set.assets] for dead_set in judgement.sets]
    assert names == [["alone"], ["leaf1", "leaf2", "mid", "root"]]
    assert [dead_set.nano_per_month for dead_set in judgement.sets] == [50, 5]
    keys = "\n".join(sorted(judgement.sets[1].assets))
    assert judgement.sets[1].id == hashlib.sha256(keys.encode()).hexdigest()[:12]
    places = {each.asset: each.place for each in judgement.verdicts if each.set_id == judgement.sets[1].id}
    assert [places[asset] for asset in judgement.sets[1].assets] == [1, 2, 3, 4]


def test_a_circle_has_an_order_too() -> None:
    """Tables swapped with each other are each built from the other; both can go."""
    told = Told().flows("a", "b").flows("b", "a").flows("root", "a")

    assert verdicts(told) == {"a": DEAD_END, "b": DEAD_END, "root": DEAD_END}
    (dead_set,) = judge(told.evidence(), POLICY).sets
    assert [asset.rpartition(".")[2] for asset in dead_set.assets] == ["a", "b", "root"]


def key(name: str) -> str:
    """The key text of an asset of the account."""
    return f"{ACME.platform}:{ACME.instance}:db.s.{name}"


NODES = st.integers(0, 11)


@settings(max_examples=60, deadline=None)
@given(
    edges=st.lists(st.tuples(NODES, NODES), max_size=40),
    read=st.dictionaries(NODES, st.integers(1, 20), max_size=5),
    maybe=st.sets(NODES, max_size=3),
    hidden=st.sets(NODES, max_size=3),
)
def test_laws_of_a_judgement(
    edges: list[tuple[int, int]], read: dict[int, int], maybe: set[int], hidden: set[int]
) -> None:
    """Whatever hangs together how: nothing dead feeds what lives, sets are closed, and the order respects edges."""
    told = Told()
    for node in range(12):
        told.asset(f"n{node:02}")
    for upstream, downstream in edges:
        told.flows(f"n{upstream:02}", f"n{downstream:02}")
    for node, reads in read.items():
        told.read(f"n{node:02}", bi_tool=reads)
    for node in maybe:
        told.maybe(f"n{node:02}")
    for node in hidden:
        told.unjudged(f"n{node:02}")

    judgement = judge(told.evidence(), POLICY)

    row = {each.asset.rpartition(".")[2]: each for each in judgement.verdicts}
    assert set(row) == {f"n{node:02}" for node in range(12) if node not in hidden}
    for upstream, downstream in edges:
        up, down = row.get(f"n{upstream:02}"), row.get(f"n{downstream:02}")
        if up and down and up.verdict.is_dead:
            assert down.verdict.is_dead
            assert up.set_id == down.set_id
    for node, reads in read.items():
        if node not in hidden:
            assert row[f"n{node:02}"].verdict in ({IN_USE} if reads > 5 else {RARE, IN_USE})
    assert sorted(asset for each in judgement.sets for asset in each.assets) == sorted(
        each.asset for each in judgement.verdicts if each.verdict.is_dead
    )
    shuffled = replace(told.evidence(), edges=list(reversed(told.evidence().edges)))
    assert judge(shuffled, POLICY) == judgement


def test_the_day_is_told() -> None:
    """The end of the evidence is the judgement's own time."""
    assert judge(Told().asset("a").evidence(), POLICY).until_ms == UNTIL
    assert DAY == UNTIL - DAY_MS
    assert Place("snowflake", "acme") == ACME
