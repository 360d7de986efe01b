"""A target as it is found: in any order, half copied, broken, mended, and read again."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.errors import ConnectionFailedError, MalformedInputError
from assay.model.assets import Alias
from assay.model.runs import Run

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Kit, Read

ORDERS = "model.shop.orders"
DEEP = 10_000


def told(read: Read) -> set[str]:
    """The records as a set, whatever their order."""
    return {repr(record) for record in read.records}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b'{"metadata": {}, "nodes": {"model.a', "Unterminated string"),
        (b"[]", "it has no `nodes`"),
        (b'{"nodes": []}', "it has no `nodes`"),
        (b"null", "it has no `nodes`"),
        ('{"nodes": {}}'.encode("utf-16"), "byte 0 is not UTF-8"),
        (b'{"nodes": {"a": ' + b"[" * DEEP + b"]" * DEEP + b"}}", "nested too deeply"),
        (b'{"nodes": {"a": ' + b'{"a":' * DEEP, "nested too deeply"),
        (b'{"nodes": {"a": ' + b"9" * 5000 + b"}}", "cannot be read"),
    ],
)
def test_a_broken_manifest_is_told_by_name_and_the_rest_is_read(
    dbt: Kit, target: Path, content: bytes, why: str
) -> None:
    """One clear error with the file and the next step; the other folder's files are all there."""
    good = dbt.write(target / "a", manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    dbt.write(good, run_results=dbt.results(dbt.result(ORDERS)))
    (target / "b").mkdir()
    (target / "b" / "manifest.json").write_bytes(content)
    read = dbt.read(target)
    (degraded,) = read.degraded

    assert isinstance(degraded.error, MalformedInputError)
    assert degraded.error.message.startswith("b/manifest.json cannot be read: ")
    assert why in degraded.error.message
    assert degraded.error.hint
    assert len(read.of(Run)) == 1


def test_a_gzip_cut_short_is_told(dbt: Kit, target: Path) -> None:
    """Whole it reads; cut, damaged or not gzip at all, it is told."""
    whole = gzip.compress(json.dumps(dbt.manifest({ORDERS: dbt.node(ORDERS)})).encode())
    path = target / "manifest.json.gz"
    for content in (whole[:-20], whole[:5], b"{}", whole[:40] + b"\0" * 9 + whole[49:]):
        path.write_bytes(content)
        (degraded,) = dbt.read(target).degraded
        assert isinstance(degraded.error, MalformedInputError)
    path.write_bytes(whole)

    assert dbt.read(target).degraded == []


def test_numbers_no_json_knows_and_keys_told_twice_do_no_harm(dbt: Kit, target: Path) -> None:
    """NaN is read as dbt writes it; of two equal keys the last stands."""
    first, second = (json.dumps(dbt.node(ORDERS, relation_name=f"db.marts.{name}")) for name in "ab")
    text = f'{{"metadata": {{"generated_at": NaN}}, "nodes": {{"{ORDERS}": {first}, "{ORDERS}": {second}}}}}'
    (target / "manifest.json").write_text(text, encoding="utf-8")

    assert {alias.asset.name for alias in dbt.read(target).of(Alias)} == {"b"}


def test_what_no_database_can_hold_is_replaced(dbt: Kit, target: Path) -> None:
    """NUL and half a surrogate pair become the replacement sign; whole pairs and plain backslashes stay."""
    description = "\0 \ud83d \U0001f600 \\u0000"
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS, description=description)}))
    described = [record.description for record in dbt.read(target).records if hasattr(record, "description")]

    assert described == ["\ufffd \ufffd \U0001f600 \\u0000"]


def test_a_half_written_manifest_is_read_once_it_is_whole(dbt: Kit, target: Path) -> None:
    """Its results were read by another manifest meanwhile; now they are read by their own."""
    old = dbt.manifest({ORDERS: dbt.node(ORDERS, relation_name="db.old.orders")})
    new = dbt.manifest({ORDERS: dbt.node(ORDERS, relation_name="db.new.orders")}, at="2026-01-02T00:00:00Z")
    dbt.write(target / "1", manifest=old)
    dbt.write(target / "2", run_results=dbt.results(dbt.result(ORDERS)))
    (target / "2" / "manifest.json").write_text(json.dumps(new)[:-30], encoding="utf-8")

    first = dbt.read(target)
    dbt.write(target / "2", manifest=new)
    second = dbt.read(target, first.seen)

    assert [str(run.asset) for run in first.of(Run)] == ["snowflake:acme:db.old.orders"]
    assert [degraded.stream for degraded in first.degraded] == ["manifest"]
    assert [str(run.asset) for run in second.of(Run)] == ["snowflake:acme:db.new.orders"]
    assert dbt.read(target, first.seen | second.seen).records == []


def test_results_that_came_before_their_manifest_are_read_again_with_it(dbt: Kit, target: Path) -> None:
    """A copy in progress loses nothing: read by a stranger first, by their own manifest when it is there."""
    other = dbt.manifest({ORDERS: dbt.node(ORDERS, relation_name="db.old.orders")})
    dbt.write(target / "1", manifest=other)
    dbt.write(target / "2", run_results=dbt.results(dbt.result(ORDERS)))
    first = dbt.read(target)
    assert dbt.read(target, first.seen).batches == []

    dbt.write(target / "2", manifest=dbt.manifest({ORDERS: dbt.node(ORDERS, relation_name="db.new.orders")}))

    (run,) = dbt.read(target, first.seen).of(Run)
    assert str(run.asset) == "snowflake:acme:db.new.orders"


