"""Who sent a query, read from what tools really write."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.query_origin import Origin, origin_of, origins

DBT = '/* {"app": "dbt", "dbt_version": "1.8.2", "target_name": "prod", "node_id": "model.shop.orders"} */'
SELECT = "select * from orders where id = 7"

SIGNED = [
    (f"{DBT}\n{SELECT}", "", Origin("dbt", "build", "model.shop.orders")),
    (f"{SELECT}\n{DBT};", "", Origin("dbt", "build", "model.shop.orders")),
    (
        SELECT + '/* {"app": "dbt", "note": "a * b", "node_id": "model.a.b", "invocation_id": "i-1"} */ ;\n',
        "",
        Origin("dbt", "build", "model.a.b", "i-1"),
    ),
    (SELECT + '/* {"app": "dbt", "connection_name": "list_db"} */', "", Origin("dbt", "sync")),
    (
        SELECT,
        '{"dbt_snowflake_query_tags_version": "2.5.0", "node_id": "model.s.o", "invocation_id": "i-9"}',
        Origin("dbt", "build", "model.s.o", "i-9"),
    ),
    (
        f"{SELECT}\n{DBT}",
        '{"app": "dbt", "invocation_id": "i-2"}',
        Origin("dbt", "build", "model.shop.orders", "i-2"),
    ),
    (
        SELECT + "\n-- snowflake_dagster_dbt_v1_opaque_id[[[model.s.o:i-3]]]",
        "",
        Origin("dbt", "build", "model.s.o", "i-3"),
    ),
    (SELECT + "\n-- dagster_snowflake_opaque_id:1234", "", Origin("dagster", "build")),
    (
        SELECT + '\n-- Looker Query Context \'{"user_id":12,"history_slug":"x","instance_slug":"y"}\'',
        "",
        Origin("looker", "interactive"),
    ),
    (
        '-- Looker Query Context \'{"user_id":null,"history_slug":"x"}\'\n' + SELECT,
        "",
        Origin("looker", "build"),
    ),
    (
        "create table scratch.lr_x as " + SELECT + "\n-- Looker Query Context '{\"user_id\":12}'",
        "",
        Origin("looker", "build"),
    ),
    (
        SELECT,
        '{"tableau-query-origins": {"workbook-luid": "w", "query-category": "Data"}}',
        Origin("tableau", "interactive"),
    ),
    (
        SELECT + ' /* { "tableau-query-origins": {"query-category": "Extract Refresh"} } */',
        "",
        Origin("tableau", "build"),
    ),
    (
        SELECT + '\n-- {"client":"Metabase","userId":3,"cardId":9,"queryHash":"ab"}',
        "",
        Origin("metabase", "interactive"),
    ),
    (SELECT + '\n-- {"client":"Metabase","pulseId":3}', "", Origin("metabase", "scheduled")),
    (SELECT + '\n-- {"client":"Metabase","userId":null}', "", Origin("metabase", "sync")),
    (
        "-- Metabase:: userID: 1 queryType: MBQL queryHash: 0ab\n" + SELECT,
        "",
        Origin("metabase", "interactive"),
    ),
    ("-- Metabase\n" + SELECT, "", Origin("metabase", "sync")),
    (
        SELECT + '\n-- Sigma Σ {"kind":"adhoc","request-id":"r","email":"a@b.example"}',
        "",
        Origin("sigma", "interactive"),
    ),
    (SELECT + '\n-- Sigma Σ {"kind":"materialization"}', "", Origin("sigma", "build")),
    (SELECT + '\n-- Hex query metadata: {"context":"SCHEDULED_RUN"}', "", Origin("hex", "scheduled")),
    (SELECT + '\n-- Hex query metadata: {"context":"LOGIC"}', "", Origin("hex", "interactive")),
    (
        SELECT
        + '\n-- {"user":"@x","email":"x@y.example","url":"https://app.mode.com/o/reports/1","scheduled":true}',
        "",
        Origin("mode", "scheduled"),
    ),
    (
        "/* Username: a@b.example, query_id: 7, Queue: queries, Query Hash: ab, Scheduled: False */ "
        + SELECT,
        "",
        Origin("redash", "interactive"),
    ),
    ('/* {"app": "OpenMetadata", "version": "1"} */ ' + SELECT, "", Origin("openmetadata", "sync")),
    (SELECT + "\n-- DataHub profiling", "", Origin("datahub", "sync")),
    (SELECT + "\n/* Monte Carlo: freshness */", "", Origin("monte carlo", "sync")),
    (SELECT, '{"app":"assay"}', Origin("assay", "sync", "assay")),
    (SELECT, " nightly load ", Origin(label="nightly load")),
    (SELECT, '{"team": "finance"}', Origin(label="finance")),
    (SELECT, "asked by anna@shop.example", Origin(label="asked by")),
    (SELECT, "", Origin()),
    ('select \'/* {"app": "dbt"\' as x', "", Origin()),
]


@pytest.mark.parametrize(("text", "tag", "expected"), SIGNED)
def test_each_tool_is_known_by_what_it_writes(text: str, tag: str, expected: Origin) -> None:
    """A statement alone and a column of statements give the same answer."""
    told = origins(pa.array([text]), pa.array([tag]))

    assert expected == origin_of(text, tag)
    assert (expected.tool or None) == told["tool"][0].as_py()
    assert (expected.tool_use or None) == told["tool_use"][0].as_py()
    assert (expected.node_id or None) == told["node_id"][0].as_py()
    assert (expected.invocation_id or None) == told["invocation_id"][0].as_py()
    assert (expected.label or None) == told["tag"][0].as_py()


def test_only_the_ends_of_a_long_text_are_read() -> None:
    """A comment 4 KiB away from both ends is not looked for; one at the end of a megabyte is found."""
    filler = "x" * 500_000

    assert Origin("dbt", "build", "model.shop.orders") == origin_of(f"{filler}{DBT}")
    assert Origin() == origin_of(f"{filler}{DBT}{filler}")
    assert origins(pa.array([f"{filler}{DBT}{filler}", f"{filler}{DBT}"]), pa.nulls(2, pa.string()))[
        "tool"
    ].to_pylist() == [None, "dbt"]


def test_a_deeply_nested_comment_is_nobodys() -> None:
    """Ten thousand brackets are no reason to fail."""
    assert Origin() == origin_of("/* {" + '"a":[' * 700 + " */" + SELECT)


_PIECES = st.sampled_from(
    [
        SELECT,
        DBT,
        "/* plain */",
        "/*",
        "*/",
        "-- line\n",
        "\n",
        ";",
        "'",
        "\x00",
        "é",
        *(text for text, _, _ in SIGNED),
    ]
)
_TAGS = st.sampled_from(["", "plain", "{", '{"app":"dbt"}', *(tag for _, tag, _ in SIGNED)]) | st.text(
    max_size=20
)


@given(st.lists(st.tuples(st.lists(_PIECES, max_size=5).map("".join), _TAGS), max_size=6))
def test_a_column_says_what_each_statement_says(statements: list[tuple[str, str]]) -> None:
    """Whatever stands beside what: reading columns finds what reading one by one finds."""
    kept = [
        (text, tag.replace("\x00", "")) for text, tag in statements if text.count("/*") == text.count("*/")
    ]
    kept = [(text.replace("\x00", " "), tag) for text, tag in kept]
    texts, tags = ([pair[i] for pair in kept] for i in (0, 1))
    told = origins(pa.array(texts, pa.string()), pa.array(tags, pa.string()))

    assert [origin_of(text, tag).tool or None for text, tag in kept] == told["tool"].to_pylist()


@given(st.text(), st.text())
def test_any_text_has_an_answer(text: str, tag: str) -> None:
    """No statement and no tag makes it fail, and no e-mail address is kept."""
    clean = text.encode("utf-8", "ignore").decode()
    origin = origin_of(clean, json.dumps({"label": f"{tag} anna@shop.example"}))

    assert "anna@shop.example" not in repr(origin)
