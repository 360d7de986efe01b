"""The one name of an asset, as text and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.assets import AssetKey

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1)


@given(
    platform=WORDS, instance=WORDS | st.just(""), path=st.lists(st.text(min_size=1), min_size=1, max_size=4)
)
def test_a_key_is_read_back_as_it_was_written(platform: str, instance: str, path: list[str]) -> None:
    """Whatever a part holds, dots, colons, quotes and backticks too: the store finds assets by this text."""
    key = AssetKey(platform, instance, tuple(path))
    assert AssetKey.parse(str(key)) == key


@pytest.mark.parametrize(
    ("relation", "path"),
    [
        ('"ANALYTICS"."MARTS"."ORDERS"', ("analytics", "marts", "orders")),
        ("analytics.marts.orders", ("analytics", "marts", "orders")),
        ("`my-project`.`marts`.`orders`", ("my-project", "marts", "orders")),
        ('"a"."b"."Orders ""EU"""', ("a", "b", 'Orders "EU"')),
    ],
)
def test_a_relation_is_one_asset_however_it_is_written(relation: str, path: tuple[str, ...]) -> None:
    """Each warehouse's quotes go; a mixed-case name, which only quotes can have made, stays as it is."""
    assert AssetKey.of_relation("snowflake", "acme", relation).path == path


@pytest.mark.parametrize("text", ["", "snowflake", "snowflake:acme", "snowflake:acme:", ":acme:a.b"])
def test_a_text_without_its_parts_is_no_key(text: str) -> None:
    """Platform and path are never empty."""
    with pytest.raises(ValueError, match="not an asset key"):
        AssetKey.parse(text)
