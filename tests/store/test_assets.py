"""What several sources say of one asset is merged; names two assets claim join nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from assay.errors import UsageError
from assay.model.assets import Alias, Asset, AssetKey, AssetKind, Column, Edge, EdgeSource
from assay.model.time import from_ms
from assay.store import assets, search, summaries
from assay.store.aliases import OUTLIVED_MS, forget_superseded
from assay.store.assets import merged
from assay.store.keys import bare
from assay.store.tables import EdgeRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.store.engine import Store

ORDERS = AssetKey("snowflake", "acme", ("shop", "marts", "orders"))
ITEMS = AssetKey("snowflake", "acme", ("shop", "marts", "Items"))
RAW = AssetKey("snowflake", "acme", ("shop", "raw", "orders_100%"))


def _saved(session: Session, key: AssetKey) -> Any:  # noqa: ANN401 - a row, or a clear failure of the test
    session.expire_all()
    row = assets.asset(session, str(key))
    assert row is not None
    return row


def test_sources_complete_each_other(store: Store) -> None:
    """The warehouse knows the owner and the columns, dbt the kind and the tags: the asset has them all."""
    with store.write() as session:
        assets.save_assets(
            session, [Asset(ORDERS, AssetKind.TABLE, owner="loader", columns=(Column("id", "NUMBER"),))], 10
        )
        assets.save_assets(
            session, [Asset(ORDERS, AssetKind.MODEL, tags=("daily",), meta={"package": "shop"})], 20
        )
        assets.save_assets(session, [Asset(ORDERS, created_at=from_ms(5), meta={"other": "x"})], 15)
        row = _saved(session, ORDERS)
        assert (row.kind, row.owner, row.tags) == ("model", "loader", ["daily"])
        assert row.columns == [{"name": "id", "type": "NUMBER", "description": ""}]
        assert row.meta == {"package": "shop", "other": "x"}
        assert (row.created_ms, row.first_seen_ms, row.last_seen_ms) == (5, 10, 20)
        assert (row.name, row.container, row.platform) == ("orders", "shop.marts", "snowflake")


def test_the_warehouse_does_not_take_a_models_kind(store: Store) -> None:
    """Whichever comes last, a model stays a model though the warehouse sees a table."""
    with store.write() as session:
        for kind in (AssetKind.TABLE, AssetKind.INCREMENTAL, AssetKind.VIEW, AssetKind.OTHER):
            assets.save_assets(session, [Asset(ORDERS, kind)], 1)
        assert _saved(session, ORDERS).kind == AssetKind.INCREMENTAL


def test_one_batch_may_name_an_asset_twice(store: Store) -> None:
    """Two records of one asset in one batch are merged as if they had come one after the other."""
    with store.write() as session:
        assets.save_assets(
            session, [Asset(ORDERS, owner="a"), Asset(ORDERS, description="d"), Asset(ITEMS)], 1
        )
        assert (_saved(session, ORDERS).owner, _saved(session, ORDERS).description) == ("a", "d")


def test_tags_that_went_are_no_longer_found(store: Store) -> None:
    """A changed list of tags changes what the facet finds."""
    with store.write() as session:
        assets.save_assets(session, [Asset(ORDERS, tags=("daily", "pii")), Asset(ITEMS, tags=("daily",))], 1)
        assets.save_assets(session, [Asset(ORDERS, tags=("weekly",))], 2)
        found = {
            tag: [x.name for x in assets.search(session, facets={"tag": [tag]}).lines]
            for tag in ("daily", "weekly", "pii")
        }
        assert found == {"daily": ["Items"], "weekly": ["orders"], "pii": []}


_TEXT = st.sampled_from(["", "a", "b"])
_ASSETS = st.builds(
    Asset, key=st.just(ORDERS), kind=st.sampled_from(AssetKind), owner=_TEXT, description=_TEXT,
    tags=st.lists(_TEXT.filter(bool), unique=True).map(tuple),
    created_at=st.none() | st.integers(0, 10**12).map(from_ms),
    meta=st.dictionaries(_TEXT, _TEXT),
)  # fmt: skip


@given(first=_ASSETS, second=_ASSETS, now_ms=st.integers(1, 10**12))
def test_nothing_known_is_lost_in_a_merge(first: Asset, second: Asset, now_ms: int) -> None:
    """Whatever the second source says: what it leaves empty stands, and saying it again changes nothing."""
    known = bare(ORDERS, 0) | merged(bare(ORDERS, 0), first, now_ms)
    after = known | merged(known, second, now_ms - 1)
    for name in ("owner", "description", "tags", "created_ms"):
        assert after[name] not in (None, "", []) or known[name] in (None, "", []), name
    assert known["meta"].keys() <= after["meta"].keys()
    assert after["last_seen_ms"] == now_ms
    assert after["kind"] != AssetKind.OTHER or known["kind"] == AssetKind.OTHER
    assert after == after | merged(after, second, now_ms)


def test_unknown_keys_make_bare_assets_once(store: Store) -> None:
    """Asking for the ids of unknown assets makes them; asking again gives the same."""
    with store.write() as session:
        first = assets.asset_ids(session, [ORDERS, str(ITEMS)], 3)
        assert first == assets.asset_ids(session, [str(ORDERS), ITEMS])
        assert assets.find_ids(session, [RAW]) == {}
        assert (_saved(session, ITEMS).kind, _saved(session, ITEMS).first_seen_ms) == ("other", 3)


def test_a_name_two_assets_claim_joins_nothing(store: Store) -> None:
    """Both claims are kept and neither is used, until one has outlived the other by far: then it alone stands."""
    long_after = 25 + OUTLIVED_MS
    with store.write() as session:
        assets.save_aliases(session, [Alias("dbt", "m.orders", ORDERS), Alias("dbt", "m.items", ITEMS)], 10)
        assert {"m.orders": str(ORDERS), "m.items": str(ITEMS)} == assets.aliases(session, "dbt")
        assets.save_aliases(session, [Alias("dbt", "m.orders", RAW), Alias("dbt", "m.items", ITEMS)], 20)
        assert {"m.items": str(ITEMS)} == assets.aliases(session, "dbt")
        assets.save_aliases(session, [Alias("dbt", "m.orders", RAW)], 30)
        assert {"m.items": str(ITEMS)} == assets.aliases(session, "dbt")
        forget_superseded(session)
        assert {"m.items": str(ITEMS)} == assets.aliases(session, "dbt")
        assets.save_aliases(session, [Alias("dbt", "m.orders", RAW)], long_after)
        forget_superseded(session)
        assert {"m.orders": str(RAW), "m.items": str(ITEMS)} == assets.aliases(session, "dbt")
        assert assets.aliases(session, "relation") == {}


def test_one_batch_can_make_a_name_ambiguous(store: Store) -> None:
    """Two claims of one name in one batch are as good as two in two."""
    with store.write() as session:
        assets.save_aliases(session, [Alias("dbt", "orders", ORDERS), Alias("dbt", "orders", ITEMS)], 1)
        assert assets.aliases(session, "dbt") == {}


def _chain(session: Session) -> dict[str, int]:
    """Raw → orders → items → raw (a cycle), orders twice over."""
    assets.save_edges(
        session,
        [
            Edge(RAW, ORDERS, EdgeSource.DBT, from_ms(50)),
            Edge(RAW, ORDERS, EdgeSource.ACCESS_HISTORY, from_ms(70)),
            Edge(ORDERS, ITEMS, EdgeSource.DBT, from_ms(50)),
            Edge(ITEMS, RAW, EdgeSource.DBT, from_ms(50)),
        ],
        80,
    )
    return assets.asset_ids(session, [RAW, ORDERS, ITEMS])


def test_neighbours_are_found_both_ways_and_cycles_end(store: Store) -> None:
    """One hop gives the neighbours, more hops go on, and a cycle is walked once."""
    with store.write() as session:
        ids = _chain(session)
        near = assets.neighbours(session, ids[str(ORDERS)])
        assert [(str(RAW), 1, 2, 70)] == [(n.key, n.hops, n.sources, n.last_seen_ms) for n in near.upstream]
        assert [n.name for n in near.downstream] == ["Items"]
        far = assets.neighbours(session, ids[str(ORDERS)], hops=9)
        assert [(n.name, n.hops) for n in far.downstream] == [("Items", 1), ("orders_100%", 2)]


def test_an_edge_seen_earlier_does_not_go_back(store: Store) -> None:
    """Reading an older day again leaves the newest sight of an edge."""
    with store.write() as session:
        ids = _chain(session)
        assets.save_edges(session, [Edge(RAW, ORDERS, EdgeSource.ACCESS_HISTORY, from_ms(10))], 90)
        assert assets.neighbours(session, ids[str(ORDERS)]).upstream[0].last_seen_ms == 70


def test_an_edge_was_first_seen_when_it_was_seen_first(store: Store) -> None:
    """Reading an older day later moves the first sight back."""
    with store.write() as session:
        for at_ms in (70, 10, 40):
            assets.save_edges(session, [Edge(RAW, ORDERS, EdgeSource.ACCESS_HISTORY, from_ms(at_ms))], 90)
        edge = session.scalars(select(EdgeRow)).one()
        assert (10, 70) == (edge.first_seen_ms, edge.last_seen_ms)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newest_manifest_says_all_a_model_reads(store: Store, order: tuple[int, int]) -> None:
    """Orders no longer reads raw, whichever manifest was read first; what queries showed is another matter."""
    shown = [Edge(RAW, ORDERS, EdgeSource.ACCESS_HISTORY, from_ms(5))]
    manifests = [
        [Edge(RAW, ORDERS, EdgeSource.DBT, from_ms(10)), Edge(RAW, ITEMS, EdgeSource.DBT, from_ms(10))],
        [Edge(ITEMS, ORDERS, EdgeSource.DBT, from_ms(20)), Edge(RAW, ITEMS, EdgeSource.DBT, from_ms(20))],
    ]
    with store.write() as session:
        for edges in (shown, *(manifests[i] for i in order)):
            assets.save_edges(session, edges, 90)
        names = {row_id: key for key, row_id in assets.asset_ids(session, [RAW, ORDERS, ITEMS]).items()}
        found = {
            (names[e.upstream_id], names[e.downstream_id], e.source) for e in session.scalars(select(EdgeRow))
        }
    assert found == {
        (str(RAW), str(ORDERS), "access history"),
        (str(ITEMS), str(ORDERS), "dbt"),
        (str(RAW), str(ITEMS), "dbt"),
    }


def test_search_takes_words_facets_sorts_and_pages(store: Store) -> None:
    """Every word must be in the key, wildcards mean themselves, pages do not overlap."""
    with store.write() as session:
        assets.save_assets(
            session,
            [Asset(ORDERS, AssetKind.MODEL, owner="ann"), Asset(ITEMS, AssetKind.MODEL), Asset(RAW)],
            1,
        )
        _chain(session)
        summaries.refresh(session, 1)
        assert [x.name for x in assets.search(session, "MARTS ord").lines] == ["orders"]
        assert [x.name for x in assets.search(session, "0%").lines] == ["orders_100%"]
        assert assets.search(session, "_marts").lines == []
        page = assets.search(session, facets={"kind": ["model"]}, sort="name", limit=1, offset=1)
        assert (page.total, [x.name for x in page.lines]) == (2, ["orders"])
        assert (page.lines[0].upstream, page.lines[0].downstream) == (1, 1)
        counts = assets.facet_counts(session, facets={"kind": ["model"]})
        assert [(f.value, f.count) for f in counts["kind"]] == [("model", 2), ("other", 1)]
        assert [(f.value, f.count) for f in counts["owner"]] == [("ann", 1)]


@pytest.mark.parametrize("sort", search.SORTS)
def test_every_sort_works_before_the_first_summary(sqlite_store: Store, sort: str) -> None:
    """Lists are whole before the first cycle has summed anything up."""
    with sqlite_store.write() as session:
        assets.asset_ids(session, [ORDERS, ITEMS])
        assert {"orders", "Items"} == {x.name for x in assets.search(session, sort=f"-{sort}").lines}


def test_unknown_facets_and_sorts_name_the_valid_ones(sqlite_store: Store) -> None:
    """A wrong word in a URL is an answer, not a trace."""
    with sqlite_store.read() as session:
        with pytest.raises(UsageError, match=r"Choose one of kind, owner"):
            assets.search(session, facets={"colour": ["red"]})
        with pytest.raises(UsageError, match=r"Choose one of cost, "):
            assets.search(session, sort="beauty")
