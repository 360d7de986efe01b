"""Dead sets are found as pages list them: summed, in order, tied by what flows between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.errors import UsageError
from assay.model.assets import Asset, AssetKey, AssetKind, Edge, EdgeSource
from assay.model.decisions import Confidence, PullRequestState, Verdict
from assay.model.runs import Run, RunStatus
from assay.model.time import DAY_MS, from_ms
from assay.model.verdicts import AssetVerdict, Judgement
from assay.store import dead_sets, records, verdict_list, verdicts
from assay.store.keys import find_ids
from assay.store.tables import PullRequestRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.store.engine import Store

NOW_MS = 1_795_000_000_000
NAMES = ("raw", "passing", "mart", "alone", "read")
KEYS = {name: AssetKey("snowflake", "acme", ("shop", "marts", name)) for name in NAMES}


def fill(session: Session) -> dict[str, int]:
    """Nobody needs mart, made of raw by way of passing (ephemeral, not judged), nor alone. The ids by name."""
    seen = from_ms(NOW_MS)
    records.save_records(session, [Asset(key, AssetKind.TABLE) for key in KEYS.values()], NOW_MS)
    flows = (("raw", "passing"), ("passing", "mart"), ("raw", "read"), ("read", "alone"))
    edges = [Edge(KEYS[up], KEYS[down], EdgeSource.DBT, seen) for up, down in flows]
    early = from_ms(NOW_MS - 400 * DAY_MS)
    run = Run("dbt", "one", KEYS["mart"], RunStatus.SUCCESS, early, early)
    records.save_records(session, [*edges, run], NOW_MS)
    found = find_ids(session, KEYS.values())
    ids = {name: found[str(key)] for name, key in KEYS.items()}
    told = (
        ("raw", "dead_end", ("set", 2), 3),
        ("mart", "unused", ("set", 1), 5),
        ("alone", "unused", ("one", 1), 20),
    )
    judged = [_verdict(ids, name, *of) for name, *of in told]
    verdicts.save(session, Judgement([*judged, _verdict(ids, "read", "in_use", ("", 0), 70)]), NOW_MS)
    return ids


def _verdict(
    ids: dict[str, int], name: str, verdict: str, of_set: tuple[str, int], nano: int
) -> AssetVerdict:
    return AssetVerdict(
        asset_id=ids[name], asset=str(KEYS[name]), kind="table", owner="", verdict=Verdict(verdict),
        confidence=Confidence.HIGH, last_read_ms=None, reads={}, nano_per_month=nano, micro_per_month=3 * nano,
        currency="USD", reasons=("so",), held_back=("young",) if name == "raw" else (), set_id=of_set[0],
        place=of_set[1],
    )  # fmt: skip


def test_sets_are_summed_the_dearest_first(store: Store) -> None:
    """With what nothing holds back, alone and in all."""
    with store.write() as session:
        fill(session)
        sets = dead_sets.sets(session)
        dead, free = dead_sets.dead(session), dead_sets.proposable(session)
    assert list(sets) == ["one", "set"]
    assert sets["set"] == dead_sets.SetSum("set", 2, 1, 8, 24, "USD")
    assert (dead.sum.assets, dead.sum.nano_per_month, dead.judged_ms) == (3, 28, NOW_MS)
    assert (free.assets, free.micro_per_month) == (2, 75)


def test_nothing_judged_is_no_dead_set(store: Store) -> None:
    """Sums of nothing, and no moment."""
    with store.read() as session:
        assert dead_sets.dead(session) == dead_sets.Dead(dead_sets.SetSum("", 0, 0, 0, None, ""), None)
        assert dead_sets.sets(session) == {}
        assert dead_sets.members(session, "") == []


def test_the_list_keeps_sets_together_in_the_order_they_can_go(store: Store) -> None:
    """Only what is dead unless a verdict is asked for; any other order is asked for by name."""
    with store.write() as session:
        ids = fill(session)
        names = [line.name for line in verdict_list.page(session).lines]
        dear = verdict_list.page(session, facets={"verdict": ["in_use", "unused"]}, sort="-cost")
        assert dead_sets.orders(session, ["set"]) == {"set": [ids["mart"], ids["raw"]]}
        with pytest.raises(UsageError):
            verdict_list.page(session, sort="moon")
    assert names == ["alone", "mart", "raw"]
    assert [line.name for line in dear.lines] == ["read", "alone", "mart"]
    assert dear.counts["verdict"] == {"unused": 2, "dead_end": 1, "in_use": 1}


def test_what_is_not_judged_is_looked_through(store: Store) -> None:
    """An ephemeral model ties its neighbours; what is read ties nothing that is dead."""
    with store.write() as session:
        ids = fill(session)
        ties = dead_sets.ties(session, [ids["raw"], ids["mart"], ids["alone"]])
    assert ties == [(ids["raw"], ids["mart"])]


def test_an_asset_is_as_old_as_its_first_trace(store: Store) -> None:
    """A run long ago tells more than a table that was made anew today."""
    with store.write() as session:
        ids = fill(session)
        since = dead_sets.known_since(session, [ids["mart"], ids["raw"]])
    assert since == {ids["mart"]: NOW_MS - 400 * DAY_MS, ids["raw"]: NOW_MS}


def test_the_newest_pull_request_counts(store: Store) -> None:
    """Of those that name an asset."""
    with store.write() as session:
        session.add_all(
            PullRequestRow(
                live_key=None, repository="acme/shop", fingerprint="set", step="delete", branch="b", number=number,
                state=state.value, assets=[str(KEYS["mart"])], nano_per_month=1, evidence_ms=1, made_ms=number,
                changed_ms=1,
            )
            for number, state in ((2, PullRequestState.OPEN), (1, PullRequestState.CLOSED))
        )  # fmt: skip
        session.flush()
        found = dead_sets.proposals(session)
    assert found[str(KEYS["mart"])].number == 2
