"""Reads per asset and day, by the class of reader and its tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assay.model.usage import ReaderClass
from costs.mapping.readers import Traits, classify

if TYPE_CHECKING:
    from assay.facts.engine import Engine

_SIGNS = ("tool", "tool_use", "application", "user_type", "query_type", "role", "leaves")
READERS = pa.schema(
    [(name, pa.string()) for name in (*_SIGNS, "reader_class", "reader_tool", "unsure_class")]
)


def readers(traits: pa.Table) -> pa.Table:
    """The reader of each distinct traits, as rows of READERS.

    A read that is only likely is of `unsure_class`: an unknown reader where it would else be a consumer's; it
    must neither prove nor hide a use.
    """
    rows = []
    for row in traits.select(list(_SIGNS)).to_pylist():
        reader = classify(Traits(**row))
        unsure = ReaderClass.UNKNOWN if reader.kind.is_consumer else reader.kind
        rows.append({**row, "reader_class": reader.kind, "reader_tool": reader.tool, "unsure_class": unsure})
    return pa.Table.from_pylist(rows, schema=READERS)


def daily(engine: Engine) -> pa.Table:
    """The day's usage: (asset_key, reader_class, tool, reads, readers, last_read_ms).

    Needs the tables `statements`, `reads`, `writes` and `family` of the mapping in `engine`. `readers` counts
    distinct users of one tool and class; `reads` counts statements.
    """
    engine.into("counted_reads", "usage_counted_reads")
    engine.table("readers", readers(engine.step("usage_traits")))
    return engine.step("usage_daily")
