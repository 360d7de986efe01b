"""Whatever stands in an artifact, reading it ends in records that can be stored or in one clear error."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.errors import MalformedInputError
from assay.model.assets import Alias, Asset, AssetKey, Edge
from assay.model.checks import CheckResult
from assay.model.decisions import DeclaredUse, UsesTold
from assay.model.runs import Measurement, Run
from assay.model.time import to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from conftest import Kit

    from collectors.base import Record

ODD = [
    None, True, 0, -1, 2**63, -(2**70), 10**400, 1e308, float("nan"), float("-inf"), "", " ", ".", '"', '""."', "a.b.c",
    "\0", "\ud800", "İ", "a" * 3000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30", "NaN",
    "db.marts.orders", "model.shop.orders", "test", "ephemeral", [], {}, [[]], [None], {"": {}}, {"a": []},
    [{"name": 1}],
]  # fmt: skip
anything = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def originals(dbt: Kit) -> dict[str, Any]:
    """Documents with every kind of node, from real invocations and made by hand."""
    orders, unit, board = "model.shop.orders", "unit_test.shop.orders.adds", "exposure.shop.board"
    columns = {"id": {"name": "id", "data_type": "int", "description": "Key."}}
    nodes = {
        orders: dbt.node(orders, columns=columns, group="fin", meta={"owner": "Ada"}, tags=["a"]),
        "test.shop.t.1": dbt.node(
            "test.shop.t.1", attached_node=orders, test_metadata={"kwargs": {"model": ""}}
        ),
        "seed.shop.s": dbt.node("seed.shop.s", relation_name=None, schema="x", quoting={"schema": True}),
        "model.shop.e": dbt.node("model.shop.e", config={"materialized": "ephemeral", "tags": "b"}),
    }
    name = "source.shop.raw.s"
    groups = {
        "sources": {name: dbt.node(name)},
        "exposures": {board: dbt.node(board, depends_on={"nodes": [orders]}, owner={"email": ["a"]})},
        "unit_tests": {unit: dbt.node(unit, tested_node_unique_id=orders)},
        "groups": {"group.shop.fin": {"name": "fin", "owner": {"name": "Fin"}}},
    }
    told = dbt.result(
        orders, execution_time=2.0, message="OK", adapter_response={"rows_affected": 1, "query_id": "q"}
    )
    stats = {"row_count": {"value": 7.0}, "bytes": {"value": 9}}
    return {
        "manifest": dbt.manifest(nodes, **groups),
        "run_results": dbt.results(told, dbt.result("test.shop.t.1", "pass"), dbt.result("seed.shop.s")),
        "catalog": {"metadata": {}, "nodes": {orders: {"columns": columns, "stats": stats}}, "sources": {}},
        "sources": {
            "metadata": {},
            "results": [{"unique_id": name, "max_loaded_at": "2026-01-01T00:00:00Z"}],
        },
    }


def places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Every place in a document, as a container and the key in it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from places(inner)


def damage(data: st.DataObject, document: Any) -> None:  # noqa: ANN401 - any JSON
    """Put something odd in one place, take the place away, or give it another name."""
    found = list(places(document))
    container, key = found[data.draw(st.integers(0, len(found) - 1))]
    how = data.draw(st.sampled_from(["replace", "replace", "remove", "rename"]))
    if how == "replace":
        container[key] = copy.deepcopy(data.draw(anything))  # one of ODD may be damaged in its turn
    elif how == "rename" and isinstance(container, dict):
        container[data.draw(st.text(max_size=12))] = container.pop(key)
    else:
        del container[key]


def moments(record: Record) -> list[datetime]:
    """The times a record holds."""
    match record:
        case Run(started_at=started, ended_at=ended):
            return [started, ended] if ended else [started]
        case (
            Measurement(at=at)
            | Edge(seen_at=at)
            | CheckResult(at=at)
            | DeclaredUse(seen_at=at)
            | UsesTold(at=at)
        ):
            return [at]
        case _:
            return []


def keys(record: Record) -> list[AssetKey]:
    """The assets a record names."""
    match record:
        case Asset(key=key):
            return [key]
        case Alias(asset=key) | Run(asset=key) | Measurement(asset=key) | DeclaredUse(asset=key):
            return [key]
        case UsesTold(assets=told):
            return sorted(told or ())
        case Edge(upstream=above, downstream=below):
            return [above, below]
        case CheckResult(check=made):
            return [made.asset]


def check(record: Record) -> None:
    """A record can be stored: times fit, texts are UTF-8 without NUL, keys can be read back, figures fit 63 bits."""
    assert all(isinstance(to_ms(at), int) for at in moments(record))
    assert "\\x00" not in repr(record)
    assert "\\ud" not in repr(record)
    for key in keys(record):
        assert key.path
        assert AssetKey.parse(str(key)).path
    figure = (
        record.rows if isinstance(record, Run) else record.value if isinstance(record, Measurement) else None
    )
    assert figure is None or 0 <= figure < 2**63
    if isinstance(record, CheckResult):
        json.dumps([dict(record.metadata), record.observed, record.high], allow_nan=False)
        assert 0 < len(record.message) <= 400
    assert not isinstance(record, Run) or (record.duration_ms or 0) >= 0


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_odd_values_anywhere_are_skipped_or_told(
    dbt: Kit, originals: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Wrong types, absurd figures and times, missing and strange keys: no trace, ever."""
    documents = copy.deepcopy(originals)
    for name in data.draw(st.lists(st.sampled_from(sorted(documents)), min_size=1, max_size=6)):
        if list(places(documents[name])):
            damage(data, documents[name])
    read = dbt.read(dbt.write(tmp_path_factory.getbasetemp() / "fuzz", **documents))

    assert all(isinstance(degraded.error, MalformedInputError) for degraded in read.degraded)
    for record in read.records:
        check(record)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_bytes_cut_and_changed_are_read_or_told(
    dbt: Kit, originals: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A file cut anywhere, with any byte changed, is a document or an error with its name."""
    target = dbt.write(tmp_path_factory.getbasetemp() / "bytes", **originals)
    name = data.draw(st.sampled_from(sorted(originals)))
    content = bytearray(json.dumps(originals[name]).encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([None, data.draw(st.integers(0, len(content)))]))
    (target / f"{name}.json").write_bytes(content[:end])
    read = dbt.read(target)

    assert all(isinstance(degraded.error, MalformedInputError) for degraded in read.degraded)
    for record in read.records:
        check(record)
