"""Every way a table may be read, from export files through a whole cycle: nothing that is read is called unused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes.folder import Folder
from fakes.read_paths import AIRFLOW, DBT, HIGHTOUCH, LAST_DAY, PERSON, SODA, TASK, Export

from assay.cycle.summary import Step
from assay.model.decisions import Verdict
from assay.registry import Registry
from assay.store import verdicts

if TYPE_CHECKING:
    from pathlib import Path

NOW = LAST_DAY + timedelta(hours=20)
IN_USE, RARE, UNKNOWN = Verdict.IN_USE, Verdict.RARELY_USED, Verdict.UNKNOWN
UNUSED, DEAD_END = Verdict.UNUSED, Verdict.DEAD_END


def read_paths(export: Export) -> dict[str, Verdict]:
    """Each way to read a table, and the verdict on the table at its beginning."""
    plain = (
        "DIRECT CTE BARE QUOTED IDENT FUNCTION IMMEDIATE UNDER_VIEW MID_TABLE INSERTED MERGED CTAS UNLOADED TASKED "
        "STREAMED CONSUMED SHARED CLONED CALLED ODD SWAP_SOURCE SWAPPED FRESH RENAMED REVERSE DYNAMIC_SOURCE "
        "MULTI LATE_VIEWED RUN_BY_TASK JOB_READ UPDATED CALL_NAMED SRC.IN_SCHEMA COPY.IN_SCHEMA INS_OUT MERGE_OUT "
        "CTAS_OUT CLONE_OUT CONSUMED_OUT MULTI_OUT UPDATE_OUT AT_ONCE"
    )
    export.relation(*("Mixed Name" if name == "QUOTED" else name for name in plain.split()))
    export.relation("PLAIN_VIEW", "TOP_VIEW", "MID_VIEW", "LATE_VIEW", kind="VIEW").relation(
        "DYN", kind="BASE TABLE"
    )
    _asked(export)
    _views(export)
    _pipelines(export)
    _names_change(export)
    _declared(export)
    return {
        "direct": RARE, "cte": IN_USE, "bare": RARE, '"Mixed Name"': RARE, "ident": RARE, "function": RARE,
        "immediate": RARE, "at_once": RARE, "under_view": RARE, "mid_table": RARE, "inserted": RARE, "merged": RARE,
        "ctas": RARE, "unloaded": RARE, "tasked": IN_USE, "streamed": IN_USE, "consumed": RARE, "shared": IN_USE,
        "cloned": RARE, "called": RARE, "odd": UNKNOWN, "call_named": UNKNOWN, "swap_source": RARE, "swapped": RARE,
        "fresh": RARE, "reverse": RARE, "dynamic_source": RARE, "multi": RARE, "late_viewed": RARE, "run_by_task": RARE,
        "job_read": RARE, "updated": RARE, "src.in_schema": RARE, "copy.in_schema": RARE, "renamed": RARE,
    }  # fmt: skip


def _asked(export: Export) -> None:
    export.send(PERSON, "select * from db.s.direct", reads="DIRECT")
    export.send(PERSON, "with x as (select * from db.s.cte) select * from x", reads="CTE", times=6)
    export.send(PERSON, "select a from bare", reads="BARE")
    export.send(PERSON, 'select * from db.s."Mixed Name"')
    export.send(PERSON, "select * from identifier('db.s.ident')", reads="IDENT")
    export.send(PERSON, "select * from table('db.s.function')", reads="FUNCTION")
    export.send(PERSON, "execute immediate $$ select * from db.s.immediate $$", kind="EXECUTE")
    export.send(PERSON, "execute immediate 'select ''x'' from db.s.at_once'", kind="EXECUTE")
    call = export.send(AIRFLOW, "call db.s.report('x')", kind="CALL")
    export.send(AIRFLOW, "select * from db.s.called", reads="CALLED", parent=call)
    export.send(PERSON, "call refresh(call_named)", kind="CALL")
    export.send(PERSON, "lock table odd; frobnicate odd with all its might", kind="UNKNOWN")


def _views(export: Export) -> None:
    export.depends("PLAIN_VIEW", "UNDER_VIEW")
    export.send(PERSON, "select * from db.s.plain_view", reads="PLAIN_VIEW", base="UNDER_VIEW")
    export.depends("MID_VIEW", "MID_TABLE").depends("TOP_VIEW", "MID_VIEW", on="VIEW")
    export.send(PERSON, "select * from db.s.top_view", reads="TOP_VIEW", base="MID_TABLE")
    export.send(
        AIRFLOW, "create view db.s.late_view as select * from db.s.late_viewed", kind="CREATE_VIEW", day=16
    )
    export.send(PERSON, "select * from db.s.late_view", reads="LATE_VIEW", base="LATE_VIEWED")
    export.depends("DYN", "DYNAMIC_SOURCE", domain="DYNAMIC TABLE")
    export.send(PERSON, "select * from db.s.dyn", reads="DYN")


def _pipelines(export: Export) -> None:
    for text, source, target, kind in (
        ("insert into db.s.ins_out select * from db.s.inserted", "INSERTED", "INS_OUT", "INSERT"),
        ("merge into db.s.merge_out m using db.s.merged s on m.a = s.a when matched then update set b = s.b",
         "MERGED", "MERGE_OUT", "MERGE"),
        ("create or replace table db.s.ctas_out as select * from db.s.ctas", "CTAS", "CTAS_OUT",
         "CREATE_TABLE_AS_SELECT"),
        ("insert all into db.s.multi_out select * from db.s.multi", "MULTI", "MULTI_OUT", "MULTI_TABLE_INSERT"),
        ("update db.s.update_out set a = u.a from db.s.updated u", "UPDATED", "UPDATE_OUT", "UPDATE"),
    ):  # fmt: skip
        export.send(AIRFLOW, text, reads=source, writes=target, kind=kind, day=12)
        export.send(PERSON, f"select * from db.s.{target.lower()}", reads=target)
    export.send(
        AIRFLOW, "copy into @lake/x from (select * from db.s.unloaded)", reads="UNLOADED", kind="UNLOAD"
    )
    export.send(HIGHTOUCH, "select id, email from db.s.reverse", reads="REVERSE")
    export.send(AIRFLOW, "select * from db.s.job_read", reads="JOB_READ")
    export.send(TASK, "select notify(a) from db.s.run_by_task", reads="RUN_BY_TASK")


def _names_change(export: Export) -> None:
    export.send(AIRFLOW, "create table db.s.clone_out clone db.s.cloned", kind="CREATE_TABLE", day=15)
    export.send(PERSON, "select * from db.s.clone_out", reads="CLONE_OUT")
    export.send(AIRFLOW, "create schema db.copy clone db.src", kind="CREATE", day=15)
    export.send(PERSON, "select * from db.copy.in_schema", reads="DB.COPY.IN_SCHEMA")
    export.send(AIRFLOW, "insert into db.s.fresh select * from db.s.swap_source", reads="SWAP_SOURCE", writes="FRESH",
                kind="INSERT")  # fmt: skip
    export.send(AIRFLOW, "alter table db.s.fresh swap with db.s.swapped", kind="ALTER")
    export.send(PERSON, "select * from db.s.swapped", reads="SWAPPED", day=16)
    export.send(PERSON, "select * from db.s.former_name", reads="FORMER_NAME", day=16)
    export.send(AIRFLOW, "alter table db.s.former_name rename to db.s.renamed", kind="RENAME_TABLE", day=12)


def _declared(export: Export) -> None:
    export.depends("A_STREAM", "STREAMED", domain="STREAM")
    export.send(AIRFLOW, "create stream db.s.changes on table db.s.consumed", kind="CREATE", day=17)
    export.send(AIRFLOW, "insert into db.s.consumed_out select * from db.s.changes", writes="CONSUMED_OUT",
                reads="CHANGES", kind="INSERT")  # fmt: skip
    export.send(PERSON, "select * from db.s.consumed_out", reads="CONSUMED_OUT")
    export.shares.append(
        {"SHARE_NAME": "PARTNERS", "GRANTED_ON": "TABLE", "OBJECT_DATABASE": "DB", "OBJECT_SCHEMA": "S",
         "OBJECT_NAME": "SHARED", "DELETED_ON": None}
    )  # fmt: skip
    export.tasks.append(
        {"NAME": "YEARLY", "DATABASE_NAME": "DB", "SCHEMA_NAME": "S", "STATE": None,
         "DEFINITION": "insert into archive select * from tasked", "GRAPH_VERSION_CREATED_ON": LAST_DAY}
    )  # fmt: skip


def nobody_reads(export: Export) -> dict[str, Verdict]:
    """Tables that are only built, tested, watched and looked at."""
    export.relation("DEAD_ROOT", "DEAD_MID", "DEAD_LEAF", "TESTED", "WATCHED", "SCANNED", "UNDER_DEAD_VIEW")
    export.relation("DEAD_VIEW", kind="VIEW").relation("YOUNG", born=LAST_DAY - timedelta(days=9))
    export.depends("DEAD_VIEW", "UNDER_DEAD_VIEW")
    for source, target in (("DEAD_ROOT", "DEAD_MID"), ("DEAD_MID", "DEAD_LEAF")):
        text = f"create or replace table db.s.{target.lower()} as select * from db.s.{source.lower()}"
        export.send(DBT, text, reads=source, writes=target, kind="CREATE_TABLE_AS_SELECT", times=3)
    export.send(DBT, "select count(*) from db.s.tested where id is null", reads="TESTED", times=9)
    export.send(SODA, "select max(at) from db.s.watched", reads="WATCHED", times=9)
    export.send(PERSON, "select * from db.s.scanned -- Metabase", reads="SCANNED", times=9)
    return {
        "dead_root": DEAD_END, "dead_mid": DEAD_END, "dead_leaf": UNUSED, "tested": UNUSED, "watched": UNUSED,
        "scanned": UNUSED, "under_dead_view": DEAD_END, "dead_view": UNUSED, "young": UNKNOWN,
    }  # fmt: skip


@pytest.mark.parametrize("enterprise", [True, False])
def test_nothing_read_is_unused_and_the_dead_are_found(tmp_path: Path, *, enterprise: bool) -> None:
    """With the account's own access history, and from the text of its statements alone."""
    export = Export()
    expected = read_paths(export) | nobody_reads(export)
    with Folder.opened(tmp_path / "assay") as folder:
        folder.connect(
            "acme", "snowflake", export=str(export.write(tmp_path / "export", enterprise=enterprise))
        )
        folder.write("[unused]\nwindow_days = 18\nmin_age_days = 30")
        summary = folder.run(now=NOW, registry=Registry())
        with folder.store.read() as session:
            lines = {line.key.split(":", 2)[2]: line for line in verdicts.latest(session)}

    ours = [each for each in summary.problems if each.step is not Step.DECIDE or each.stream == "unused"]
    assert [each for each in ours if not each.expected] == []
    told = {name: lines[f"db.{name}" if "." in name else f"db.s.{name}"] for name in expected}
    assert {name: line.verdict for name, line in told.items()} == expected
    assert summary.decided.counts["unused"] == 5
    assert {line.proposable for line in told.values() if line.verdict.is_dead} == {True}
    assert {
        line.set_id for name, line in told.items() if name.startswith("dead_") and "view" not in name
    } == {told["dead_leaf"].set_id}
    assert [told[name].place for name in ("dead_leaf", "dead_mid", "dead_root")] == [1, 2, 3]