def test_artifacts_are_read_again_for_another_account(dbt: Kit, target: Path) -> None:
    """What they say depends on whose relations they are: a corrected `instance` reaches what was read before it."""
    dbt.write(
        target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=dbt.results(dbt.result(ORDERS))
    )
    first = dbt.read(target, instance="acne")
    second = dbt.read(target, first.seen, instance="acme")

    assert [str(run.asset) for run in second.of(Run)] == ["snowflake:acme:db.marts.orders"]
    assert dbt.read(target, first.seen | second.seen, instance="acme").batches == []


def test_results_no_manifest_knows_are_told_and_tried_again(dbt: Kit, target: Path) -> None:
    """Neither a missing manifest nor another project's makes runs vanish without a word."""
    dbt.write(target, run_results=dbt.results(dbt.result(ORDERS)))
    for _ in range(2):
        read = dbt.read(target)
        (degraded,) = read.degraded
        assert degraded.error.message.startswith("run_results.json names nodes that no manifest here knows")
        assert read.seen == frozenset()
        dbt.write(target / "other", manifest=dbt.manifest({"model.else.a": dbt.node("model.else.a")}))
        read = dbt.read(target)
        assert len(read.degraded) == 1
        shutil.rmtree(target / "other")


def test_hooks_alone_need_no_manifest_that_knows_them(dbt: Kit, target: Path) -> None:
    """Operations are in no manifest; results that tell of nothing else are read and done with."""
    told = dbt.results(dbt.result("operation.shop.grant-0"))
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told)
    read = dbt.read(target)

    assert (read.degraded, len(read.seen)) == ([], 2)


def test_a_file_with_a_suffix_goes_with_the_manifest_of_that_suffix(dbt: Kit, target: Path) -> None:
    """Artifacts kept under dates in one folder are each resolved by their own day's manifest."""
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        nodes = {ORDERS: dbt.node(ORDERS, relation_name=f'db.marts."{day}"')}
        ran = dbt.results(dbt.result(ORDERS), invocation=day)
        dbt.write(target, **{f"manifest_{day}": dbt.manifest(nodes), f"run_results_{day}": ran})

    runs = {run.invocation_id: run.asset.name for run in dbt.read(target).of(Run)}

    assert all(day == name for day, name in runs.items())
    assert len(runs) == 3


def test_a_model_that_moved_is_named_where_it_is_now(dbt: Kit, target: Path) -> None:
    """The newest manifest's names stand, by its own time and not the copy's; a model since removed keeps its name."""
    gone = "model.shop.gone"
    new = dbt.manifest({ORDERS: dbt.node(ORDERS, relation_name="db.new.orders")}, at="2026-02-01T00:00:00Z")
    old = dbt.manifest({ORDERS: dbt.node(ORDERS, relation_name="db.old.orders"), gone: dbt.node(gone)})
    dbt.write(target / "a", manifest=new)
    dbt.write(target / "b", manifest=old)
    os.utime(target / "a" / "manifest.json", (0, 0))

    names = [(a.name, str(a.asset)) for a in dbt.read(target).of(Alias) if a.system == "dbt"]

    assert sorted(names) == [
        ("gone", "snowflake:acme:db.marts.gone"),
        (gone, "snowflake:acme:db.marts.gone"),
        (ORDERS, "snowflake:acme:db.new.orders"),
        ("orders", "snowflake:acme:db.new.orders"),
    ]


def test_installed_packages_links_to_nowhere_and_other_files_are_passed_over(dbt: Kit, target: Path) -> None:
    """Only what dbt wrote for this project is read."""
    dbt.write(target / "dbt_packages" / "x", manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    dbt.write(target, semantic_manifest={}, package={}, manifests={})
    (target / "manifest.json").symlink_to(target / "nowhere")
    (target / "catalog.json").mkdir()

    read = dbt.read(target)

    assert (read.batches, read.degraded) == ([], [])


def test_a_target_inside_a_folder_of_packages_is_still_a_target(dbt: Kit, tmp_path: Path) -> None:
    """Only packages below the target are installed ones."""
    target = dbt.write(tmp_path / "dbt_packages", manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}))

    assert dbt.read(target).records


def test_a_missing_folder_is_one_clear_error(dbt: Kit, tmp_path: Path) -> None:
    """The folder is named, and the option to mend."""
    with pytest.raises(ConnectionFailedError) as caught:
        dbt.read(tmp_path / "nowhere")

    assert "nowhere" in caught.value.message
    assert "target" in caught.value.hint


def test_a_year_of_invocations_is_read_with_few_manifests_in_memory(dbt: Kit, target: Path) -> None:
    """More manifests than are held at once: each is still the one its results go by."""
    for number in range(40):
        nodes = {ORDERS: dbt.node(ORDERS, relation_name=f"db.marts.orders_{number}")}
        ran = dbt.results(dbt.result(ORDERS), invocation=str(number))
        dbt.write(target / str(number), manifest=dbt.manifest(nodes), run_results=ran)

    runs = {run.asset.name: run.invocation_id for run in dbt.read(target).of(Run)}

    assert runs == {f"orders_{number}": str(number) for number in range(40)}


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_any_order_of_copying_gives_the_same_records(
    dbt: Kit, tmp_path_factory: pytest.TempPathFactory, random: object
) -> None:
    """The files of real invocations, copied in any order and so of any age, say the same; so does reading twice."""
    target = tmp_path_factory.mktemp("shuffled") / "target"
    shutil.copytree(dbt.real / "shop", target)
    paths = sorted(target.rglob("*.json"))
    random.shuffle(paths)
    for second, path in enumerate(paths):
        os.utime(path, (second, second))
    read = dbt.read(target)

    assert told(read) == told(dbt.read(dbt.real / "shop"))
    assert told(dbt.read(target)) == told(read)
    assert dbt.read(target, read.seen).batches == []
