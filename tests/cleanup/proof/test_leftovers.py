"""dbt's parser alone is no proof: what it catches, what it does not, and that our proof catches all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.leftovers import BASE, LEFTOVERS, Leftover

from assay.cleanup.difference import manifest_delta
from assay.cleanup.project.tree import Files
from assay.cleanup.scan import Called, scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.leftovers import Parsed

DEAD = Called("dead", ("memory", "main", "dead"))
BY_NAME = {each.name: each for each in LEFTOVERS}
OF = {how: [each for each in LEFTOVERS if each.parse == how] for how in ("error", "strict", "silent")}
DOCUMENTED = BY_NAME["a block of documentation"]


@pytest.fixture(scope="module")
def parsed(parse_all: Callable[..., dict[str, Parsed]]) -> dict[str, Parsed]:
    """What dbt makes of the projects once the model is gone: as it comes, or with leftovers made errors."""
    asked = {f"{each.name}, as it comes": (each.after, False) for each in OF["error"]}
    asked |= {f"{each.name}, strictly": (each.after, True) for each in OF["strict"] + OF["silent"]}
    lenient = dict(BASE)
    for each in OF["strict"]:
        lenient |= {path: text for path, text in each.after.items() if "versions" not in each.name}
    lenient.pop("models/dead.sql", None)
    asked["all it only warns of, as it comes"] = (lenient, False)
    asked["before"] = (DOCUMENTED.before, True)
    return parse_all(asked)


@pytest.mark.parametrize("case", OF["error"], ids=lambda case: case.name)
def test_dbt_itself_refuses_a_dangling_reference(case: Leftover, parsed: dict[str, Parsed]) -> None:
    """These nine dbt calls an error unasked, and it names the model that is missing."""
    told = parsed[f"{case.name}, as it comes"]

    assert not told.ok
    assert "dead" in told.said


@pytest.mark.parametrize("case", OF["strict"], ids=lambda case: case.name)
def test_dbt_refuses_a_leftover_when_its_warnings_are_errors(
    case: Leftover, parsed: dict[str, Parsed]
) -> None:
    """These five it only warns of, so the warnings are made errors."""
    told = parsed[f"{case.name}, strictly"]

    assert not told.ok
    assert "dead" in told.said


def test_dbt_lets_a_leftover_pass_with_a_warning(parsed: dict[str, Parsed]) -> None:
    """Without being told so, dbt exits as if all were well."""
    assert parsed["all it only warns of, as it comes"].ok


@pytest.mark.parametrize("case", OF["silent"], ids=lambda case: case.name)
def test_our_proof_finds_what_dbt_is_silent_about(case: Leftover, parsed: dict[str, Parsed]) -> None:
    """These six pass dbt even so; the scan of the text or the comparison of the manifests finds each."""
    told = parsed[f"{case.name}, strictly"]
    mentions = [each for each in scan(Files(case.after), [DEAD]) if each.blocks]
    before = parsed["before"].manifest if case is DOCUMENTED else None
    differences = manifest_delta(before, told.manifest or {}, {case.expected}) if before else []

    assert told.ok
    assert mentions or differences


def test_a_deletion_that_leaves_nothing_behind_passes(parsed: dict[str, Parsed]) -> None:
    """With the block of documentation gone too, the manifests differ by exactly the model."""
    before = parsed["before"].manifest
    after = parsed["a block of documentation, strictly"].manifest
    assert before is not None
    assert after is not None
    clean = after | {"docs": {name: doc for name, doc in after["docs"].items() if "dead" not in name}}

    assert [] == manifest_delta(before, clean, {"model.shop.dead"})


def test_a_change_that_takes_something_else_along_is_found(parsed: dict[str, Parsed]) -> None:
    """Every other node must be there and equal; a macro too."""
    before = parsed["before"].manifest
    after = parsed["a block of documentation, strictly"].manifest
    assert before is not None
    assert after is not None
    nodes = {name: node for name, node in after["nodes"].items() if name != "model.shop.live"}
    changed = {**after["nodes"]["model.shop.live"], "config": {"materialized": "table"}}

    gone = [str(each) for each in manifest_delta(before, after | {"nodes": nodes}, {"model.shop.dead"})]
    other = manifest_delta(
        before, after | {"nodes": nodes | {"model.shop.live": changed}}, {"model.shop.dead"}
    )

    assert "model.shop.live is gone" in gone
    assert "model.shop.live differs in config" in [str(each) for each in other]
