"""How two manifests differ: what dbt writes in another order, or in another place, is no difference."""

from __future__ import annotations

from typing import Any

from assay.cleanup.difference import disabled_delta, manifest_delta


def _manifest(**nodes: dict[str, Any]) -> dict[str, Any]:
    return {"nodes": {f"{name.replace('__', '.')}": node for name, node in nodes.items()}}


def _node(*reads: str, enabled: bool = True, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a node
    return {"config": {"enabled": enabled}, "depends_on": {"macros": [], "nodes": list(reads)}, **parts}


def test_the_order_in_which_dbt_lists_what_is_read_is_no_difference() -> None:
    """Two parses of the same files list references in different orders."""
    before = _manifest(
        model__s__a=_node("source.s.x.y", "source.s.x.z", sources=[["x", "y"], ["x", "z"]]),
        model__s__b=_node(),
    )
    after = _manifest(model__s__a=_node("source.s.x.z", "source.s.x.y", sources=[["x", "z"], ["x", "y"]]))
    assert manifest_delta(before, after, ["model.s.b"]) == []


def test_another_reference_is_a_difference() -> None:
    """However it is listed."""
    before = _manifest(model__s__a=_node("model.s.c", refs=[{"name": "c"}]), model__s__b=_node())
    after = _manifest(model__s__a=_node("model.s.d", refs=[{"name": "d"}]))
    assert [str(each) for each in manifest_delta(before, after, ["model.s.b"])] == [
        "model.s.a differs in depends_on, refs"
    ]


def test_a_test_of_what_is_disabled_is_off_though_dbt_keeps_it_among_the_nodes() -> None:
    """Its config says so, and that alone."""
    test = _node("model.s.b", attached_node="model.s.b")
    before = _manifest(model__s__b=_node(), test__s__t=test)
    off = {"disabled": {"model.s.b": [_node(enabled=False)]}}
    still_on = _manifest(test__s__t=_node(attached_node="model.s.b")) | off
    switched_off = _manifest(test__s__t=_node(attached_node="model.s.b", enabled=False)) | off
    assert disabled_delta(before, switched_off, ["model.s.b"]) == []
    assert [str(each) for each in disabled_delta(before, still_on, ["model.s.b"])] == [
        "test.s.t is still enabled"
    ]
